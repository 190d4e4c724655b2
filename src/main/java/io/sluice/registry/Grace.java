package io.sluice.registry;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * The time for which nothing that was written is collected, {@code gcDelay} of the configuration,
 * and the two clocks that count: ages come from the store, what passes here from the monotonic
 * clock of the process. The wall clock of this machine decides nothing.
 */
record Grace(Duration duration, LongSupplier nanos) {

  /**
   * A reference is only made to what is younger than this, and is published before so much has
   * passed.
   */
  long halfNanos() {
    return duration.toNanos() / 2;
  }

  long now() {
    return nanos.getAsLong();
  }

  /** Something that is as old as the store said, at a time that lies before the store was asked. */
  Sighting sighting(Duration age, long beforeAsking) {
    return new Sighting(age.toNanos(), beforeAsking);
  }

  boolean isYoung(Sighting sighting) {
    return sighting.ageAt(now()) < halfNanos();
  }

  boolean isOlderThanGrace(Sighting sighting) {
    return sighting.ageAt(now()) >= duration.toNanos();
  }

  /**
   * Whether half the grace has passed since: then what was looked at then may not be relied on any
   * more.
   */
  boolean isTooLateSince(long start) {
    return now() - start >= halfNanos();
  }

  /**
   * When something was seen, and how old it was then; both err towards older.
   *
   * @param ageNanos by the store's clock
   * @param atNanos by the process's monotonic clock
   */
  record Sighting(long ageNanos, long atNanos) {
    long ageAt(long nanos) {
      return ageNanos + (nanos - atNanos);
    }
  }
}
