package io.sluice.gc;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Time that passes only when a test lets it; chance is what it says. Confined to one context. */
final class VirtualAlarms implements Alarms {
  private record Set(Instant time, Runnable action) {}

  private final List<Set> set = new ArrayList<>();
  private volatile Instant now = Instant.parse("2026-11-24T12:00:00Z");
  double random;

  @Override
  public Instant now() {
    return now;
  }

  @Override
  public double random() {
    return random;
  }

  @Override
  public Runnable after(Duration delay, Runnable action) {
    var alarm = new Set(now.plus(delay), action);
    set.add(alarm);
    return () -> set.remove(alarm);
  }

  /** Lets time pass up to the next alarm, and has that ring; false if there is none until then. */
  boolean ringUntil(Instant end) {
    var next =
        set.stream().min(Comparator.comparing(Set::time)).filter(it -> !it.time.isAfter(end));
    if (next.isEmpty()) {
      now = end;
      return false;
    }
    now = next.get().time;
    set.remove(next.get());
    next.get().action.run();
    return true;
  }
}
