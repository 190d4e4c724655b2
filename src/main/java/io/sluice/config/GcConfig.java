package io.sluice.config;

import java.time.Duration;
import java.util.Optional;

/**
 * Garbage collection of one store: {@code storage.gc} and the keys beside it.
 *
 * @param enabled (gc) default true; in a sub-path false, as in Zot
 * @param delay (gcDelay) the age at which what nothing refers to may go; default 1 h. Also our
 *     <i>grace</i>: how long a push may take between its blobs and its manifest
 * @param interval (gcInterval) from one collection to the next; default 1 h, zero for none
 * @param timeWindow (gcTimeWindow) when a collection may start; empty for always
 * @param maxSchedulerDelay (gcMaxSchedulerDelay) the greatest pause between two repositories;
 *     default 30 s
 */
public record GcConfig(
    boolean enabled,
    Duration delay,
    Duration interval,
    Optional<TimeWindow> timeWindow,
    Duration maxSchedulerDelay) {

  static GcConfig defaults(boolean enabled) {
    return new GcConfig(
        enabled,
        Duration.ofHours(1),
        Duration.ofHours(1),
        Optional.empty(),
        Duration.ofSeconds(30));
  }

  /** Reads the keys of {@code storage} or of one of its sub-paths. */
  static GcConfig read(Section storage, boolean isSubPath) {
    var defaults = defaults(!isSubPath);
    boolean enabled = storage.flag("gc", defaults.enabled());
    var delay = notNegative(storage, "gcDelay", defaults.delay());
    if (isSubPath && enabled && delay.isZero()) {
      storage.problem("gcDelay", "must be longer than zero where gc is on", GoDuration.EXPECTED);
    }
    if (!enabled && storage.has("gcDelay")) {
      storage.warn("gcDelay", "has no effect, since gc is off");
    }
    return new GcConfig(
        enabled,
        delay,
        notNegative(storage, "gcInterval", defaults.interval()),
        storage.parsed("gcTimeWindow", TimeWindow::parse, TimeWindow.EXPECTED),
        notNegative(storage, "gcMaxSchedulerDelay", defaults.maxSchedulerDelay()));
  }

  private static Duration notNegative(Section storage, String key, Duration fallback) {
    return storage
        .duration(key)
        .filter(
            value -> storage.require(!value.isNegative(), key, "is negative", GoDuration.EXPECTED))
        .orElse(fallback);
  }
}
