package io.sluice.sync;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How many bytes all spools may have on disk. Granted first come, first served; what is larger than
 * all there is, is granted when nothing else is there. Confined to the sync verticle's context.
 */
final class SpoolSpace {
  private long total;
  private Runnable whenScarce = () -> {};
  private final Deque<Request> waiting = new ArrayDeque<>();
  private long used;

  private record Request(long bytes, Promise<Void> granted) {}

  /** From now on there are so many bytes. */
  void resize(long bytes) {
    total = bytes;
    grant();
  }

  /** Called when somebody has to wait: whoever can do without what they hold is to give it back. */
  void whenScarce(Runnable action) {
    whenScarce = action;
  }

  /** Completes when so many bytes may be written; {@link #release} gives them back. */
  Future<Void> acquire(long bytes) {
    var request = new Request(bytes, Promise.promise());
    waiting.add(request);
    grant();
    if (!request.granted.future().isComplete()) {
      whenScarce.run();
    }
    return request.granted.future();
  }

  /** Takes more for what turned out to be larger, if there is room at once. */
  boolean tryAcquire(long bytes) {
    if (!waiting.isEmpty() || used + bytes > total) {
      return false;
    }
    used += bytes;
    return true;
  }

  void release(long bytes) {
    used -= bytes;
    grant();
  }

  /** Whether somebody waits. */
  boolean isScarce() {
    return !waiting.isEmpty();
  }

  long used() {
    return used;
  }

  long total() {
    return total;
  }

  private void grant() {
    while (!waiting.isEmpty() && (used == 0 || used + waiting.getFirst().bytes <= total)) {
      var request = waiting.remove();
      used += request.bytes;
      request.granted.complete();
    }
  }
}
