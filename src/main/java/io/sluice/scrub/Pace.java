package io.sluice.scrub;

import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * So many bytes a second: whoever takes some has them at once, if what was taken before is paid off
 * by the time that has passed. Confined to one context, and for one who waits at a time.
 */
final class Pace {
  /** What wasn't taken for so long may be taken later. */
  private static final long SAVED_NANOS = Duration.ofMillis(250).toNanos();

  private static final double NANOS_PER_SECOND = 1e9;
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final Vertx vertx;
  private final long bytesPerSecond;
  private final LongSupplier nanos;
  private long paidOffAt;
  private @Nullable Promise<Void> waiting;
  private boolean closed;

  Pace(Vertx vertx, long bytesPerSecond, LongSupplier nanos) {
    this.vertx = vertx;
    this.bytesPerSecond = bytesPerSecond;
    this.nanos = nanos;
    this.paidOffAt = nanos.getAsLong();
  }

  /** Succeeds when so many bytes may be read; fails once this is closed. */
  Future<Void> take(long bytes) {
    if (closed) {
      return Future.failedFuture(stopped());
    }
    long wait = reserve(bytes);
    if (wait <= 0) {
      return Future.succeededFuture();
    }
    Promise<Void> promise = Promise.promise();
    waiting = promise;
    vertx.setTimer(Math.ceilDiv(wait, NANOS_PER_MILLI), _ -> promise.tryComplete());
    return promise.future();
  }

  /** Takes them, and tells how long to wait before they are read, in nanoseconds. */
  long reserve(long bytes) {
    long now = nanos.getAsLong();
    if (now - paidOffAt > SAVED_NANOS) {
      paidOffAt = now - SAVED_NANOS;
    }
    long wait = paidOffAt - now;
    paidOffAt += (long) (bytes * NANOS_PER_SECOND / bytesPerSecond);
    return wait;
  }

  /** Who waits fails, and so does who comes. */
  void close() {
    closed = true;
    if (waiting != null) {
      waiting.tryFail(stopped());
    }
  }

  private static RegistryException stopped() {
    return new RegistryException(new RegistryError.ShuttingDown());
  }
}
