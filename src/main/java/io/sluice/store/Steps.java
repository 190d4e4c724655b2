package io.sluice.store;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Iterator;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Does one thing after the other. Unlike a chain of {@code compose}, neither the stack nor the
 * memory grows with the number of steps: a walk through a store has millions. Confined to one
 * context.
 */
public final class Steps<T> {
  private final Iterator<T> items;
  private final Function<? super T, ? extends Future<?>> step;
  private final Promise<Void> end = Promise.promise();

  private Steps(Iterator<T> items, Function<? super T, ? extends Future<?>> step) {
    this.items = items;
    this.step = step;
  }

  /** Fails with the first failure; nothing is begun after it. */
  public static <T> Future<Void> each(
      Iterable<T> items, Function<? super T, ? extends Future<?>> step) {
    var steps = new Steps<>(items.iterator(), step);
    steps.go();
    return steps.end.future();
  }

  /** Repeats a step until it answers false. */
  public static Future<Void> whileTrue(Supplier<Future<Boolean>> step) {
    var again = new boolean[] {true};
    Iterable<Boolean> endless =
        () ->
            new Iterator<>() {
              @Override
              public boolean hasNext() {
                return again[0];
              }

              @Override
              public Boolean next() {
                return true;
              }
            };
    return each(endless, _ -> step.get().onSuccess(more -> again[0] = more));
  }

  private void go() {
    while (items.hasNext()) {
      var next = begin(items.next());
      if (!next.isComplete()) {
        next.onComplete(this::ended);
        return;
      }
      if (next.failed()) {
        end.fail(next.cause());
        return;
      }
    }
    end.complete();
  }

  private void ended(AsyncResult<?> result) {
    if (result.failed()) {
      end.fail(result.cause());
    } else {
      go();
    }
  }

  private Future<?> begin(T item) {
    try {
      return step.apply(item);
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
  }
}
