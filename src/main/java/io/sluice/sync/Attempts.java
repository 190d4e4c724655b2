package io.sluice.sync;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Asks an upstream until it answers, as far as that is reasonable. Confined to the sync verticle's
 * context.
 *
 * <p>An upstream that limits us, or has to rest, makes all wait; that is not counted as a try, but
 * the same thing waits for it a few times only, so that one broken image doesn't stop the others.
 */
final class Attempts {
  private static final int MOST_RESTS = 3;
  private static final Duration LONGEST_REST = Duration.ofHours(6);

  private final Remote remote;
  private final Timers timers;
  private final BooleanSupplier going;
  private Future<Void> rest = Future.succeededFuture();
  private long restsUntil = System.nanoTime();

  /**
   * @param going whether it is still worth it
   */
  Attempts(Remote remote, Timers timers, BooleanSupplier going) {
    this.remote = remote;
    this.timers = timers;
    this.going = going;
  }

  /** Fails with what it failed with last. */
  <T> Future<T> of(Supplier<Future<T>> action) {
    return next(action, 0, 0);
  }

  private <T> Future<T> next(Supplier<Future<T>> action, int failures, int rests) {
    return rest.compose(_ -> action.get())
        .recover(
            cause -> {
              if (!going.getAsBoolean()) {
                return Future.failedFuture(cause);
              }
              var left = Failures.rest(cause);
              if (left.isPresent() && rests < MOST_RESTS) {
                restFor(left.get());
                return next(action, failures, rests + 1);
              }
              if (left.isPresent()
                  || !Failures.isPassing(cause)
                  || failures >= remote.config().maxRetries().orElse(0)) {
                return Future.failedFuture(cause);
              }
              return timers
                  .after(Backoff.of(remote.config(), failures))
                  .compose(_ -> next(action, failures + 1, rests));
            });
  }

  private void restFor(Duration wanted) {
    var bounded = wanted.compareTo(LONGEST_REST) < 0 ? wanted : LONGEST_REST;
    long until = System.nanoTime() + bounded.toNanos();
    if (rest.isComplete() || until - restsUntil > 0) {
      restsUntil = until;
      rest = timers.after(bounded);
    }
  }

  /** Fails when there is no more time; what was begun may go on. */
  <T> Future<T> within(Duration time, Future<T> action, Runnable onTimeout) {
    Promise<T> first = Promise.promise();
    var timer = timers.after(time);
    timer.onSuccess(
        _ -> {
          onTimeout.run();
          first.tryFail(new GivenUp("it took longer than syncTimeout"));
        });
    action.onComplete(
        result -> {
          timer.cancel();
          if (result.succeeded()) {
            first.tryComplete(result.result());
          } else {
            first.tryFail(result.cause());
          }
        });
    return first.future();
  }
}
