package io.sluice.process;

import java.util.Map;
import java.util.TreeMap;

/** How often what was done in the soak test. Thread safe. */
final class SoakCounts {
  private final Map<String, Long> counts = new TreeMap<>();

  void add(String what) {
    add(what, 1);
  }

  synchronized void add(String what, long times) {
    counts.merge(what, times, Long::sum);
  }

  synchronized long of(String what) {
    return counts.getOrDefault(what, 0L);
  }

  @Override
  public synchronized String toString() {
    return counts.toString();
  }
}
