package io.sluice.api;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Cross-origin requests ({@code http.allowOrigin}): from any origin without credentials, or from
 * those that are named, with them.
 */
final class Cors {
  // Empty for any.
  private final Set<String> origins;

  /**
   * For these origins.
   *
   * @param allowOrigin one, or several with commas between; empty or {@code *} for any
   */
  Cors(Optional<String> allowOrigin) {
    this.origins =
        allowOrigin
            .filter(text -> !text.strip().equals("*"))
            .map(
                text ->
                    Arrays.stream(text.split(","))
                        .map(String::strip)
                        .filter(origin -> !origin.isEmpty() && !origin.equals("*"))
                        .collect(Collectors.toUnmodifiableSet()))
            .orElse(Set.of());
  }

  /** Marks an answer as one that scripts of the origin may read. */
  void mark(HttpServerRequest request) {
    var headers = request.response().headers();
    if (origins.isEmpty()) {
      // Any page may read what anybody may; never with the credentials that a browser holds.
      headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    } else {
      headers.set(HttpHeaders.VARY, "Origin");
      var origin = request.getHeader(HttpHeaders.ORIGIN);
      if (origin == null || !origins.contains(origin)) {
        return;
      }
      headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, origin);
      headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
    }
    headers.set(
        HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS,
        "Docker-Content-Digest, Location, Range, Link, OCI-Subject, WWW-Authenticate, X-Request-Id");
  }

  /** Answers a browser that asks beforehand. */
  void preflight(Exchange exchange, Iterable<String> methods) {
    var headers = exchange.response().headers();
    headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, String.join(", ", methods) + ", OPTIONS");
    headers.set(
        HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS,
        "Authorization, Content-Type, Content-Range, Range, If-None-Match, Accept, X-ZOT-API-CLIENT");
    headers.set(HttpHeaders.ACCESS_CONTROL_MAX_AGE, "600");
    exchange.end(204);
  }
}
