package io.sluice.scrub;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * When a pass begins.
 *
 * @param interval from the end of one to the beginning of the next
 */
record ScrubSchedule(Duration interval) {
  /** A process that has just started has other things to do. */
  static final Duration FIRST = Duration.ofMinutes(5);

  /**
   * The share of the interval within which chance decides, so that replicas don't begin at once.
   */
  private static final double JITTER = 0.1;

  /** Whether the time has come. */
  boolean isDue(Optional<ScrubRecord> last, Instant now) {
    return last.isEmpty() || !now.isBefore(last.get().ended().plus(interval));
  }

  /**
   * How long to wait before looking whether one is due.
   *
   * @param chance from 0 to 1
   */
  Duration delay(Optional<ScrubRecord> last, Instant now, double chance) {
    var jitter = Duration.ofMillis((long) (interval.toMillis() * JITTER * chance));
    var left =
        last.map(record -> Duration.between(now, record.ended().plus(interval)))
            .orElse(Duration.ZERO);
    // A clock that was wrong once must not put it off for long.
    var bounded = left.compareTo(interval) > 0 ? interval : left;
    return (bounded.compareTo(FIRST) > 0 ? bounded : FIRST).plus(jitter);
  }
}
