package io.sluice.sync.upstream;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.config.Secret;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/**
 * Asks token services as the distribution specification's "Token Authentication" has it. Confined
 * to one context.
 */
final class TokenService {
  private static final int MOST_BYTES = 64 << 10;
  private static final Duration DEFAULT_LIFETIME = Duration.ofSeconds(60);
  private static final Duration LONGEST_LIFETIME = Duration.ofDays(1);

  /**
   * A token as it is sent.
   *
   * @param header the value of {@code Authorization}
   */
  record Token(Secret header, Duration lifetime) {}

  private final Redirects redirects;
  private final Failures failures;
  private final RateLimits limits;

  TokenService(Redirects redirects, Failures failures, RateLimits limits) {
    this.redirects = redirects;
    this.failures = failures;
    this.limits = limits;
  }

  /** Fails with REFUSED if the service doesn't take the login. */
  Future<Token> fetch(Url realm, Optional<String> service, String scope, Optional<Secret> login) {
    var query = new StringBuilder(realm.target().indexOf('?') < 0 ? "?" : "&");
    service.ifPresent(it -> query.append("service=").append(encoded(it)).append('&'));
    query.append("scope=").append(encoded(scope));
    var headers = MultiMap.caseInsensitiveMultiMap().set(HttpHeaders.ACCEPT, "application/json");
    return redirects
        .send(
            HttpMethod.GET,
            new Url(realm.origin(), realm.target() + query),
            headers,
            login.map(Secret::value))
        .compose(answer -> read(answer, realm));
  }

  private Future<Token> read(Answer answer, Url realm) {
    var where = "token service " + realm;
    int status = answer.status();
    if (status == 200 && !answer.isEncoded()) {
      return answer.body().collect(MOST_BYTES).compose(body -> token(body, where));
    }
    answer.drop();
    return Future.failedFuture(
        switch (status) {
          case 200 -> failures.lying("has a " + where + " that sends compressed answers");
          case 401, 403 ->
              failures.refused("has a " + where + " that does not let us in (" + status + ")");
          case 429 -> failures.limited(limits.limit(answer.headers()));
          default -> failures.failing("has a " + where + " that answers with status " + status);
        });
  }

  private Future<Token> token(Buffer body, String where) {
    var json = Json.object(body);
    var token = json.flatMap(it -> text(it, "token").or(() -> text(it, "access_token")));
    if (token.isEmpty() || !token.get().chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      return Future.failedFuture(failures.lying("has a " + where + " that sends no token"));
    }
    return Future.succeededFuture(
        new Token(new Secret("Bearer " + token.get()), lifetime(json.get().path("expires_in"))));
  }

  private static Duration lifetime(JsonNode seconds) {
    if (!seconds.canConvertToLong() || seconds.longValue() <= 0) {
      return DEFAULT_LIFETIME;
    }
    return seconds.longValue() > LONGEST_LIFETIME.toSeconds()
        ? LONGEST_LIFETIME
        : Duration.ofSeconds(seconds.longValue());
  }

  private static Optional<String> text(JsonNode json, String key) {
    var value = json.path(key);
    return value.isTextual() && !value.textValue().isEmpty()
        ? Optional.of(value.textValue())
        : Optional.empty();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
