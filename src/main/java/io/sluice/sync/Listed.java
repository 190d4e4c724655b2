package io.sluice.sync;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.sluice.sync.Remote.Source;
import io.sluice.sync.SyncCommands.Pulled;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Lists that upstreams give, each remembered for a while and asked for once at a time. Confined to
 * the sync verticle's context.
 *
 * @param <K> what is listed
 */
final class Listed<K, T> {
  private static final int MOST_ITEMS = 200_000;

  private final LongSupplier nanos;
  private final Singles<Asked<K>, Pulled<List<T>>> running = new Singles<>();
  private final Cache<Asked<K>, Known<T>> known =
      Caffeine.newBuilder()
          .executor(Runnable::run)
          .maximumWeight(MOST_ITEMS)
          .<Asked<K>, Known<T>>weigher((_, list) -> 1 + list.items.size())
          .build();

  private record Asked<K>(K what, List<Source> sources) {}

  private record Known<T>(List<T> items, long at) {}

  Listed(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /**
   * What the first of the sources has that has it; an empty list when none has. Never fails because
   * of an upstream: then the list is what was known of it before, or empty, and stale.
   */
  Future<Pulled<List<T>>> of(
      K what, List<Source> sources, Duration ttl, Function<Source, Future<List<T>>> ask) {
    var key = new Asked<>(what, sources);
    var before = known.getIfPresent(key);
    if (before != null && nanos.getAsLong() - before.at < ttl.toNanos()) {
      return Future.succeededFuture(new Pulled<>(before.items, Optional.empty()));
    }
    return running.get(key, () -> ask(key, 0, ask));
  }

  private Future<Pulled<List<T>>> ask(
      Asked<K> key, int index, Function<Source, Future<List<T>>> ask) {
    if (index == key.sources.size()) {
      return Future.succeededFuture(remember(key, List.of()));
    }
    return ask.apply(key.sources.get(index))
        .map(items -> remember(key, items))
        .recover(
            cause -> {
              if (Failures.isNotFound(cause)) {
                return ask(key, index + 1, ask);
              }
              if (!Failures.isUpstreams(cause)) {
                return Future.failedFuture(cause);
              }
              var before = known.getIfPresent(key);
              return Future.succeededFuture(
                  new Pulled<>(
                      before == null ? List.of() : before.items,
                      Optional.of(Failures.reason(cause))));
            });
  }

  private Pulled<List<T>> remember(Asked<K> key, List<T> items) {
    known.put(key, new Known<>(items, nanos.getAsLong()));
    return new Pulled<>(items, Optional.empty());
  }
}
