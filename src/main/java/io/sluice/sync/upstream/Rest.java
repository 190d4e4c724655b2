package io.sluice.sync.upstream;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Leaves a host alone for a while after it failed too often in a row. Confined to one context. */
final class Rest {

  /*
   * A circuit breaker (Nygard, "Release It!"). Each request has a pass, and tells it how it went: so the failure of
   * one that began before the rest is not taken for that of the probe, which is the one request that is let through
   * after the rest and decides whether there is another, twice as long.
   */
  static final int FAILURES = 5;
  static final Duration SHORTEST = Duration.ofSeconds(5);
  static final Duration LONGEST = Duration.ofSeconds(60);

  private final LongSupplier nanos;
  private int failures;
  private boolean resting;
  private long until;
  private Duration rest = SHORTEST;
  private Optional<Pass> probe = Optional.empty();

  /**
   * @param nanos a clock that never goes back, in nanoseconds
   */
  Rest(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** One request's leave to be sent. */
  final class Pass {
    private Pass() {}

    /** The host has answered and can be used; what follows its header may still fail. */
    void answered() {
      if (isProbe()) {
        alive();
      }
    }

    /** The host did what it should. */
    void alive() {
      if (isProbe()) {
        probe = Optional.empty();
        resting = false;
        rest = SHORTEST;
      }
      if (!resting) {
        failures = 0;
      }
    }

    /** The host could not be reached, or failed. */
    void failed() {
      if (isProbe()) {
        probe = Optional.empty();
        rest = min(rest.multipliedBy(2), LONGEST);
        begin();
      } else if (!resting && ++failures >= FAILURES) {
        resting = true;
        begin();
      }
    }

    /** Nothing was learned of the host. */
    void dropped() {
      if (isProbe()) {
        probe = Optional.empty();
      }
    }

    private boolean isProbe() {
      return probe.filter(it -> it == this).isPresent();
    }
  }

  /** Empty while the host rests; see {@link #left}. */
  Optional<Pass> enter() {
    if (!left().isZero()) {
      return Optional.empty();
    }
    var pass = new Pass();
    if (resting) {
      probe = Optional.of(pass);
    }
    return Optional.of(pass);
  }

  /** Until the next request is let through; zero for at once. */
  Duration left() {
    if (!resting) {
      return Duration.ZERO;
    }
    long left = until - nanos.getAsLong();
    if (left > 0) {
      return Duration.ofNanos(left);
    }
    return probe.isPresent() ? Duration.ofSeconds(1) : Duration.ZERO;
  }

  boolean isResting() {
    return resting;
  }

  private void begin() {
    until = nanos.getAsLong() + rest.toNanos();
  }

  private static Duration min(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
