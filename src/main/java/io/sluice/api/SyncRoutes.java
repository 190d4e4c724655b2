package io.sluice.api;

import io.sluice.sync.SyncCommands.GetSyncState;
import io.sluice.sync.SyncState;
import io.sluice.sync.upstream.UpstreamStatus;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** {@code /v2/_sluice/sync}: how it stands with the upstreams, for who may see all. */
final class SyncRoutes {
  private SyncRoutes() {}

  static Future<Void> get(Exchange exchange) {
    return exchange
        .ask(new GetSyncState())
        .compose(
            state -> {
              // It is another one a moment later.
              exchange.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
              return exchange.end(200, Headers.JSON, json(state).toBuffer());
            });
  }

  private static JsonObject json(SyncState state) {
    var upstreams = new JsonArray();
    state.upstreams().forEach(upstream -> upstreams.add(json(upstream)));
    var downloads = new JsonArray();
    state.downloads().forEach(download -> downloads.add(json(download)));
    return new JsonObject()
        .put("upstreams", upstreams)
        .put("downloads", downloads)
        .put(
            "spool",
            new JsonObject().put("used", state.spoolUsed()).put("total", state.spoolTotal()));
  }

  private static JsonObject json(SyncState.UpstreamState upstream) {
    var json = json(upstream.status());
    var mirrors = new JsonArray();
    upstream.status().mirrors().forEach(mirror -> mirrors.add(json(mirror)));
    if (!mirrors.isEmpty()) {
      json.put("mirrors", mirrors);
    }
    json.put("downloads", upstream.running())
        .put("waiting", upstream.waiting())
        .put("hits", upstream.hits())
        .put("misses", upstream.misses());
    long all = upstream.hits() + upstream.misses();
    if (all > 0) {
      json.put("hitRatio", Math.round(1000.0 * upstream.hits() / all) / 1000.0);
    }
    upstream.mirror().ifPresent(mirror -> json.put("mirror", json(mirror)));
    return json;
  }

  private static JsonObject json(SyncState.MirrorState mirror) {
    var json = new JsonObject().put("running", mirror.running());
    mirror.lastRun().ifPresent(time -> json.put("lastRun", time.toString()));
    mirror.nextRun().ifPresent(time -> json.put("nextRun", time.toString()));
    return json.put("taken", mirror.taken()).put("failed", mirror.failed());
  }

  private static String state(UpstreamStatus status) {
    return switch (status.state()) {
      case OPEN -> "up";
      case RESTING -> "resting";
      case LIMITED -> "limited";
    };
  }

  private static JsonObject json(UpstreamStatus status) {
    var json =
        new JsonObject()
            .put("host", status.host())
            .put("state", state(status))
            .put("requests", status.requests())
            .put("failures", status.failures());
    status.until().ifPresent(until -> json.put("until", until.toString()));
    status
        .lastError()
        .ifPresent(
            error ->
                json.put(
                    "lastError",
                    new JsonObject()
                        .put("time", error.time().toString())
                        .put("message", error.text())));
    status
        .rateLimit()
        .ifPresent(
            limit -> {
              var shown = new JsonObject().put("remaining", limit.remaining());
              if (limit.limit() >= 0) {
                shown.put("limit", limit.limit());
              }
              json.put("rateLimit", shown);
            });
    return json;
  }

  private static JsonObject json(SyncState.RunningDownload download) {
    var json =
        new JsonObject()
            .put("repository", download.repository().value())
            .put("digest", download.digest().toString())
            .put("received", download.received())
            .put("readers", download.readers())
            .put("since", download.since().toString());
    if (!download.upstream().isEmpty()) {
      json.put("upstream", download.upstream());
    }
    download.size().ifPresent(size -> json.put("size", size));
    return json;
  }
}
