package io.sluice.bench;

import java.util.SortedMap;
import java.util.TreeMap;

/** What was counted of a phase on one event loop, or of all when added up. Not thread safe. */
final class Tally {
  private final Histogram latencies = new Histogram();
  private final SortedMap<String, Long> errors = new TreeMap<>();
  private long bytes;
  private long retries;

  /** An operation that succeeded. */
  void success(long nanos, long moved) {
    latencies.record(nanos);
    bytes += moved;
  }

  /** An operation that failed; its time is not among the latencies. */
  void failure(String kind) {
    errors.merge(kind, 1L, Long::sum);
  }

  /** Requests that were sent again on a new connection, because the old one was closed. */
  void retried(long requests) {
    retries += requests;
  }

  void add(Tally other) {
    latencies.add(other.latencies);
    other.errors.forEach((kind, times) -> errors.merge(kind, times, Long::sum));
    bytes += other.bytes;
    retries += other.retries;
  }

  Histogram latencies() {
    return latencies;
  }

  SortedMap<String, Long> errors() {
    return errors;
  }

  long bytes() {
    return bytes;
  }

  long retries() {
    return retries;
  }
}
