package io.sluice.testkit.s3;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@link SinkS3} in a process of its own, as benchmarks need it. Prints one line that a shell can
 * evaluate, and stays until it is killed.
 */
@Command(name = "sink-s3", mixinStandardHelpOptions = true)
final class SinkS3Main implements Callable<Integer> {
  @Option(names = "--port", description = "0: a free one", defaultValue = "0")
  private int port;

  @Option(
      names = "--keep",
      description = "bytes up to which content is kept",
      defaultValue = "1048576")
  private int keep;

  @Option(names = "--bucket", description = "made at the start", defaultValue = "sluice")
  private String bucket = "";

  @Option(names = "--verify-checksums", description = "verify each CRC32C that is sent")
  private boolean verifyChecksums;

  public static void main(String[] args) {
    System.exit(new CommandLine(new SinkS3Main()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    try (var server = new SinkS3(port, keep, verifyChecksums)) {
      server.createBucket(bucket);
      System.out.printf(
          "ENDPOINT=%s BUCKET=%s REGION=%s ACCESS_KEY=sink SECRET_KEY=sink%n",
          server.endpoint(), bucket, EmbeddedS3.REGION);
      new CountDownLatch(1).await();
    }
    return 0;
  }
}
