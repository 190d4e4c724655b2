package io.sluice.bench;

import io.sluice.oci.Digest;
import io.sluice.oci.MediaTypes;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * The requests of the distribution specification, as Docker and containerd send them. Confined to
 * the context that made it, whose event loop also owns the connections. Every failure is a {@link
 * RegistryFailure}.
 */
final class RegistryClient {
  private static final int CONNECT_MILLIS = 5_000;

  /** Long, since there are registries that copy or hash a layer before they answer the PUT. */
  private static final int IDLE_SECONDS = 300;

  /** Kept short of what servers usually grant an idle connection, so that it's us who close it. */
  private static final int KEEP_ALIVE_SECONDS = 20;

  private static final int MOST_REDIRECTS = 3;
  private static final Duration DEFAULT_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
  private static final CharSequence ACCEPT_MANIFESTS =
      HttpHeaders.createOptimized(
          String.join(
              ", ",
              MediaTypes.OCI_MANIFEST,
              MediaTypes.OCI_INDEX,
              MediaTypes.DOCKER_MANIFEST,
              MediaTypes.DOCKER_LIST));
  private static final CharSequence USER_AGENT = HttpHeaders.createOptimized("sluice-bench");
  private static final CharSequence OCTETS =
      HttpHeaders.createOptimized("application/octet-stream");

  private final Target target;
  private final HttpClientAgent http;
  private long retries;

  /**
   * @param connections at most so many, kept open
   */
  RegistryClient(Vertx vertx, Target target, int connections) {
    this.target = target;
    this.http =
        vertx
            .httpClientBuilder()
            .with(
                new HttpClientOptions()
                    .setConnectTimeout(CONNECT_MILLIS)
                    .setIdleTimeout(IDLE_SECONDS)
                    .setIdleTimeoutUnit(TimeUnit.SECONDS)
                    .setKeepAliveTimeout(KEEP_ALIVE_SECONDS)
                    .setTrustAll(target.insecure())
                    .setVerifyHost(!target.insecure()))
            .with(new PoolOptions().setHttp1MaxSize(connections))
            .build();
  }

  /** GET /v2/: answers the status, whatever it is. */
  Future<Integer> ping() {
    return send("GET /v2/", HttpMethod.GET, at("/v2/"), HttpClientRequest::send)
        .compose(response -> response.end().map(response.statusCode()))
        .recover(cause -> Future.failedFuture(RegistryFailure.of("GET /v2/", cause)));
  }

  /** Whether the repository has that blob. */
  Future<Boolean> hasBlob(String repository, Digest digest) {
    var step = "HEAD blob";
    return fetch(step, HttpMethod.HEAD, at(blobPath(repository, digest)), MOST_REDIRECTS)
        .compose(
            response ->
                response.statusCode() == 404
                    ? response.end().map(false)
                    : ended(step, response).map(true))
        .recover(cause -> Future.failedFuture(RegistryFailure.of(step, cause)));
  }

  /** Pushes as Docker does: POST, one PATCH with chunked transfer coding, PUT with the digest. */
  Future<Void> pushBlob(String repository, Blob blob) {
    return step(
            "POST upload",
            HttpMethod.POST,
            at("/v2/" + repository + "/blobs/uploads/"),
            HttpClientRequest::send)
        .compose(
            begun ->
                location("POST upload", begun, target.base())
                    .compose(
                        upload ->
                            step(
                                    "PATCH upload",
                                    HttpMethod.PATCH,
                                    at(upload).putHeader(HttpHeaders.CONTENT_TYPE, OCTETS),
                                    request -> BlobBody.send(request, blob))
                                .compose(patched -> location("PATCH upload", patched, upload))))
        .compose(
            upload ->
                step(
                    "PUT upload",
                    HttpMethod.PUT,
                    at(withDigest(upload, blob.digest()))
                        .putHeader(HttpHeaders.CONTENT_LENGTH, "0"),
                    HttpClientRequest::send))
        .mapEmpty();
  }

  Future<Void> putManifest(String repository, String reference, Buffer manifest) {
    return step(
            "PUT manifest",
            HttpMethod.PUT,
            at(manifestPath(repository, reference))
                .putHeader(HttpHeaders.CONTENT_TYPE, MediaTypes.OCI_MANIFEST),
            request -> request.send(manifest))
        .mapEmpty();
  }

  /** Reads a manifest and drops it; fails when its size is another. Answers the size. */
  Future<Long> getManifest(String repository, String reference, long size) {
    return drain(
        "GET manifest",
        at(manifestPath(repository, reference)).putHeader(HttpHeaders.ACCEPT, ACCEPT_MANIFESTS),
        size);
  }

  /** Reads a blob and drops it; fails when its size is another. Answers the size. */
  Future<Long> getBlob(String repository, Digest digest, long size) {
    return drain("GET blob", at(blobPath(repository, digest)), size);
  }

  Future<Void> deleteManifest(String repository, Digest digest) {
    return step(
            "DELETE manifest",
            HttpMethod.DELETE,
            at(manifestPath(repository, digest.toString())),
            HttpClientRequest::send)
        .mapEmpty();
  }

  Future<Void> deleteBlob(String repository, Digest digest) {
    return step(
            "DELETE blob",
            HttpMethod.DELETE,
            at(blobPath(repository, digest)),
            HttpClientRequest::send)
        .mapEmpty();
  }

