package io.sluice.gc;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * When a run began, and how old things were then: by the store's clock, carried over to the
 * process's monotonic one when they were listed. The wall clock of this machine decides nothing.
 *
 * @param start by the monotonic clock, before the first listing
 */
record RunClock(long start, Duration grace, LongSupplier nanos) {
  /**
   * What stores tell is rounded to seconds, twice. Whoever relies on something being young does so
   * with the same error.
   */
  private static final Duration ROUNDING = Duration.ofSeconds(3);

  static RunClock starting(Duration grace, LongSupplier nanos) {
    return new RunClock(nanos.getAsLong(), grace, nanos);
  }

  /** Whether it was older than the grace when the run began. */
  boolean wasOld(Found found) {
    return wasOlderThan(found, grace);
  }

  boolean wasOlderThan(Found found, Duration age) {
    return wasOlderThan(found.written(), age);
  }

  boolean wasOlderThan(long written, Duration age) {
    return start - written > age.plus(ROUNDING).toNanos();
  }

  Duration sinceStart() {
    return Duration.ofNanos(nanos.getAsLong() - start);
  }

  long now() {
    return nanos.getAsLong();
  }

  /** Whether a quarter of the grace has passed since. */
  boolean isQuarterPast(long since) {
    return now() - since >= grace.toNanos() / 4;
  }
}
