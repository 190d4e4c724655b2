package io.sluice.config;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A Redis, by {@code url} or by {@code addr}: for {@code cacheDriver} and {@code sessionDriver}.
 * The keys are those of the client that Zot uses; what is absent is left to the client.
 *
 * @param keyPrefix of all keys; default {@code zot}, for sessions {@code zotsession}
 * @param url may hold a password, hence secret
 * @param addresses (addr) {@code host:port}; several for a cluster or sentinels
 * @param masterName of sentinels
 */
public record RedisConfig(
    String keyPrefix,
    Optional<Secret> url,
    List<String> addresses,
    Optional<String> clientName,
    Optional<Integer> database,
    Optional<Integer> protocol,
    Credentials credentials,
    Credentials sentinelCredentials,
    Optional<String> masterName,
    Retries retries,
    Timeouts timeouts,
    Pool pool,
    Routing routing)
    implements CacheDriverConfig {

  /** User and password, either may be absent. */
  public record Credentials(Optional<String> username, Optional<Secret> password) {}

  /** Of a command; negative attempts mean none. */
  public record Retries(
      Optional<Integer> max, Optional<Duration> minBackoff, Optional<Duration> maxBackoff) {}

  /** Of one operation each. */
  public record Timeouts(
      Optional<Duration> dial,
      Optional<Duration> read,
      Optional<Duration> write,
      boolean contextTimeoutEnabled) {}

  /** Of connections. */
  public record Pool(
      boolean fifo,
      Optional<Integer> size,
      Optional<Duration> timeout,
      Optional<Integer> minIdle,
      Optional<Integer> maxIdle,
      Optional<Integer> maxActive,
      Optional<Duration> maxIdleTime,
      Optional<Duration> maxLifetime) {}

  /** Of commands in a cluster, and how we introduce ourselves. */
  public record Routing(
      Optional<Integer> maxRedirects,
      boolean readOnly,
      boolean byLatency,
      boolean randomly,
      boolean disableIdentity,
      Optional<String> identitySuffix,
      boolean unstableResp3) {}

  static RedisConfig read(Section redis, String keyPrefix) {
    var url = redis.secret("url");
    var addresses = redis.strings("addr");
    if (url.isEmpty() && addresses.isEmpty()) {
      redis.problem("url", "is missing", "a Redis URL, or addresses in \"addr\"");
    }
    return new RedisConfig(
        redis.string("keyprefix").orElse(keyPrefix),
        url,
        addresses,
        redis.string("client_name"),
        redis.integer("db", 0, Integer.MAX_VALUE),
        redis.integer("protocol", 2, 3),
        new Credentials(redis.string("username"), redis.secret("password")),
        new Credentials(redis.string("sentinel_username"), redis.secret("sentinel_password")),
        redis.string("master_name"),
        new Retries(
            redis.integer("max_retries", -1, Integer.MAX_VALUE),
            redis.duration("min_retry_backoff"),
            redis.duration("max_retry_backoff")),
        new Timeouts(
            redis.duration("dial_timeout"),
            redis.duration("read_timeout"),
            redis.duration("write_timeout"),
            redis.flag("context_timeout_enabled", false)),
        readPool(redis),
        new Routing(
            redis.integer("max_redirects", -1, Integer.MAX_VALUE),
            redis.flag("read_only", false),
            redis.flag("route_by_latency", false),
            redis.flag("route_randomly", false),
            redis.flag("disable_identity", false),
            redis.string("identity_suffix"),
            redis.flag("unstable_resp3", false)));
  }

  private static Pool readPool(Section redis) {
    return new Pool(
        redis.flag("pool_fifo", false),
        redis.integer("pool_size", 0, Integer.MAX_VALUE),
        redis.duration("pool_timeout"),
        redis.integer("min_idle_conns", 0, Integer.MAX_VALUE),
        redis.integer("max_idle_conns", 0, Integer.MAX_VALUE),
        redis.integer("max_active_conns", 0, Integer.MAX_VALUE),
        redis.duration("conn_max_idle_time"),
        redis.duration("conn_max_lifetime"));
  }
}
