package io.sluice.store;

import io.vertx.core.Future;
import java.util.function.Supplier;

/**
 * Runs asynchronous steps one after the other. Confined to one context at a time: when it is {@link
 * #isIdle}, it may be handed to another one, and then starts afresh there, since a completed future
 * would call back on its old context.
 */
public final class Sequence {
  private Future<?> last = Future.succeededFuture();

  /**
   * Runs a step when all before it are done; it is not run, and fails alike, when the one before it
   * failed.
   */
  public <T> Future<T> then(Supplier<Future<T>> step) {
    Future<T> next;
    if (!last.isComplete()) {
      next = last.compose(_ -> step.get());
    } else if (last.failed()) {
      next = Future.failedFuture(last.cause());
    } else {
      next = step.get();
    }
    last = next;
    return next;
  }

  /** Runs a step when all before it are done, however they ended. */
  public <T> Future<T> afterwards(Supplier<Future<T>> step) {
    var next = last.isComplete() ? step.get() : last.transform(_ -> step.get());
    last = next;
    return next;
  }

  public boolean isIdle() {
    return last.isComplete();
  }
}
