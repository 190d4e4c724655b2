package io.sluice.bench;

import java.util.Locale;

/** The table that people read. MB are 10^6 bytes. */
final class ReportTable {
  private ReportTable() {}

  static String of(Report report) {
    var out = new StringBuilder();
    row(
        out,
        "scenario",
        "conc",
        "operations",
        "errors",
        "ops/s",
        "MB/s",
        "p50 ms",
        "p99 ms",
        "max ms");
    for (var result : report.results()) {
      var latencies = result.latencies();
      row(
          out,
          result.scenario(),
          result.concurrency(),
          result.operations(),
          result.errors(),
          brief(result.operationsPerSecond()),
          result.bytes() == 0 ? "-" : brief(result.bytesPerSecond() / 1e6),
          brief(latencies.percentile(50) / 1e6),
          brief(latencies.percentile(99) / 1e6),
          brief(latencies.max() / 1e6));
    }
    for (var result : report.results()) {
      result
          .errorsByKind()
          .forEach(
              (kind, times) ->
                  out.append("%s: %d x %s%n".formatted(result.scenario(), times, kind)));
    }
    if (report.interrupted()) {
      out.append("Interrupted: this is what was measured until then.%n".formatted());
    }
    report.notes().forEach(note -> out.append(note).append(System.lineSeparator()));
    return out.toString();
  }

  private static void row(StringBuilder out, Object... cells) {
    out.append("%-13s %5s %11s %8s %9s %9s %9s %9s %9s%n".formatted(cells));
  }

  /** Three digits that count, as people compare them. */
  private static String brief(double value) {
    int decimals = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3;
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }
}
