package io.sluice.sync;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How many downloads an upstream is asked for at once. The others wait: first those that a client
 * waits for, then those in the background, each in the order in which they came. Confined to the
 * sync verticle's context.
 */
final class Slots {
  private final int most;
  private final Deque<Place> wanted = new ArrayDeque<>();
  private final Deque<Place> background = new ArrayDeque<>();
  private int taken;
  private Runnable whenIdle = () -> {};

  Slots(int most) {
    this.most = most;
  }

  /** A place in the queue, and then a slot until it is {@linkplain #free freed}. */
  final class Place {
    private final Promise<Void> turn = Promise.promise();
    private boolean given;
    private boolean freed;

    private Place() {}

    /** Completes when the slot is taken; never if it is freed before. */
    Future<Void> turn() {
      return turn.future();
    }

    /** A client waits for it now. Does nothing if it is its turn already. */
    void hurry() {
      if (background.remove(this)) {
        wanted.add(this);
      }
    }

    /** Gives the slot back, or the place in the queue; does nothing the second time. */
    void free() {
      if (freed) {
        return;
      }
      freed = true;
      if (given) {
        taken--;
        next();
      } else {
        wanted.remove(this);
        background.remove(this);
        tellIfIdle();
      }
    }
  }

  /** Gets in line. */
  Place enter(boolean inBackground) {
    var place = new Place();
    (inBackground ? background : wanted).add(place);
    next();
    return place;
  }

  int taken() {
    return taken;
  }

  int waiting() {
    return wanted.size() + background.size();
  }

  /** Calls back once nothing is taken and nobody waits: at once, if that is so now. */
  void whenIdle(Runnable action) {
    whenIdle = action;
    tellIfIdle();
  }

  private void next() {
    while (taken < most && waiting() > 0) {
      var place = wanted.isEmpty() ? background.remove() : wanted.remove();
      place.given = true;
      taken++;
      place.turn.complete();
    }
    tellIfIdle();
  }

  private void tellIfIdle() {
    if (taken == 0 && waiting() == 0) {
      var action = whenIdle;
      whenIdle = () -> {};
      action.run();
    }
  }
}
