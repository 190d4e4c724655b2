package io.sluice.bench;

import java.time.Duration;
import java.util.Map;
import java.util.SortedMap;

/** What came of a scenario: of its measured part, without preparation and warm-up. */
public final class Result {
  private final Scenario scenario;
  private final int concurrency;
  private final Duration elapsed;
  private final Tally tally;

  Result(Scenario scenario, int concurrency, Duration elapsed, Tally tally) {
    this.scenario = scenario;
    this.concurrency = concurrency;
    this.elapsed = elapsed;
    this.tally = tally;
  }

  public Scenario scenario() {
    return scenario;
  }

  public int concurrency() {
    return concurrency;
  }

  /** From the begin of the first operation to the end of the last. */
  public Duration elapsed() {
    return elapsed;
  }

  /** Those that succeeded. */
  public long operations() {
    return tally.latencies().count();
  }

  /** Those that failed. */
  public long errors() {
    return tally.errors().values().stream().mapToLong(Long::longValue).sum();
  }

  /** How often which error was seen, as in {@code PATCH upload: 500}. */
  public Map<String, Long> errorsByKind() {
    SortedMap<String, Long> errors = tally.errors();
    return java.util.Collections.unmodifiableSortedMap(errors);
  }

  /** Bytes of content that operations moved. */
  public long bytes() {
    return tally.bytes();
  }

  /** Requests sent again since the connection had been closed; they aren't errors. */
  public long retries() {
    return tally.retries();
  }

  public double operationsPerSecond() {
    return perSecond(operations());
  }

  public double bytesPerSecond() {
    return perSecond(bytes());
  }

  Histogram latencies() {
    return tally.latencies();
  }

  private double perSecond(long amount) {
    return elapsed.isZero() ? 0 : amount * 1e9 / elapsed.toNanos();
  }
}
