package io.sluice.testkit;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.assertj.core.api.ThrowingConsumer;

/** For what comes about soon, but not at once. */
public final class Eventually {
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final Duration PAUSE = Duration.ofMillis(5);

  private Eventually() {}

  /** Looks again and again until the assertions hold; in the end fails with what they said last. */
  public static <T> void eventually(Supplier<T> subject, ThrowingConsumer<T> assertions) {
    within(PATIENCE, PAUSE, subject, assertions);
  }

  /** The same for what takes its time, with that pause between two looks. */
  public static <T> void within(
      Duration patience, Duration pause, Supplier<T> subject, ThrowingConsumer<T> assertions) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (true) {
      try {
        assertions.accept(subject.get());
        return;
      } catch (AssertionError e) {
        if (System.nanoTime() > deadline) {
          throw e;
        }
        LockSupport.parkNanos(pause.toNanos());
      }
    }
  }
}
