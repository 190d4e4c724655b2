package io.sluice.scrub;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** A pass that has come to its end. */
public record ScrubRecord(Instant started, Instant ended, ScrubTotals totals) {

  Buffer toJson() {
    return new JsonObject()
        .put("started", started.toString())
        .put("ended", ended.toString())
        .put("repositories", totals.repositories())
        .put("manifests", totals.manifests())
        .put("blobs", totals.blobs())
        .put("objects", totals.objects())
        .put("bytes", totals.bytes())
        .put("findings", totals.findings())
        .put("quarantined", totals.quarantined())
        .toBuffer();
  }

  /** Empty if it is none, or one of a version that writes them otherwise. */
  static Optional<ScrubRecord> parse(Buffer json) {
    try {
      var fields = new JsonObject(json);
      return Optional.of(
          new ScrubRecord(
              Instant.parse(fields.getString("started", "")),
              Instant.parse(fields.getString("ended", "")),
              new ScrubTotals(
                  fields.getLong("repositories", 0L),
                  fields.getLong("manifests", 0L),
                  fields.getLong("blobs", 0L),
                  fields.getLong("objects", 0L),
                  fields.getLong("bytes", 0L),
                  fields.getLong("findings", 0L),
                  fields.getLong("quarantined", 0L))));
    } catch (DecodeException | DateTimeParseException | ClassCastException notOne) {
      return Optional.empty();
    }
  }
}
