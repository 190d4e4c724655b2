package io.sluice.sync.login;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.sync.login.Remembered.Fetched;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Tokens for Google's registries by application default credentials: the file that {@code
 * GOOGLE_APPLICATION_CREDENTIALS} names, else the one that {@code gcloud} writes, else the metadata
 * server of the machine.
 */
final class GcpLogins {
  private static final String VARIABLE = "GOOGLE_APPLICATION_CREDENTIALS";
  private static final String USER = "oauth2accesstoken";
  private static final String SCOPE = "https://www.googleapis.com/auth/cloud-platform";
  private static final String TOKEN_URL = "https://oauth2.googleapis.com/token";
  private static final String METADATA_PATH =
      "/computeMetadata/v1/instance/service-accounts/default/token";
  private static final String FLAVOR = "Metadata-Flavor";
  private static final long LIFETIME_SECONDS = 3600;

  private final Vertx vertx;
  private final TokenCalls calls;
  private final Map<String, String> environment;

  /** What is sent where for a token. */
  private record Ask(URI endpoint, Map<String, String> form) {}

  GcpLogins(Vertx vertx, TokenCalls calls, Map<String, String> environment) {
    this.vertx = vertx;
    this.calls = calls;
    this.environment = environment;
  }

  Future<Fetched> fetch() {
    return vertx
        .executeBlocking(() -> credentialsFile().map(this::ask), false)
        .compose(ask -> ask.map(this::send).orElseGet(this::askMetadata));
  }

  private Future<Fetched> send(Ask ask) {
    return calls
        .post(ask.endpoint(), TokenReply.FORM, TokenReply.form(ask.form()))
        .map(it -> TokenReply.read(it, ask.endpoint(), USER));
  }

  private Future<Fetched> askMetadata() {
    var host = environment.getOrDefault("GCE_METADATA_HOST", "metadata.google.internal");
    URI url;
    try {
      url = URI.create("http://" + host + METADATA_PATH);
    } catch (IllegalArgumentException e) {
      return Future.failedFuture(new LoginFailure("GCE_METADATA_HOST is not a host"));
    }
    return calls
        .get(url, Map.of(FLAVOR, "Google"))
        .map(
            answer -> {
              if (!"Google".equals(answer.headers().get(FLAVOR))) {
                throw new LoginFailure(
                    TokenCalls.shown(url)
                        + " is not Google's metadata server; "
                        + VARIABLE
                        + " is not set");
              }
              return TokenReply.read(answer, url, USER);
            });
  }

  private Optional<Path> credentialsFile() {
    var named = environment.getOrDefault(VARIABLE, "");
    if (!named.isBlank()) {
      return Optional.of(Path.of(named));
    }
    var folder =
        environment.containsKey("CLOUDSDK_CONFIG")
            ? Path.of(environment.get("CLOUDSDK_CONFIG"))
            : Path.of(environment.getOrDefault("HOME", "/"), ".config", "gcloud");
    var usual = folder.resolve("application_default_credentials.json");
    return Files.isRegularFile(usual) ? Optional.of(usual) : Optional.empty();
  }

  private Ask ask(Path file) {
    var json = TokenReply.json(LoginFiles.read(file, VARIABLE));
    var where = VARIABLE + ": " + file;
    return switch (json.path("type").asText()) {
      case "service_account" -> serviceAccount(json, where);
      case "authorized_user" -> user(json, where);
      default ->
          throw new LoginFailure(where + " is neither a service_account nor an authorized_user");
    };
  }

  private static Ask serviceAccount(JsonNode json, String where) {
    var endpoint = endpoint(json, where);
    long now = Instant.now().getEpochSecond();
    var claims =
        new JsonObject()
            .put("iss", text(json, "client_email", where))
            .put("scope", SCOPE)
            .put("aud", endpoint.toString())
            .put("iat", now)
            .put("exp", now + LIFETIME_SECONDS);
    var form = new LinkedHashMap<String, String>();
    form.put("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer");
    form.put(
        "assertion",
        Jwt.signed(
            SigningAlgorithm.RS256,
            json.path("private_key_id").asText(),
            claims,
            text(json, "private_key", where),
            where + ": its private_key"));
    return new Ask(endpoint, form);
  }

  private static Ask user(JsonNode json, String where) {
    var form = new LinkedHashMap<String, String>();
    form.put("grant_type", "refresh_token");
    for (var key : new String[] {"client_id", "client_secret", "refresh_token"}) {
      form.put(key, text(json, key, where));
    }
    return new Ask(endpoint(json, where), form);
  }

  private static URI endpoint(JsonNode json, String where) {
    try {
      var url = URI.create(json.path("token_uri").asText(TOKEN_URL));
      if (url.getHost() != null) {
        return url;
      }
    } catch (IllegalArgumentException e) {
      // told below, without its text
    }
    throw new LoginFailure(where + " has a token_uri that is no URL");
  }

  private static String text(JsonNode json, String key, String where) {
    var value = json.path(key).asText();
    if (value.isEmpty()) {
      throw new LoginFailure(where + " has no " + key);
    }
    return value;
  }
}
