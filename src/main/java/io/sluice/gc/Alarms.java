package io.sluice.gc;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;

/** Time and chance, as schedules see them. */
interface Alarms {

  Instant now();

  /** From 0 to less than 1. */
  double random();

  /** Runs the action on the current context, once; answers what calls that off. */
  Runnable after(Duration delay, Runnable action);

  /** Those of this machine. */
  static Alarms standard(Vertx vertx) {
    return new Alarms() {
      @Override
      public Instant now() {
        return Instant.now();
      }

      @Override
      public double random() {
        return ThreadLocalRandom.current().nextDouble();
      }

      @Override
      public Runnable after(Duration delay, Runnable action) {
        long timer = vertx.setTimer(Math.max(1, delay.toMillis()), _ -> action.run());
        return () -> vertx.cancelTimer(timer);
      }
    };
  }
}
