package io.sluice.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.Await;
import io.sluice.oci.RegistryException;
import io.sluice.testkit.s3.Driver;
import io.sluice.testkit.s3.S3Server;
import io.vertx.core.Vertx;
import java.net.ConnectException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class S3CallsTest {
  private static final Duration WITHIN = Duration.ofMillis(400);

  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void close() {
    Await.result(vertx.close());
  }

  /** What is stopped, or swapped out, goes on where it was, as if no time had passed. */
  @Test
  void aProcessThatStoodStillPastTheDeadlineOfACallDoesNotRepeatIt() {
    try (var bucket = S3Server.shared().newBucket()) {
      var config = new Driver(bucket, S3Server.shared().endpoint()).config();
      var calls = new S3Calls(vertx, new Credentials(vertx, config), false);
      var attempts = new AtomicInteger();

      assertThatThrownBy(
              () ->
                  Await.on(
                      vertx,
                      () ->
                          calls.run(
                              "PutObject",
                              new Window(1, 1),
                              WITHIN,
                              () -> {
                                attempts.incrementAndGet();
                                // Behind this, while the call waits for its next attempt.
                                vertx.getOrCreateContext().runOnContext(_ -> standStill());
                                return CompletableFuture.failedFuture(
                                    new ConnectException("refused"));
                              })))
          .isInstanceOf(RegistryException.class);
      assertThat(attempts).hasValue(1);
    }
  }

  private static void standStill() {
    long end = System.nanoTime() + WITHIN.toNanos();
    while (System.nanoTime() < end) {
      LockSupport.parkNanos(end - System.nanoTime());
    }
  }
}
