package io.sluice.testkit.s3;

import java.net.URI;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * The counting proxy in a process of its own, as benchmarks need it. Prints one line that a shell
 * can evaluate, and stays until it is killed. {@code GET /-/counts} answers what came by as JSON,
 * {@code /-/reset} counts from nothing again.
 */
@Command(name = "faulty-s3", mixinStandardHelpOptions = true)
final class FaultyS3Main implements Callable<Integer> {
  @Parameters(
      paramLabel = "ENDPOINT",
      description = "the S3 server's, such as http://127.0.0.1:9000")
  private URI server = URI.create("");

  @Option(names = "--port", description = "0: a free one", defaultValue = "0")
  private int port;

  @Option(names = "--delay", description = "milliseconds added to each request", defaultValue = "0")
  private int delayMillis;

  public static void main(String[] args) {
    System.exit(new CommandLine(new FaultyS3Main()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    try (var proxy = FaultyS3.before(server, port)) {
      if (delayMillis > 0) {
        var unused = proxy.on().delay(Duration.ofMillis(delayMillis));
      }
      System.out.printf("ENDPOINT=%s%n", proxy.endpoint());
      new CountDownLatch(1).await();
    }
    return 0;
  }
}
