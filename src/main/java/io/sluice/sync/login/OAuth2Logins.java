package io.sluice.sync.login;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.config.CredentialHelperConfig.OAuth2;
import io.sluice.sync.login.Remembered.Fetched;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Tokens of an OAuth 2 endpoint, got by showing who we are: with a secret or a signed assertion as
 * a client (RFC 6749, RFC 7523), with an assertion as a grant, or in exchange for another token
 * (RFC 8693). What is sent for which settings is as in Zot.
 */
final class OAuth2Logins {
  /** Marks a password that is a token, where no user name is configured. */
  private static final String TOKEN_USER = "<token>";

  private static final String CLIENT_CREDENTIALS = "client_credentials";
  private static final String JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";
  private static final String EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
  private static final String CLIENT_ASSERTION =
      "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
  private static final String JWT_TYPE = "urn:ietf:params:oauth:token-type:jwt";

  /** An assertion is used at once: it only has to outlive a clock that goes wrong. */
  private static final Duration ASSERTION_LIFETIME = Duration.ofMinutes(5);

  private static final SecureRandom RANDOM = new SecureRandom();

  private final Vertx vertx;
  private final TokenCalls calls;
  private final OAuth2 config;

  OAuth2Logins(Vertx vertx, TokenCalls calls, OAuth2 config) {
    this.vertx = vertx;
    this.calls = calls;
    this.config = config;
  }

  Future<Fetched> fetch() {
    return vertx
        .executeBlocking(() -> TokenReply.form(form()), false)
        .compose(form -> calls.post(config.tokenUrl(), TokenReply.FORM, form))
        .map(it -> TokenReply.read(it, config.tokenUrl(), config.username().orElse(TOKEN_USER)));
  }

  private Map<String, String> form() {
    var form = new LinkedHashMap<String, String>();
    var grant = config.grantType().orElse(CLIENT_CREDENTIALS);
    form.put("grant_type", grant);
    var assertion = assertion();
    if (assertion.isPresent()) {
      switch (grant) {
        case JWT_BEARER -> form.put("assertion", assertion.get());
        case EXCHANGE -> {
          form.put("subject_token", assertion.get());
          form.put("subject_token_type", config.subjectTokenType().orElse(JWT_TYPE));
        }
        default -> {
          form.put("client_assertion_type", CLIENT_ASSERTION);
          form.put("client_assertion", assertion.get());
        }
      }
    } else if (!grant.equals(CLIENT_CREDENTIALS) || config.clientSecretFile().isEmpty()) {
      throw new LoginFailure(
          "oauth2CredentialHelper has neither an assertionFile nor a signingFile to show");
    }
    config.clientId().ifPresent(id -> form.put("client_id", id));
    config
        .clientSecretFile()
        .ifPresent(file -> form.put("client_secret", LoginFiles.read(file, "clientSecretFile")));
    if (!config.scopes().isEmpty()) {
      form.put("scope", String.join(" ", config.scopes()));
    }
    config.audience().ifPresent(audience -> form.put("audience", audience));
    config.requestedTokenType().ifPresent(type -> form.put("requested_token_type", type));
    return form;
  }

  private Optional<String> assertion() {
    return config
        .signingFile()
        .map(this::sign)
        .or(() -> config.assertionFile().map(file -> LoginFiles.read(file, "assertionFile")));
  }

  /** The file is JSON: which key, how, and what the token says. */
  private String sign(Path signingFile) {
    var settings = TokenReply.json(LoginFiles.read(signingFile, "signingFile"));
    if (!settings.isObject()) {
      throw new LoginFailure("signingFile: " + signingFile + " is no JSON object");
    }
    var algorithm =
        SigningAlgorithm.named(settings.path("algorithm").asText())
            .orElseThrow(
                () ->
                    new LoginFailure(
                        "signingFile: "
                            + signingFile
                            + " has no algorithm of RS256, PS256, ES256, their longer forms, or"
                            + " EdDSA"));
    var keyFile = settings.path("privateKeyFile").asText();
    if (keyFile.isEmpty()) {
      throw new LoginFailure("signingFile: " + signingFile + " has no privateKeyFile");
    }
    var client = config.clientId().orElse("");
    long now = Instant.now().getEpochSecond();
    var claims =
        new JsonObject()
            .put("iss", text(settings, "issuer", client, signingFile))
            .put("sub", text(settings, "subject", client, signingFile))
            .put("aud", text(settings, "audience", config.tokenUrl().toString(), signingFile))
            .put("iat", now)
            .put("exp", now + ASSERTION_LIFETIME.toSeconds())
            .put("jti", unique());
    return Jwt.signed(
        algorithm,
        settings.path("keyId").asText(),
        claims,
        LoginFiles.read(Path.of(keyFile), "privateKeyFile"),
        "privateKeyFile: " + keyFile);
  }

  private static String text(JsonNode settings, String key, String otherwise, Path signingFile) {
    var given = settings.path(key).asText();
    var text = given.isEmpty() ? otherwise : given;
    if (text.isEmpty()) {
      throw new LoginFailure(
          "signingFile: " + signingFile + " has no " + key + ", and there is no clientID for it");
    }
    return text;
  }

  /** By which an endpoint can refuse to take an assertion twice. */
  private static String unique() {
    var bytes = new byte[16];
    RANDOM.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
