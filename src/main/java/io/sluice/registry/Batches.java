package io.sluice.registry;

import io.vertx.core.Future;
import java.util.List;
import java.util.function.Supplier;

/**
 * Runs many steps some at a time: a manifest may name ten thousands of things, and looking for all
 * of them at once would hold up everybody else.
 */
final class Batches {
  private static final int AT_ONCE = 32;

  private Batches() {}

  /** Completes when all are done; after a failure, none is begun. */
  static Future<Void> run(List<Supplier<Future<?>>> steps) {
    if (steps.isEmpty()) {
      return Future.succeededFuture();
    }
    int now = Math.min(AT_ONCE, steps.size());
    var batch = steps.subList(0, now).stream().<Future<?>>map(Supplier::get).toList();
    return Future.all(batch).compose(_ -> run(steps.subList(now, steps.size())));
  }
}
