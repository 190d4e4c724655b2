package io.sluice.testkit.s3;

import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The S3 server of the tests in a process of its own, as benchmarks need it. Prints one line that a
 * shell can evaluate, and stays until it is killed.
 */
@Command(name = "s3-server", mixinStandardHelpOptions = true)
final class S3ServerMain implements Callable<Integer> {
  @Option(names = "--port", description = "0: a free one", defaultValue = "0")
  private int port;

  @Option(
      names = "--folder",
      description = "where what is large is kept, while it runs; in memory if not given")
  private @Nullable Path folder;

  @Option(names = "--bucket", description = "made at the start", defaultValue = "sluice")
  private String bucket = "";

  @Option(names = "--until-stdin-ends", description = "end when standard input does")
  private boolean untilStdinEnds;

  public static void main(String[] args) {
    System.exit(new CommandLine(new S3ServerMain()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    var server = start();
    server.createBucket(bucket);
    System.out.printf(
        "ENDPOINT=%s BUCKET=%s REGION=%s ACCESS_KEY=%s SECRET_KEY=%s%n",
        server.endpoint(), bucket, EmbeddedS3.REGION, EmbeddedS3.ACCESS_KEY, EmbeddedS3.SECRET_KEY);
    if (untilStdinEnds) {
      System.in.transferTo(OutputStream.nullOutputStream());
    } else {
      new CountDownLatch(1).await();
    }
    return 0;
  }

  private EmbeddedS3 start() throws Exception {
    return folder == null
        ? EmbeddedS3.inMemory(port)
        : EmbeddedS3.inFolder(port, Files.createDirectories(folder));
  }
}
