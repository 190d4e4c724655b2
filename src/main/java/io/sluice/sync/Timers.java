package io.sluice.sync;

import io.vertx.core.Timer;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Pauses that can all be ended at once. Confined to the sync verticle's context. */
final class Timers {
  private static final Duration LONGEST = Duration.ofDays(365);

  private final Vertx vertx;
  private final Set<Timer> running = new HashSet<>();
  private boolean stopped;

  Timers(Vertx vertx) {
    this.vertx = vertx;
  }

  /** Completes then; fails when it is cancelled, or when all of them are stopped. */
  Timer after(Duration delay) {
    var bounded = delay.compareTo(LONGEST) < 0 ? delay : LONGEST;
    var timer = vertx.timer(Math.max(1, bounded.toMillis()), TimeUnit.MILLISECONDS);
    running.add(timer);
    timer.onComplete(_ -> running.remove(timer));
    if (stopped) {
      timer.cancel();
    }
    return timer;
  }

  /** Ends those that run, and those that somebody begins yet. */
  void stop() {
    stopped = true;
    Set.copyOf(running).forEach(Timer::cancel);
  }
}
