package io.sluice.sync;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** How often upstreams were spared, by their hosts. Thread safe. */
public final class Traffic {
  private final Map<String, Counts> byHost = new ConcurrentHashMap<>();

  private record Counts(LongAdder hits, LongAdder misses) {
    Counts() {
      this(new LongAdder(), new LongAdder());
    }
  }

  /** A request was answered by what was here. */
  public void hit(String host) {
    of(host).hits.increment();
  }

  /** A request needed the upstream. */
  void miss(String host) {
    of(host).misses.increment();
  }

  long hits(String host) {
    return of(host).hits.sum();
  }

  long misses(String host) {
    return of(host).misses.sum();
  }

  private Counts of(String host) {
    return byHost.computeIfAbsent(host, _ -> new Counts());
  }
}
