package io.sluice.api;

import io.sluice.scrub.Finding;
import io.sluice.scrub.ScrubCommands.GetScrubState;
import io.sluice.scrub.ScrubCommands.RunScrub;
import io.sluice.scrub.ScrubState;
import io.sluice.scrub.ScrubTotals;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** {@code /v2/_sluice/scrub}: how it stands with the scrubs, for who may see all. */
final class ScrubRoutes {
  private ScrubRoutes() {}

  static Future<Void> get(Exchange exchange) {
    return exchange.ask(new GetScrubState()).compose(state -> answer(exchange, 200, json(state)));
  }

  /** Begins one, if none runs; whoever asks is told of the one that runs then. */
  static Future<Void> post(Exchange exchange) {
    return exchange
        .ask(new RunScrub())
        .compose(asked -> answer(exchange, 202, json(asked.state()).put("begun", asked.begun())));
  }

  private static Future<Void> answer(Exchange exchange, int status, JsonObject json) {
    // It is another one a moment later.
    exchange.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    return exchange.end(status, Headers.JSON, json.toBuffer());
  }

  private static JsonObject json(ScrubState state) {
    var json = new JsonObject().put("running", state.running());
    if (!state.pass().isEmpty()) {
      json.put("pass", state.pass());
    }
    state.started().ifPresent(started -> json.put("started", started.toString()));
    json.put("progress", json(state.progress()));
    state.failure().ifPresent(error -> json.put("error", error));
    state
        .last()
        .ifPresent(
            last ->
                json.put(
                    "last",
                    json(last.totals())
                        .put("started", last.started().toString())
                        .put("ended", last.ended().toString())));
    state.next().ifPresent(next -> json.put("next", next.toString()));
    var findings = new JsonArray();
    state.findings().forEach(finding -> findings.add(json(finding)));
    return json.put("sinceStart", json(state.sinceStart())).put("findings", findings);
  }

  private static JsonObject json(ScrubTotals totals) {
    return new JsonObject()
        .put("repositories", totals.repositories())
        .put("manifests", totals.manifests())
        .put("blobs", totals.blobs())
        .put("objects", totals.objects())
        .put("bytes", totals.bytes())
        .put("findings", totals.findings())
        .put("quarantined", totals.quarantined());
  }

  private static JsonObject json(Finding finding) {
    return new JsonObject()
        .put("repository", finding.repository().value())
        .put("tags", new JsonArray(finding.tags()))
        .put("status", finding.kind().id())
        .put("digest", finding.digest().toString())
        .put("error", finding.error())
        .put("quarantined", finding.quarantined());
  }
}
