package io.sluice.api;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.sluice.bus.Bus;
import io.sluice.events.EventPublisher;
import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.sluice.ulid.Ulids;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves HTTP on one event loop; deployed once for each. */
public final class ApiVerticle extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(ApiVerticle.class);

  /**
   * What a socket read may bring at once; larger than Vert.x's 8 KiB, since layers are what comes.
   */
  private static final int MAX_CHUNK = 64 << 10;

  /*
   * What an HTTP/2 client may send ahead of us, for one request and for a connection. The protocol's 64 KiB are no more than 64 MB/s
   * on a network with a round trip of one millisecond. It is also what an upload that waits for memory may hold outside of
   * the budget, so it must not be much more.
   */
  private static final int STREAM_WINDOW = 512 << 10;

  private static final int CONNECTION_WINDOW = 1 << 20;

  private static final int MAX_STREAMS = 100;

  private static final int MAX_REQUEST_LINE = 8 << 10;

  private final ApiSettings settings;
  private final ConnectionCount connectionCount;
  private final Supplier<InForce> inForce;
  private @Nullable HttpServer server;

  /**
   * One of several instances.
   *
   * @param connectionCount shared by all of them
   * @param inForce asked with each request
   */
  public ApiVerticle(
      ApiSettings settings, ConnectionCount connectionCount, Supplier<InForce> inForce) {
    this.settings = settings;
    this.inForce = inForce;
    this.connectionCount = connectionCount;
  }

  @Override
  public Future<?> start() {
    var options = options();
    var connections = new Connections(vertx, settings, options, connectionCount);
    var common =
        new Exchange.Shared(
            vertx,
            Bus.of(vertx),
            new EventPublisher(vertx),
            new Ulids(InstantSource.system()),
            settings,
            inForce,
            connections);
    var router = routes(vertx, common);
    var http = vertx.createHttpServer(options);
    server = http;
    // -1 is a free port that all instances share.
    int port = settings.port() == 0 ? -1 : settings.port();
    return http.connectionHandler(connections::opened)
        .exceptionHandler(
            cause ->
                LOG.atDebug().addKeyValue("error", cause.toString()).log("a connection failed"))
        .invalidRequestHandler(request -> refuse(connections, request))
        .requestHandler(
            request -> {
              if (connections.isRefused(request.connection())) {
                return;
              }
              if (isBodyReadable(request)) {
                router.handle(request);
              } else {
                refuse(connections, request);
              }
            })
        .listen(port, settings.address());
  }

  /** The port that it listens on. */
  public int actualPort() {
    return server == null ? -1 : server.actualPort();
  }

  /**
   * Uses other certificates for connections from now on; those that are open keep theirs. Only for
   * a server that was started with some.
   */
  public Future<Void> use(TlsMaterial tls) {
    return server == null
        ? Future.succeededFuture()
        : server.updateSSLOptions(tls.options(settings.headerTimeout())).mapEmpty();
  }

  /** Takes no more connections, and lets requests that are under way end, for so long. */
  public Future<Void> drain(long millis) {
    return server == null
        ? Future.succeededFuture()
        : server.shutdown(millis, TimeUnit.MILLISECONDS);
  }

  private HttpServerOptions options() {
    var options =
        new HttpServerOptions()
            .setMaxChunkSize(MAX_CHUNK)
            .setMaxHeaderSize(settings.maxHeaderSize())
            .setMaxInitialLineLength(MAX_REQUEST_LINE)
            .setHandle100ContinueAutomatically(false)
            .setHttp2ClearTextEnabled(true)
            .setInitialSettings(
                new Http2Settings()
                    .setInitialWindowSize(STREAM_WINDOW)
                    .setMaxConcurrentStreams(MAX_STREAMS)
                    .setMaxHeaderListSize(settings.maxHeaderSize()))
            .setHttp2ConnectionWindowSize(CONNECTION_WINDOW)
            .setTcpKeepAlive(true);
    settings.tls().ifPresent(tls -> tls.addTo(options, settings.headerTimeout()));
    return options;
  }

  private static Router routes(Vertx vertx, Exchange.Shared shared) {
    var registry = new RegistryRoutes(shared);
    var router = Router.router(vertx);
    // First, and by the path as it was sent: no other route's idea of a path may come before our
    // own.
    router
        .route()
        .handler(
            context -> {
              if (RegistryRoutes.takes(context.request())) {
                registry.handle(context.request());
              } else {
                context.next();
              }
            });
    HealthRoutes.mount(router, shared);
    ApiKeyRoutes.mount(router, shared);
    router.errorHandler(
        400,
        context ->
            refuse(shared, context, new RegistryError.Unsupported("the path can't be read")));
    router.errorHandler(
        404,
        context ->
            refuse(
                shared,
                context,
                new RegistryError.PathUnknown(String.valueOf(context.request().path()))));
    router.errorHandler(
        405,
        context ->
            refuse(
                shared,
                context,
                new RegistryError.MethodNotAllowed(
                    context.request().method().name(), HealthRoutes.METHODS)));
    return router;
  }

  private static void refuse(Exchange.Shared shared, RoutingContext context, RegistryError error) {
    new Exchange(shared, context.request()).fail(new RegistryException(error));
  }

  /**
   * Whether we and everybody in front of us agree where the body ends (RFC 9112, 6.3): the decoder
   * takes a coding that it doesn't know for none, and the body for the next request. White space
   * before the coding is what is left of a line that was folded, which others may read otherwise.
   */
  private static boolean isBodyReadable(HttpServerRequest request) {
    var codings = request.headers().getAll(HttpHeaders.TRANSFER_ENCODING);
    return codings.isEmpty()
        || codings.size() == 1 && codings.getFirst().equalsIgnoreCase("chunked");
  }

  /** What isn't HTTP, or too much of it: an answer in our form, and the end of the connection. */
  private static void refuse(Connections connections, HttpServerRequest request) {
    if (connections.isRefused(request.connection())) {
      return;
    }
    connections.refuse(request.connection());
    var cause = request.decoderResult() == null ? null : request.decoderResult().cause();
    int status =
        switch (cause) {
          case TooLongHttpLineException _ -> 414;
          case TooLongHttpHeaderException _ -> 431;
          case null, default -> 400;
        };
    var error =
        ErrorResponses.of(
            new RegistryError.Unsupported(
                switch (status) {
                  case 414 -> "the request line is too long";
                  case 431 -> "the header is too large";
                  default -> "this is not a valid HTTP request";
                }));
    request
        .response()
        .setStatusCode(status)
        .putHeader(HttpHeaders.CONTENT_TYPE, Headers.JSON)
        .putHeader(HttpHeaders.CONNECTION, "close")
        .end(error.body())
        .onComplete(_ -> request.connection().close());
  }
}
