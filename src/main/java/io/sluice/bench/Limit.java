package io.sluice.bench;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** How many operations a phase may begin: until a time, or up to a number. Thread safe. */
final class Limit {
  private final long started = System.nanoTime();
  private final long nanos;
  private final AtomicInteger left;

  private Limit(long nanos, int operations) {
    this.nanos = nanos;
    this.left = new AtomicInteger(operations);
  }

  /** Starts the time now. */
  static Limit lasting(Duration duration) {
    return new Limit(duration.toNanos(), Integer.MAX_VALUE);
  }

  static Limit of(int operations) {
    return new Limit(Long.MAX_VALUE, operations);
  }

  /** Whether one more may begin. */
  boolean take() {
    return elapsed() < nanos && left.getAndDecrement() > 0;
  }

  /** Nanoseconds since the phase began. */
  long elapsed() {
    return System.nanoTime() - started;
  }
}
