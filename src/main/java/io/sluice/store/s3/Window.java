package io.sluice.store.s3;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * How many calls of a kind may be under way at once. Thread safe: the contexts of all event loops
 * meet here; the lock is held for some instructions.
 */
final class Window {

  /*
   * Additive increase, multiplicative decrease, as TCP finds its share (Chiu and Jain, 1989): a store that says "slow
   * down" halves the window, as many good answers as the window is wide widen it by one. A burst of refusals is one
   * message, so it halves only once a second.
   */
  private static final long ONE_MESSAGE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final int least;
  private final int most;
  private final Queue<Promise<Void>> waiting = new ArrayDeque<>();
  private int limit;
  private int inFlight;
  private int good;
  private long narrowedAt = System.nanoTime() - ONE_MESSAGE_NANOS;

  Window(int least, int most) {
    this.least = least;
    this.most = most;
    this.limit = most;
  }

  /**
   * Waits for room, first come, first served; whoever got in must {@link #leave}. Fails with a
   * {@link TimeoutException}.
   */
  Future<Void> enter(Vertx vertx, long timeoutMillis) {
    Promise<Void> promise = ((ContextInternal) vertx.getOrCreateContext()).promise();
    synchronized (this) {
      if (waiting.isEmpty() && inFlight < limit) {
        inFlight++;
        return Future.succeededFuture();
      }
      waiting.add(promise);
    }
    long timer =
        vertx.setTimer(
            Math.max(1, timeoutMillis),
            _ -> promise.tryFail(new TimeoutException("too many calls wait for the store")));
    return promise.future().onComplete(_ -> vertx.cancelTimer(timer));
  }

  /** Makes room again after a call that the store has answered, or that failed on the way. */
  void leave() {
    synchronized (this) {
      inFlight--;
      if (limit < most && ++good >= limit) {
        good = 0;
        limit++;
      }
    }
    admit();
  }

  /** Makes room again after a call that the store was too busy for. */
  void leaveThrottled() {
    synchronized (this) {
      inFlight--;
      good = 0;
      long now = System.nanoTime();
      if (now - narrowedAt >= ONE_MESSAGE_NANOS) {
        narrowedAt = now;
        limit = Math.max(least, limit / 2);
      }
    }
    admit();
  }

  private void admit() {
    while (true) {
      Promise<Void> next;
      synchronized (this) {
        if (inFlight >= limit) {
          return;
        }
        next = waiting.poll();
        if (next == null) {
          return;
        }
        inFlight++;
      }
      if (next.tryComplete()) {
        continue;
      }
      // It gave up waiting meanwhile.
      synchronized (this) {
        inFlight--;
      }
    }
  }

  synchronized int limit() {
    return limit;
  }

  synchronized int inFlight() {
    return inFlight;
  }
}
