package io.sluice.api;

import io.sluice.access.ApiKeys;
import io.sluice.access.Scopes;
import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.sluice.registry.ApiKeyRecord;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code /zot/auth/apikey}: users make, list and delete their API keys, as in Zot. */
final class ApiKeyRoutes {
  static final String PATH = "/zot/auth/apikey";

  private static final List<String> METHODS = List.of("GET", "POST", "DELETE");
  private static final int MOST_BYTES = 8 << 10;
  private static final int LONGEST_LABEL = 256;

  private static final String SCOPES = "a list of " + Scopes.EXPECTED;

  /** Zot's way to say that there is no such date. */
  private static final String NEVER = "0001-01-01T00:00:00Z";

  private ApiKeyRoutes() {}

  static void mount(Router router, Exchange.Shared shared) {
    router
        .route(PATH)
        .handler(
            context -> {
              context.request().pause();
              var exchange = new Exchange(shared, context.request());
              answer(exchange).onFailure(exchange::fail);
            });
  }

  private static Future<Void> answer(Exchange exchange) {
    try {
      var keys = exchange.inForce().access().apiKeys();
      if (keys.isEmpty()) {
        throw new RegistryException(new RegistryError.PathUnknown(PATH));
      }
      exchange.inForce().cors().mark(exchange.request());
      if (exchange.method().name().equals("OPTIONS")) {
        exchange.inForce().cors().preflight(exchange, METHODS);
        return Future.succeededFuture();
      }
      if (!METHODS.contains(exchange.method().name())) {
        throw new RegistryException(
            new RegistryError.MethodNotAllowed(exchange.method().name(), METHODS));
      }
      Admission.limit(exchange);
      return Admission.identify(exchange).compose(_ -> answer(exchange, keys.get()));
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
  }

  private static Future<Void> answer(Exchange exchange, ApiKeys keys) {
    var user = Admission.requireUser(exchange).name();
    return switch (exchange.method().name()) {
      case "POST" -> make(exchange, keys, user);
      case "DELETE" -> delete(exchange, keys, user);
      default -> list(exchange, keys, user);
    };
  }

  private static Future<Void> list(Exchange exchange, ApiKeys keys, String user) {
    return keys.list(user)
        .compose(
            stored -> {
              var list = new JsonArray();
              stored.forEach(key -> list.add(json(key.key(), key.lastUsed())));
              return exchange.end(
                  200, Headers.JSON, new JsonObject().put("apiKeys", list).toBuffer());
            });
  }

  private static Future<Void> make(Exchange exchange, ApiKeys keys, String user) {
    return exchange
        .body()
        .collect(MOST_BYTES, invalid("body", "", "at most " + MOST_BYTES + " bytes"))
        .compose(
            body -> {
              var asked = parse(body);
              return keys.make(
                  user, asked.label, asked.scopes, asked.expires, exchange.userAgent());
            })
        .compose(
            made -> {
              exchange.response().putHeader("Cache-Control", "no-store");
              return exchange.end(
                  201,
                  Headers.JSON,
                  json(made.record(), Optional.empty()).put("apiKey", made.key()).toBuffer());
            });
  }

  private static Future<Void> delete(Exchange exchange, ApiKeys keys, String user) {
    var id =
        exchange
            .parameter("id")
            .filter(text -> !text.isEmpty())
            .orElseThrow(
                () -> new RegistryException(invalid("id", "", "the uuid of one of your API keys")));
    return keys.delete(user, id)
        .compose(
            deleted -> {
              if (!deleted) {
                throw new RegistryException(new RegistryError.PathUnknown(PATH + "?id=" + id));
              }
              return exchange.end(200);
            });
  }

  private record Asked(String label, List<String> scopes, Optional<Instant> expires) {}

  private static Asked parse(Buffer body) {
    Object json;
    try {
      json = body.toJsonValue();
    } catch (DecodeException e) {
      json = null;
    }
    if (!(json instanceof JsonObject asked)) {
      throw new RegistryException(
          invalid("body", "", "a JSON object with label, scopes and expirationDate"));
    }
    return new Asked(label(asked), scopes(asked), expires(asked));
  }

  private static String label(JsonObject json) {
    var label = json.getValue("label", "");
    if (!(label instanceof String text)
        || text.length() > LONGEST_LABEL
        || text.chars().anyMatch(Character::isISOControl)) {
      throw new RegistryException(
          invalid("label", "", "a text of at most " + LONGEST_LABEL + " characters"));
    }
    return text;
  }

  private static List<String> scopes(JsonObject json) {
    var scopes = new ArrayList<String>();
    if (json.getValue("scopes") instanceof JsonArray list) {
      for (var scope : list) {
        if (!(scope instanceof String text)) {
          throw new RegistryException(invalid("scopes", String.valueOf(scope), SCOPES));
        }
        scopes.add(text);
      }
    } else if (json.getValue("scopes") != null) {
      throw new RegistryException(invalid("scopes", "", SCOPES));
    }
    try {
      Scopes.parse(scopes);
    } catch (IllegalArgumentException e) {
      throw new RegistryException(invalid("scopes", String.valueOf(e.getMessage()), SCOPES));
    }
    return scopes;
  }

  private static Optional<Instant> expires(JsonObject json) {
    var text = json.getValue("expirationDate");
    if (text == null || text.equals("") || text.equals(NEVER)) {
      return Optional.empty();
    }
    try {
      var instant = OffsetDateTime.parse(text.toString()).toInstant();
      if (instant.isAfter(Instant.now())) {
        return Optional.of(instant);
      }
    } catch (DateTimeException e) {
      // as for one that has passed
    }
    throw new RegistryException(
        invalid(
            "expirationDate",
            text.toString(),
            "a time to come, as 2030-01-31T12:00:00Z (RFC 3339)"));
  }

  private static RegistryError invalid(String what, String value, String expected) {
    return new RegistryError.RequestInvalid(what, value, expected);
  }

  private static JsonObject json(ApiKeyRecord key, Optional<Instant> lastUsed) {
    return new JsonObject()
        .put("createdAt", key.created().toString())
        .put("expirationDate", key.expires().map(Instant::toString).orElse(NEVER))
        .put("isExpired", key.expires().filter(Instant.now()::isAfter).isPresent())
        .put("creatorUa", key.creatorUserAgent())
        .put("generatedBy", "manual")
        .put("lastUsed", lastUsed.map(Instant::toString).orElse(NEVER))
        .put("label", key.label())
        .put("scopes", new JsonArray(key.scopes()))
        .put("uuid", key.uuid());
  }
}
