package io.sluice.gc;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Lets so many calls a second pass, evenly: a collection shares the store with those who push and
 * pull. Confined to one context.
 */
final class Pace {
  /** Up to so much of a second may pass at once after a rest; timers are no finer than this. */
  private static final long BURST_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final Vertx vertx;
  private final LongSupplier nanos;
  private final long interval;
  private long nextAt;

  /**
   * @param perSecond {@link Integer#MAX_VALUE} for no limit
   */
  Pace(Vertx vertx, LongSupplier nanos, int perSecond) {
    this.vertx = vertx;
    this.nanos = nanos;
    this.interval = TimeUnit.SECONDS.toNanos(1) / perSecond;
    this.nextAt = nanos.getAsLong();
  }

  /** Completes when it is one's turn. */
  Future<Void> turn() {
    if (interval == 0) {
      return Future.succeededFuture();
    }
    long now = nanos.getAsLong();
    nextAt = Math.max(nextAt + interval, now - BURST_NANOS);
    long wait = nextAt - now;
    return wait <= 0
        ? Future.succeededFuture()
        : vertx.timer(wait, TimeUnit.NANOSECONDS).mapEmpty();
  }
}
