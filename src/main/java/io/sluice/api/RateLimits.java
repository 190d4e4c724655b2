package io.sluice.api;

import io.sluice.access.AddressBlock;
import io.sluice.access.Limiter;
import io.sluice.config.RateLimitConfig;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * {@code http.ratelimit}: how many requests a second each client may make, in all and by method.
 * Shared by all instances; thread safe.
 */
public final class RateLimits {
  /** Clients that are told apart at one time. */
  private static final int MOST_CLIENTS = 50_000;

  private final Optional<Limiter> all;
  private final Map<String, Limiter> byMethod = new HashMap<>();

  /** By the configuration; empty for no limit. */
  public RateLimits(Optional<RateLimitConfig> config, LongSupplier nanos) {
    this.all = config.flatMap(RateLimitConfig::rate).map(rate -> limiter(rate, nanos));
    config.ifPresent(
        it ->
            it.methods()
                .forEach(method -> byMethod.put(method.method(), limiter(method.rate(), nanos))));
  }

  /** A client may use up a second's worth at once. */
  private static Limiter limiter(int perSecond, LongSupplier nanos) {
    return new Limiter(
        Duration.ofNanos(Math.max(1, 1_000_000_000L / perSecond)), perSecond, MOST_CLIENTS, nanos);
  }

  /** Whether the client may make this request now: zero, or how long it has to wait. */
  Duration acquire(String method, String address) {
    if (all.isEmpty() && byMethod.isEmpty()) {
      return Duration.ZERO;
    }
    var client = AddressBlock.of(address);
    var limiter = byMethod.get(method);
    var wait = limiter == null ? Duration.ZERO : limiter.acquire(client);
    return wait.isZero() && all.isPresent() ? all.get().acquire(client) : wait;
  }
}
