package io.sluice.registry;

import io.sluice.store.Sequence;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/** What must not be done twice at once for the same key in this process. Confined to a context. */
final class Turns<K> {
  private final Map<K, Sequence> turns = new HashMap<>();

  /** Runs an action when those before it of the same key have ended, however they did. */
  <T> Future<T> take(K key, Supplier<Future<T>> action) {
    var turn = turns.computeIfAbsent(key, _ -> new Sequence());
    return turn.afterwards(action)
        .onComplete(
            _ -> {
              if (turn.isIdle()) {
                turns.remove(key);
              }
            });
  }
}
