package io.sluice.sync;

import io.sluice.config.SyncRegistryConfig;
import java.time.Duration;

/** The pauses between tries: {@code retryDelay}, doubled each time up to {@code maxRetryDelay}. */
final class Backoff {
  private static final Duration FIRST = Duration.ofMillis(200);
  private static final Duration LONGEST = Duration.ofSeconds(30);
  private static final Duration SHORTEST = Duration.ofMillis(1);
  private static final int MOST_DOUBLINGS = 16;

  private Backoff() {}

  /**
   * The next one.
   *
   * @param tries that have failed before the last one
   */
  static Duration of(SyncRegistryConfig config, int tries) {
    var first = config.retryDelay().orElse(FIRST);
    var longest = config.maxRetryDelay().orElse(LONGEST);
    // Seen this way it can't overflow, whatever is configured.
    int doublings = Math.min(tries, MOST_DOUBLINGS);
    var delay =
        first.compareTo(longest.dividedBy(1L << doublings)) < 0
            ? first.multipliedBy(1L << doublings)
            : longest;
    return delay.compareTo(SHORTEST) < 0 ? SHORTEST : delay;
  }
}
