package io.sluice.sync;

import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Lets whoever asks for what is being asked for already share the answer. Confined to one context.
 */
final class Singles<K, V> {
  private final Map<K, Future<V>> running = new HashMap<>();

  Future<V> get(K key, Supplier<Future<V>> action) {
    var known = running.get(key);
    if (known != null) {
      return known;
    }
    var future = action.get();
    if (!future.isComplete()) {
      running.put(key, future);
      future.onComplete(_ -> running.remove(key, future));
    }
    return future;
  }
}