  /** How many requests were sent twice so far. */
  long retries() {
    return retries;
  }

  private static String blobPath(String repository, Digest digest) {
    return "/v2/" + repository + "/blobs/" + digest;
  }

  private static String manifestPath(String repository, String reference) {
    return "/v2/" + repository + "/manifests/" + reference;
  }

  private Future<Long> drain(String step, RequestOptions where, long size) {
    return fetch(step, HttpMethod.GET, where, MOST_REDIRECTS)
        .compose(
            response -> {
              var read = new long[1];
              response.handler(buffer -> read[0] += buffer.length());
              return ended(step, response).map(_ -> read[0]);
            })
        .compose(
            read ->
                read == size
                    ? Future.succeededFuture(read)
                    : Future.<Long>failedFuture(RegistryFailure.wrong(step, "wrong size")))
        .recover(cause -> Future.failedFuture(RegistryFailure.of(step, cause)));
  }

  /** GET or HEAD; follows where a registry redirects to its object store. */
  private Future<HttpClientResponse> fetch(
      String step, HttpMethod method, RequestOptions where, int redirects) {
    return send(step, method, where, HttpClientRequest::send)
        .recover(
            cause -> {
              // A server may close an idle connection in the moment in which we use it again.
              if (!(cause instanceof HttpClosedException)) {
                return Future.failedFuture(cause);
              }
              retries++;
              return send(step, method, where, HttpClientRequest::send);
            })
        .compose(
            response -> {
              int status = response.statusCode();
              if (status < 301 || status > 308 || status == 304 || redirects == 0) {
                return Future.succeededFuture(response);
              }
              return response
                  .end()
                  .compose(_ -> location(step, response, target.base()))
                  .compose(next -> fetch(step, method, at(next), redirects - 1));
            });
  }

  /** A request whose answer has no body that we want. */
  private Future<HttpClientResponse> step(
      String step,
      HttpMethod method,
      RequestOptions where,
      Function<HttpClientRequest, Future<HttpClientResponse>> body) {
    return send(step, method, where, body)
        .compose(response -> ended(step, response).map(response))
        .recover(cause -> Future.failedFuture(RegistryFailure.of(step, cause)));
  }

  private Future<HttpClientResponse> send(
      String step,
      HttpMethod method,
      RequestOptions where,
      Function<HttpClientRequest, Future<HttpClientResponse>> body) {
    return http.request(where.setMethod(method).setTraceOperation(step)).compose(body);
  }

  /** Waits for the end of a response, with whatever handler it has; fails when it is no 2xx. */
  private static Future<Void> ended(String step, HttpClientResponse response) {
    int status = response.statusCode();
    if (status >= 200 && status < 300) {
      return response.end();
    }
    // The connection can be used again only when the body is through, but the status is what
    // counts.
    return response
        .end()
        .transform(
            _ ->
                Future.failedFuture(
                    status == 429 || status == 503
                        ? RegistryFailure.later(step, status, pause(response))
                        : RegistryFailure.answered(step, status)));
  }

  private static Duration pause(HttpClientResponse response) {
    var header = response.getHeader(HttpHeaders.RETRY_AFTER);
    if (header == null || !header.matches("[0-9]{1,9}")) {
      return DEFAULT_PAUSE;
    }
    var asked = Duration.ofSeconds(Long.parseLong(header));
    return asked.compareTo(LONGEST_PAUSE) < 0 ? asked : LONGEST_PAUSE;
  }

  /**
   * Where the answer points to: relative to the registry or absolute, with or without a query. When
   * it says nothing, the upload stays where it is.
   */
  private Future<URI> location(String step, HttpClientResponse response, URI before) {
    var header = response.getHeader(HttpHeaders.LOCATION);
    if (header == null) {
      return before.equals(target.base())
          ? Future.failedFuture(RegistryFailure.wrong(step, "no Location"))
          : Future.succeededFuture(before);
    }
    try {
      var next = target.base().resolve(header);
      return next.getHost() == null
          ? Future.failedFuture(RegistryFailure.wrong(step, "Location without host"))
          : Future.succeededFuture(next);
    } catch (IllegalArgumentException _) {
      return Future.failedFuture(RegistryFailure.wrong(step, "Location that is no URL"));
    }
  }

  private static URI withDigest(URI upload, Digest digest) {
    var joint = upload.getRawQuery() == null ? "?" : "&";
    return URI.create(upload + joint + "digest=" + digest.toString().replace(":", "%3A"));
  }

  private RequestOptions at(String path) {
    return options(target.base(), path);
  }

  private RequestOptions at(URI uri) {
    var path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    return options(uri, uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery());
  }

  private RequestOptions options(URI server, String pathAndQuery) {
    var options =
        new RequestOptions()
            .setHost(server.getHost())
            .setPort(Target.portOf(server))
            .setSsl(Target.isTls(server))
            .setURI(pathAndQuery)
            .putHeader(HttpHeaders.USER_AGENT, USER_AGENT);
    if (target.authorization().isPresent() && target.isAt(server)) {
      options.putHeader(HttpHeaders.AUTHORIZATION, target.authorization().get());
    }
    return options;
  }
}
