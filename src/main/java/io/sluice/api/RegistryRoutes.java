package io.sluice.api;

import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;

/** Everything below {@code /v2}: from a path and a method to what answers them. */
final class RegistryRoutes {
  private final Exchange.Shared shared;

  RegistryRoutes(Exchange.Shared shared) {
    this.shared = shared;
  }

  /** Whether a path is one of these; only then {@link #handle} may be called. */
  static boolean takes(HttpServerRequest request) {
    var path = request.path();
    return path != null && (path.equals("/v2") || path.startsWith("/v2/"));
  }

  void handle(HttpServerRequest request) {
    request.pause();
    request.response().putHeader(Headers.API_VERSION, Headers.REGISTRY_2_0);
    var exchange = new Exchange(shared, request);
    exchange.inForce().cors().mark(request);
    answer(exchange).onFailure(exchange::fail);
  }

  private Future<Void> answer(Exchange exchange) {
    try {
      Admission.limit(exchange);
      var path = exchange.request().path();
      var endpoint = Endpoint.parse(path == null ? "" : path);
      if (exchange.method().equals(HttpMethod.OPTIONS)) {
        exchange.inForce().cors().preflight(exchange, endpoint.methods());
        return Future.succeededFuture();
      }
      if (!endpoint.methods().contains(exchange.method().name())) {
        throw new RegistryException(
            new RegistryError.MethodNotAllowed(exchange.method().name(), endpoint.methods()));
      }
      exchange.wants(Admission.wanted(endpoint, exchange.method().name()));
      return Admission.identify(exchange)
          .compose(
              _ -> {
                Admission.require(exchange, endpoint);
                return dispatch(exchange, endpoint);
              });
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
  }

  private static Future<Void> dispatch(Exchange exchange, Endpoint endpoint) {
    var method = exchange.method().name();
    return switch (endpoint) {
      case Endpoint.Root _ -> root(exchange);
      case Endpoint.Catalog _ -> Lists.repositories(exchange);
      case Endpoint.SyncStatus _ -> SyncRoutes.get(exchange);
      case Endpoint.GcStatus _ ->
          method.equals("POST") ? GcRoutes.run(exchange) : GcRoutes.get(exchange);
      case Endpoint.GcPreview _ -> GcRoutes.preview(exchange);
      case Endpoint.Restore _ -> RestoreRoutes.restore(exchange);
      case Endpoint.HistoryOf e -> RestoreRoutes.history(exchange, e.repository());
      case Endpoint.Scrub _ ->
          method.equals("POST") ? ScrubRoutes.post(exchange) : ScrubRoutes.get(exchange);
      case Endpoint.Discover _ -> Lists.extensions(exchange);
      case Endpoint.Tags e -> Lists.tags(exchange, e.repository());
      case Endpoint.ReferrersOf e -> Lists.referrers(exchange, e.repository(), e.subject());
      case Endpoint.NewUpload e -> BlobUploads.post(exchange, e.repository());
      case Endpoint.Blob e ->
          switch (method) {
            case "HEAD" -> BlobReads.head(exchange, e.repository(), e.digest());
            case "DELETE" -> BlobReads.delete(exchange, e.repository(), e.digest());
            default -> BlobReads.get(exchange, e.repository(), e.digest());
          };
      case Endpoint.ManifestOf e ->
          switch (method) {
            case "PUT" -> ManifestRoutes.put(exchange, e.repository(), e.reference());
            case "DELETE" -> ManifestRoutes.delete(exchange, e.repository(), e.reference());
            default -> ManifestRoutes.get(exchange, e.repository(), e.reference());
          };
      case Endpoint.UploadOf e ->
          switch (method) {
            case "PATCH" -> BlobUploads.patch(exchange, e.repository(), e.id());
            case "PUT" -> BlobUploads.put(exchange, e.repository(), e.id());
            case "DELETE" -> BlobUploads.delete(exchange, e.repository(), e.id());
            default -> BlobUploads.get(exchange, e.repository(), e.id());
          };
    };
  }

  /**
   * The challenge comes with a 200 too where anonymous clients may do less than others: clients of
   * the containers family take it from there, and send their credentials from then on.
   */
  private static Future<Void> root(Exchange exchange) {
    var access = exchange.inForce().access();
    if (access.takesPasswords() && !Admission.asksForItself(exchange)) {
      exchange.response().putHeader(Headers.WWW_AUTHENTICATE, access.challenge());
    }
    return exchange.end(200, Headers.JSON, Buffer.buffer("{}"));
  }
}
