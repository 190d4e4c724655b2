package io.sluice.sync.upstream;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;

/**
 * Spreads requests evenly, so that there are never more than so many in a second; who comes too
 * early waits. Confined to one context.
 */
final class Pace {
  private final Vertx vertx;
  private final long interval;
  private long next = System.nanoTime();

  /**
   * @param perSecond 0 for any number
   */
  Pace(Vertx vertx, int perSecond) {
    this.vertx = vertx;
    this.interval = perSecond == 0 ? 0 : TimeUnit.SECONDS.toNanos(1) / perSecond;
  }

  /** Succeeds when the next request may be sent; first come, first served. */
  Future<Void> turn() {
    if (interval == 0) {
      return Future.succeededFuture();
    }
    long now = System.nanoTime();
    long turn = now - next > 0 ? now : next;
    next = turn + interval;
    long millis = TimeUnit.NANOSECONDS.toMillis(turn - now);
    if (millis == 0) {
      return Future.succeededFuture();
    }
    Promise<Void> promise = Promise.promise();
    vertx.setTimer(millis, _ -> promise.complete());
    return promise.future();
  }
}
