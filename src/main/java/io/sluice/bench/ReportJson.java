package io.sluice.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.config.GoDuration;

/** The report as programs read it. Times in milliseconds, sizes in bytes. */
final class ReportJson {
  private ReportJson() {}

  static String of(Report report) {
    var settings = report.settings();
    var root = JsonNodeFactory.instance.objectNode();
    root.put("target", settings.target().toString());
    root.put("started", report.started().toString());
    root.put("interrupted", report.interrupted());
    root.set("parameters", parameters(settings));
    var scenarios = root.putArray("scenarios");
    report.results().forEach(result -> scenarios.add(result(result)));
    var notes = root.putArray("notes");
    report.notes().forEach(notes::add);
    return root.toPrettyString();
  }

  private static ObjectNode parameters(BenchSettings settings) {
    var node = JsonNodeFactory.instance.objectNode();
    var names = node.putArray("scenarios");
    settings.scenarios().forEach(scenario -> names.add(scenario.toString()));
    settings.concurrency().ifPresent(value -> node.put("concurrency", value));
    node.put("duration", GoDuration.format(settings.duration()));
    node.put("warmup", GoDuration.format(settings.warmup()));
    settings.count().ifPresent(value -> node.put("count", value));
    node.put("largeSize", settings.largeSize().bytes());
    node.put("smallLayers", Stock.SMALL_LAYERS);
    node.put("smallLayerSize", Stock.SMALL_SIZE);
    node.put("repository", settings.repository().toString());
    node.put("keep", settings.keep());
    node.put("eventLoops", settings.eventLoops());
    return node;
  }

  private static ObjectNode result(Result result) {
    var node = JsonNodeFactory.instance.objectNode();
    node.put("scenario", result.scenario().toString());
    node.put("concurrency", result.concurrency());
    node.put("seconds", result.elapsed().toNanos() / 1e9);
    node.put("operations", result.operations());
    node.put("operationsPerSecond", result.operationsPerSecond());
    node.put("bytes", result.bytes());
    node.put("bytesPerSecond", result.bytesPerSecond());
    node.put("retries", result.retries());
    node.put("errors", result.errors());
    var kinds = node.putObject("errorsByKind");
    result.errorsByKind().forEach(kinds::put);
    var latencies = result.latencies();
    node.putObject("latencyMillis")
        .put("mean", latencies.mean() / 1e6)
        .put("p50", latencies.percentile(50) / 1e6)
        .put("p90", latencies.percentile(90) / 1e6)
        .put("p99", latencies.percentile(99) / 1e6)
        .put("p999", latencies.percentile(99.9) / 1e6)
        .put("max", latencies.max() / 1e6);
    return node;
  }
}
