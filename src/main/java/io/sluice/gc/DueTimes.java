package io.sluice.gc;

import io.sluice.config.GcConfig;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.Optional;

/**
 * When a store is to be collected next, by what its last collection left. Every process comes to
 * the same result.
 */
record DueTimes(GcConfig gc, Duration grace, Duration undo) {
  /** So many in a row may come before their time. */
  static final int MOST_FOLLOW_UPS = 3;

  /** Of the interval, as jitter and as the shortest pause between two runs. */
  static final int PART = 10;

  private static final Duration MARGIN = Duration.ofMinutes(1);

  /**
   * When the next one is due.
   *
   * @param followUps as in {@link GcRun}
   */
  record Due(Instant time, int followUps) {}

  /** Whether it is collected without being asked. */
  boolean isScheduled() {
    return gc.enabled() && gc.interval().isPositive();
  }

  Due after(Optional<GcRun> last, Instant now) {
    if (last.isEmpty()) {
      return new Due(now, 0);
    }
    var run = last.get();
    var regular =
        later(run.started().plus(gc.interval()), run.ended().plus(gc.interval().dividedBy(PART)));
    var followUp = run.ended().plus(followUpAfter());
    boolean follows =
        run.totals().waiting() > 0
            && !run.dryRun()
            && run.followUps() < MOST_FOLLOW_UPS
            && followUp.isBefore(regular)
            && now.isBefore(regular);
    return follows ? new Due(followUp, run.followUps() + 1) : new Due(regular, 0);
  }

  /** By then whatever had to wait for its time has waited enough. */
  Duration followUpAfter() {
    var twice = grace.multipliedBy(2);
    return (twice.compareTo(undo) > 0 ? twice : undo).plus(MARGIN);
  }

  /** The first time from then on at which a collection may start. */
  Instant opening(Instant from) {
    var window = gc.timeWindow();
    if (window.isEmpty() || window.get().contains(LocalTime.ofInstant(from, ZoneOffset.UTC))) {
      return from;
    }
    var time = from.atZone(ZoneOffset.UTC);
    var opens = time.with(window.get().start());
    return (opens.isAfter(time) ? opens : opens.plusDays(1)).toInstant();
  }

  /** The longest time by which one may come too late, so that processes don't begin together. */
  Duration jitter() {
    var part = gc.interval().dividedBy(PART);
    if (gc.timeWindow().isEmpty()) {
      return part;
    }
    var window = gc.timeWindow().get();
    var open = Duration.between(window.start(), window.end());
    var half = (open.isNegative() ? open.plusDays(1) : open).dividedBy(2);
    return part.compareTo(half) < 0 ? part : half;
  }

  private static Instant later(Instant a, Instant b) {
    return a.isAfter(b) ? a : b;
  }
}
