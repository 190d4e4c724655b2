package io.sluice.api;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;

/**
 * Cross-origin requests ({@code http.allowOrigin}): from any origin without credentials, or from
 * the one that is named, with them.
 */
final class Cors {
  private final Optional<String> origin;

  Cors(Optional<String> origin) {
    this.origin = origin;
  }

  /** Marks an answer as one that scripts of the origin may read. */
  void mark(HttpServerRequest request) {
    var headers = request.response().headers();
    headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, origin.orElse("*"));
    headers.set(
        HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS,
        "Docker-Content-Digest, Location, Range, Link, OCI-Subject, WWW-Authenticate, X-Request-Id");
    if (origin.isPresent()) {
      headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
      headers.set(HttpHeaders.VARY, "Origin");
    }
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
