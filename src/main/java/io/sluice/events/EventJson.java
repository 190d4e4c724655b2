package io.sluice.events;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Locale;

/**
 * The form in which events leave the process; documented in {@code docs/events.md}, fields are only
 * ever added.
 */
public final class EventJson {
  private EventJson() {}

  /** The JSON form; what an event doesn't have is left out. */
  public static JsonObject of(Event event) {
    var occasion = event.occasion();
    var json =
        new JsonObject()
            .put("id", occasion.id().value())
            .put("time", occasion.time().toString())
            .put("kind", event.kind());
    if (event instanceof Event.OfRepository in) {
      json.put("repository", in.repository().value());
    }
    switch (event) {
      case Event.Pushed e ->
          json.put("reference", e.reference().toString())
              .put("digest", e.digest().toString())
              .put("mediaType", e.mediaType())
              .put("size", e.size())
              .put("durationMs", e.duration().toMillis());
      case Event.Pulled e ->
          json.put("reference", e.reference().toString())
              .put("digest", e.digest().toString())
              .put("mediaType", e.mediaType())
              .put("size", e.size())
              .put("durationMs", e.duration().toMillis());
      case Event.Deleted e -> {
        json.put("target", e.target().name().toLowerCase(Locale.ROOT))
            .put("reference", e.reference().toString())
            .put("digest", e.digest().toString());
        e.reason().ifPresent(reason -> json.put("reason", reason));
      }
      case Event.Mounted e -> {
        json.put("digest", e.digest().toString());
        e.from().ifPresent(from -> json.put("from", from.value()));
      }
      case Event.UploadProgress e -> {
        json.put("upload", e.uploadId())
            .put("stage", e.stage().name().toLowerCase(Locale.ROOT))
            .put("size", e.received())
            .put("durationMs", e.duration().toMillis());
        e.digest().ifPresent(digest -> json.put("digest", digest.toString()));
        e.error().ifPresent(error -> json.put("error", error));
      }
      case Event.Synced e -> {
        json.put("reference", e.reference().toString())
            .put("upstream", e.upstream())
            .put("stage", e.stage().name().toLowerCase(Locale.ROOT))
            .put("received", e.received())
            .put("durationMs", e.duration().toMillis());
        e.size().ifPresent(size -> json.put("size", size));
        e.digest().ifPresent(digest -> json.put("digest", digest.toString()));
        e.error().ifPresent(error -> json.put("error", error));
      }
      case Event.Refused e -> {
        e.repository().ifPresent(repository -> json.put("repository", repository.value()));
        json.put("reason", e.reason().name().toLowerCase(Locale.ROOT).replace('_', '-'));
        putIfPresent(json, "action", e.action());
      }
      case Event.ConfigReloaded e -> {
        json.put("changed", new JsonArray(e.changed()))
            .put("needRestart", new JsonArray(e.needRestart()));
        e.error().ifPresent(error -> json.put("error", error));
      }
      case Event.Collected e -> {
        json.put("store", e.store())
            .put("stage", e.stage().name().toLowerCase(Locale.ROOT))
            .put("totals", garbage(e.garbage()))
            .put("durationMs", e.duration().toMillis());
        e.error().ifPresent(error -> json.put("error", error));
      }
      case Event.ConfirmationNeeded e ->
          json.put("stage", "confirmation-needed")
              .put("policy", e.policy())
              .put("tags", e.tags())
              .put("going", e.going());
      case Event.Scrubbed e -> {
        json.put("stage", e.stage().name().toLowerCase(Locale.ROOT))
            .put("repositories", e.repositories())
            .put("manifests", e.manifests())
            .put("blobs", e.blobs())
            .put("bytes", e.bytes())
            .put("findings", e.findings())
            .put("quarantined", e.quarantined())
            .put("durationMs", e.duration().toMillis());
        e.error().ifPresent(error -> json.put("error", error));
      }
      case Event.ScrubFound e ->
          json.put("stage", "found")
              .put("status", e.status())
              .put("digest", e.digest().toString())
              .put("tags", new JsonArray(e.tags()))
              .put("error", e.error())
              .put("hidden", e.quarantined());
    }
    putIfPresent(json, "requestId", occasion.requestId());
    putIfPresent(json, "actor", occasion.actor());
    putIfPresent(json, "client", occasion.clientAddress());
    putIfPresent(json, "userAgent", occasion.userAgent());
    return json;
  }

  private static JsonObject garbage(Event.Garbage garbage) {
    return new JsonObject()
        .put("repositories", garbage.repositories())
        .put("tags", garbage.tags())
        .put("manifests", garbage.manifests())
        .put("blobs", garbage.blobs())
        .put("data", garbage.data())
        .put("bytes", garbage.bytes())
        .put("uploads", garbage.uploads())
        .put("withheld", garbage.withheld())
        .put("waiting", garbage.waiting());
  }

  private static void putIfPresent(JsonObject json, String key, String value) {
    if (!value.isEmpty()) {
      json.put(key, value);
    }
  }
}
