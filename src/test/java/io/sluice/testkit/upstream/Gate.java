package io.sluice.testkit.upstream;

import java.util.ArrayList;
import java.util.List;

/** Up to which offset the bytes of a blob may go. Thread safe. */
final class Gate {
  private final List<Runnable> waiting = new ArrayList<>();
  private long allowed;

  synchronized long allowed() {
    return allowed;
  }

  /** Runs something as soon as more than {@code offset} is allowed. */
  void whenBeyond(long offset, Runnable action) {
    synchronized (this) {
      if (allowed <= offset) {
        waiting.add(() -> whenBeyond(offset, action));
        return;
      }
    }
    action.run();
  }

  void allow(long more) {
    List<Runnable> woken;
    synchronized (this) {
      allowed = allowed + more < 0 ? Long.MAX_VALUE : allowed + more;
      woken = List.copyOf(waiting);
      waiting.clear();
    }
    woken.forEach(Runnable::run);
  }
}
