package io.sluice.sync;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Collection;
import java.util.Iterator;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Does the same for each of many things, a few at a time and in their order. Confined to one
 * context. However many there are, one call never lies within another.
 */
final class Lanes<T> {
  private final Iterator<T> left;
  private final Function<T, Future<?>> work;
  private final Promise<Void> done = Promise.promise();
  private @Nullable Throwable failure;
  private int open;

  private Lanes(Iterator<T> left, int lanes, Function<T, Future<?>> work) {
    this.left = left;
    this.work = work;
    this.open = lanes;
  }

  /**
   * Fails with the first failure; after it, nothing more is begun, and what was begun has ended.
   */
  static <T> Future<Void> each(Collection<T> all, int lanes, Function<T, Future<?>> work) {
    var each = new Lanes<>(all.iterator(), lanes, work);
    for (int i = 0; i < lanes; i++) {
      each.lane();
    }
    return each.done.future();
  }

  private void lane() {
    while (left.hasNext() && failure == null) {
      var step = begin(left.next());
      if (!step.isComplete()) {
        step.onComplete(
            result -> {
              note(result.cause());
              lane();
            });
        return;
      }
      note(step.cause());
    }
    if (--open > 0) {
      return;
    }
    if (failure == null) {
      done.complete();
    } else {
      done.fail(failure);
    }
  }

  private Future<?> begin(T next) {
    try {
      return work.apply(next);
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
  }

  private void note(@Nullable Throwable cause) {
    if (failure == null) {
      failure = cause;
    }
  }
}
