package io.sluice.api;

import io.sluice.events.Event;
import io.sluice.oci.Digest;
import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.sluice.oci.RepositoryName;
import io.sluice.oci.Tag;
import io.sluice.registry.Commands.FormerValue;
import io.sluice.registry.Commands.ListHistory;
import io.sluice.registry.Commands.RestoreTag;
import io.sluice.registry.Commands.Restored;
import io.sluice.registry.Commands.TagHistory;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Optional;

/** {@code /v2/_sluice/history} and {@code /v2/_sluice/restore}: what tags named before. */
final class RestoreRoutes {
  private static final int LARGEST = 8 << 10;
  private static final int MOST_VALUES = 1000;
  private static final String EXPECTED =
      "a JSON object with repository and tag, and perhaps digest";

  private RestoreRoutes() {}

  static Future<Void> restore(Exchange exchange) {
    return exchange
        .body()
        .collect(LARGEST, invalid("body", "", "at most " + LARGEST + " bytes"))
        .compose(body -> restore(exchange, parse(body)));
  }

  private record Asked(RepositoryName repository, Tag tag, Optional<Digest> digest) {}

  private static Future<Void> restore(Exchange exchange, Asked asked) {
    Admission.requireTagging(exchange, asked.repository);
    var command =
        new RestoreTag(
            asked.repository,
            asked.tag,
            asked.digest,
            exchange.actor(),
            ManifestRoutes.rights(exchange, asked.repository));
    return exchange.ask(command).compose(restored -> answer(exchange, asked, restored));
  }

  private static Future<Void> answer(Exchange exchange, Asked asked, Restored restored) {
    exchange.concerns(restored.digest());
    exchange.publish(
        occasion ->
            new Event.Pushed(
                occasion,
                asked.repository,
                asked.tag,
                restored.digest(),
                restored.mediaType(),
                restored.size(),
                exchange.elapsed()));
    exchange
        .response()
        .putHeader(
            HttpHeaders.LOCATION,
            exchange.location("/v2/" + asked.repository + "/manifests/" + restored.digest()))
        .putHeader(Headers.CONTENT_DIGEST, restored.digest().toString());
    return exchange.end(
        201,
        Headers.JSON,
        new JsonObject()
            .put("repository", asked.repository.value())
            .put("tag", asked.tag.value())
            .put("digest", restored.digest().toString())
            .toBuffer());
  }

  private static Asked parse(Buffer body) {
    Object json;
    try {
      json = body.toJsonValue();
    } catch (DecodeException e) {
      json = null;
    }
    if (!(json instanceof JsonObject asked)) {
      throw new RegistryException(invalid("body", "", EXPECTED));
    }
    for (var key : asked.fieldNames()) {
      if (!key.equals("repository") && !key.equals("tag") && !key.equals("digest")) {
        throw new RegistryException(invalid(key, "", EXPECTED));
      }
    }
    return new Asked(
        RepositoryName.parse(text(asked, "repository").orElse("")),
        Tag.parse(text(asked, "tag").orElse("")),
        text(asked, "digest").map(Digest::parse));
  }

  private static Optional<String> text(JsonObject json, String key) {
    return switch (json.getValue(key)) {
      case null -> Optional.empty();
      case String text -> Optional.of(text);
      default -> throw new RegistryException(invalid(key, "", "a text"));
    };
  }

  static Future<Void> history(Exchange exchange, RepositoryName repository) {
    var command =
        new ListHistory(
            repository,
            exchange.parameter("tag").map(Tag::parse),
            exchange.parameter("last").map(Tag::parse),
            MOST_VALUES);
    return exchange
        .ask(command)
        .compose(
            page -> {
              var tags = new JsonArray();
              page.items().forEach(history -> tags.add(json(history)));
              var json =
                  new JsonObject()
                      .put("repository", repository.value())
                      .put("tags", tags)
                      .put("more", page.more());
              exchange.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
              return exchange.end(200, Headers.JSON, json.toBuffer());
            });
  }

  private static JsonObject json(TagHistory history) {
    var former = new JsonArray();
    history.former().forEach(value -> former.add(json(value)));
    return new JsonObject().put("tag", history.tag().value()).put("former", former);
  }

  private static JsonObject json(FormerValue value) {
    return new JsonObject()
        .put("digest", value.digest().toString())
        .put("since", value.since().toString())
        .put("until", value.until().toString())
        .put("restorable", value.restorable());
  }

  private static RegistryError invalid(String what, String value, String expected) {
    return new RegistryError.RequestInvalid(what, value, expected);
  }
}
