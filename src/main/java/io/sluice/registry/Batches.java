package io.sluice.registry;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs many steps some at a time: a manifest may name ten thousands of things, and looking for all
 * of them at once would hold up everybody else. Confined to the caller's context.
 */
final class Batches {
  private static final int AT_ONCE = 32;

  private final List<? extends Supplier<? extends Future<?>>> steps;
  private final Promise<Void> done = Promise.promise();
  private int next;
  private int running;
  private boolean starting;
  private @Nullable Throwable failure;

  private Batches(List<? extends Supplier<? extends Future<?>>> steps) {
    this.steps = steps;
  }

  /**
   * Completes when all are done; after a failure none is begun, and those under way are awaited.
   */
  static Future<Void> run(List<? extends Supplier<? extends Future<?>>> steps) {
    var batches = new Batches(steps);
    batches.start();
    return batches.done.future();
  }

  /** In a loop, since steps that are done at once must not pile up on the stack. */
  private void start() {
    if (starting) {
      return;
    }
    starting = true;
    while (failure == null && running < AT_ONCE && next < steps.size()) {
      running++;
      steps.get(next++).get().onComplete(this::ended);
    }
    starting = false;
    if (running == 0) {
      if (failure == null) {
        done.complete();
      } else {
        done.fail(failure);
      }
    }
  }

  private void ended(AsyncResult<?> result) {
    running--;
    if (result.failed() && failure == null) {
      failure = result.cause();
    }
    start();
  }
}
