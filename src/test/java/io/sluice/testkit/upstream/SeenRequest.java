package io.sluice.testkit.upstream;

import io.vertx.core.http.HttpServerRequest;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * What a server was asked.
 *
 * @param target path and query
 * @param headers by their names in lower case
 * @param client the subject of the certificate that the client has shown
 */
public record SeenRequest(
    String method,
    String target,
    String protocol,
    Map<String, String> headers,
    Optional<String> client) {

  static SeenRequest of(HttpServerRequest request) {
    var headers = new TreeMap<String, String>();
    request
        .headers()
        .forEach(
            header -> headers.put(header.getKey().toLowerCase(Locale.ROOT), header.getValue()));
    return new SeenRequest(
        request.method().name(), request.uri(), request.version().name(), headers, client(request));
  }

  private static Optional<String> client(HttpServerRequest request) {
    var session = request.connection().sslSession();
    if (session == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(session.getPeerPrincipal().getName());
    } catch (SSLPeerUnverifiedException _) {
      return Optional.empty();
    }
  }

  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
  }

  public String path() {
    int query = target.indexOf('?');
    return query < 0 ? target : target.substring(0, query);
  }

  /** As in {@code GET /v2/library/alpine/manifests/3.20}. */
  public String line() {
    return method + " " + target;
  }
}
