package io.sluice.sync.upstream;

import io.sluice.config.SyncRegistryConfig;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.JdkSSLEngineOptions;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Sends requests and gives their answers as they are. Answers are paused. Confined to the context
 * that made it; fails with {@link UpstreamFailure}.
 */
final class Wire {
  private static final int CONNECT_MILLIS = 10_000;

  /** Kept short of what servers usually grant an idle connection, so that it's us who close it. */
  private static final int KEEP_ALIVE_SECONDS = 20;

  /** What may be under way without a read of ours: about the speed of a line times a round trip. */
  private static final int STREAM_WINDOW = 1 << 20;

  /**
   * A manifest must not wait for the downloads, of which there are {@code reqConcurrent} at most.
   */
  private static final int MORE_CONNECTIONS = 16;

  private static final int BODY_CHUNK = 64 << 10;
  private static final int HEADERS = 16 << 10;
  private static final CharSequence IDENTITY = HttpHeaders.createOptimized("identity");
  private static final CharSequence USER_AGENT = HttpHeaders.createOptimized("sluice/" + version());

  private final Vertx vertx;
  private final SyncRegistryConfig config;
  private final HttpClientAgent plain;
  private final HttpClientAgent asOurselves;
  private final HttpClientAgent asNobody;
  private final Set<HttpConnection> used = Collections.newSetFromMap(new WeakHashMap<>());

  Wire(Vertx vertx, SyncRegistryConfig config, UpstreamTls tls) {
    this.vertx = vertx;
    this.config = config;
    this.plain = build(options());
    this.asOurselves = build(encrypted(tls, true));
    this.asNobody = build(encrypted(tls, false));
  }

  /** As in the jar's manifest. */
  private static String version() {
    var version = Wire.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  private HttpClientOptions options() {
    return new HttpClientOptions()
        .setConnectTimeout(CONNECT_MILLIS)
        .setSslHandshakeTimeout(CONNECT_MILLIS)
        .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
        .setKeepAlive(config.maxIdleConnsPerHost() > 0)
        .setKeepAliveTimeout(KEEP_ALIVE_SECONDS)
        .setDecompressionSupported(false)
        .setMaxChunkSize(BODY_CHUNK)
        .setMaxHeaderSize(HEADERS)
        .setMaxInitialLineLength(HEADERS);
  }

  private HttpClientOptions encrypted(UpstreamTls tls, boolean asOurselves) {
    var options = options();
    // A handshake takes milliseconds, and the first time the loading of a hundred classes.
    options.setSslEngineOptions(new JdkSSLEngineOptions().setUseWorkerThread(true)).setSsl(true);
    tls.applyTo(options, asOurselves);
    if (!config.disableHttp2()) {
      options
          .setProtocolVersion(HttpVersion.HTTP_2)
          .setUseAlpn(true)
          .setAlpnVersions(List.of(HttpVersion.HTTP_2, HttpVersion.HTTP_1_1))
          .setInitialSettings(
              new Http2Settings()
                  .setPushEnabled(false)
                  .setInitialWindowSize(STREAM_WINDOW)
                  .setMaxHeaderListSize(HEADERS))
          // Room for all streams, or one that is paused would hold the others back.
          .setHttp2ConnectionWindowSize(connections() * STREAM_WINDOW);
    }
    return options;
  }

  private int connections() {
    return config.reqConcurrent() + MORE_CONNECTIONS;
  }

  private HttpClientAgent build(HttpClientOptions options) {
    return vertx
        .httpClientBuilder()
        .with(options)
        .with(new PoolOptions().setHttp1MaxSize(connections()))
        // Whoever has a request on it is told; an idle one that breaks is nobody's trouble.
        .withConnectHandler(connection -> connection.exceptionHandler(_ -> {}))
        .build();
  }

  Future<Void> close() {
    return Future.join(plain.close(), asOurselves.close(), asNobody.close()).mapEmpty();
  }

  /**
   * Sends a request without a body.
   *
   * @param own whether it goes to the upstream itself, which may see our certificate
   * @param address where to connect to, if that has been decided
   */
  Future<HttpClientResponse> send(
      Failures failures,
      HttpMethod method,
      Url url,
      MultiMap headers,
      boolean own,
      Optional<SocketAddress> address) {
    var origin = url.origin();
    var client = !origin.tls() ? plain : own ? asOurselves : asNobody;
    var options =
        new RequestOptions()
            .setMethod(method)
            .setSsl(origin.tls())
            .setHost(origin.host())
            .setPort(origin.port())
            .setURI(url.target())
            .setConnectTimeout(CONNECT_MILLIS)
            .setFollowRedirects(false);
    address.or(() -> literal(origin)).ifPresent(server -> options.setServer(server));
    headers.forEach(header -> options.addHeader(header.getKey(), header.getValue()));
    options.putHeader(HttpHeaders.USER_AGENT, USER_AGENT);
    options.putHeader(HttpHeaders.ACCEPT_ENCODING, IDENTITY);
    return attempt(failures, client, options, /* again= */ true)
        .recover(cause -> Future.failedFuture(failures.of(cause, origin)));
  }

  /** Brackets are for a URL, not for a resolver. */
  private static Optional<SocketAddress> literal(Origin origin) {
    return origin.isLiteralIpv6()
        ? Optional.of(SocketAddress.inetSocketAddress(origin.port(), origin.plainHost()))
        : Optional.empty();
  }

  private Future<HttpClientResponse> attempt(
      Failures failures, HttpClientAgent client, RequestOptions options, boolean again) {
    return client
        .request(options)
        .compose(
            request -> {
              boolean reused = !used.add(request.connection());
              return answer(failures, request)
                  .recover(
                      cause ->
                          // A server may close an idle connection in the moment in which we use it.
                          again && reused && isClosed(cause)
                              ? attempt(failures, client, options, /* again= */ false)
                              : Future.failedFuture(cause));
            });
  }

  private static boolean isClosed(Throwable cause) {
    return cause instanceof HttpClosedException || cause instanceof IOException;
  }

  private Future<HttpClientResponse> answer(Failures failures, HttpClientRequest request) {
    Promise<HttpClientResponse> promise = Promise.promise();
    request.exceptionHandler(_ -> {});
    long timer =
        vertx.setTimer(
            config.responseHeaderTimeout().toMillis(),
            _ -> {
              if (promise.tryFail(failures.unreachable("does not answer within " + patience()))) {
                var _ = request.reset();
              }
            });
    request
        .send()
        .onComplete(
            result -> {
              vertx.cancelTimer(timer);
              if (result.failed()) {
                promise.tryFail(result.cause());
                return;
              }
              // Whoever takes the body says what is to be done about its failures.
              var response = result.result().pause().exceptionHandler(_ -> {});
              if (!promise.tryComplete(response)) {
                var _ = request.reset();
              }
            });
    return promise.future();
  }

  private String patience() {
    Duration timeout = config.responseHeaderTimeout();
    return timeout.toMillis() % 1000 == 0 ? timeout.toSeconds() + " s" : timeout.toMillis() + " ms";
  }
}
