package io.sluice.sync.login;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.config.Secret;
import io.sluice.sync.login.Remembered.Fetched;
import io.sluice.sync.login.TokenCalls.Answer;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;

/** The form that an OAuth 2 token endpoint takes, and what it answers (RFC 6749, section 5). */
final class TokenReply {
  /** Where the endpoint doesn't say, as in Zot. */
  private static final Duration USUAL_LIFETIME = Duration.ofMinutes(5);

  private static final Duration LONGEST_LIFETIME = Duration.ofDays(365);
  private static final ObjectMapper JSON = new ObjectMapper();

  static final Map<String, String> FORM =
      Map.of("Content-Type", "application/x-www-form-urlencoded", "Accept", "application/json");

  private TokenReply() {}

  static String form(Map<String, String> values) {
    return values.entrySet().stream()
        .map(it -> encoded(it.getKey()) + "=" + encoded(it.getValue()))
        .collect(Collectors.joining("&"));
  }

  /** The token as a password. Throws a {@link LoginFailure} without the answer's text. */
  static Fetched read(Answer answer, URI endpoint, String username) {
    var json = json(answer.body().getBytes());
    if (answer.status() != 200) {
      throw new LoginFailure(
          TokenCalls.shown(endpoint) + " answered " + answer.status() + error(json));
    }
    var token = json.path("access_token").asText();
    if (token.isEmpty()) {
      throw new LoginFailure(TokenCalls.shown(endpoint) + " answered without an access_token");
    }
    // Some write the number as a text.
    long seconds = json.path("expires_in").asLong(0);
    var lifetime =
        seconds <= 0
            ? USUAL_LIFETIME
            : Duration.ofSeconds(Math.min(seconds, LONGEST_LIFETIME.toSeconds()));
    return new Fetched(new Login(username, new Secret(token)), lifetime);
  }

  static JsonNode json(String text) {
    return json(text.getBytes(StandardCharsets.UTF_8));
  }

  static JsonNode json(byte[] bytes) {
    try {
      return JSON.readTree(bytes);
    } catch (IOException e) {
      return JSON.missingNode();
    }
  }

  /** The code of the error, which is one of a few words; never its description. */
  private static String error(JsonNode json) {
    var code = json.path("error").asText();
    return code.matches("[a-z_]{1,40}") ? " (" + code + ")" : "";
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
