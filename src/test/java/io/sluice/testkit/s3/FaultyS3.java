package io.sluice.testkit.s3;

import io.sluice.Await;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A proxy before an S3 server that counts what comes by, and lets it go wrong:
 *
 * <pre>{@code
 * s3.on(UPLOAD_PART).next(3).refuse(slowDown());
 * s3.on(COMPLETE_MULTIPART_UPLOAD).next(1).refuseAfterwards(internalError());
 * s3.on(GET_OBJECT).where(it -> it.key().startsWith("data/")).cutAnswerAfter(1_000_000);
 * s3.outage();
 * }</pre>
 *
 * <p>Rules are asked in the order in which they were made. All delays that apply are added up; of
 * other faults, the first that applies is taken. Safe for all threads; has an event loop of its
 * own.
 */
public final class FaultyS3 implements AutoCloseable {
  /** A path that no bucket has: what benchmarks ask for counts. */
  private static final String ADMIN = "/-/";

  private static final int CONNECTIONS = 2000;

  /** Bytes that are passed on at once: at Vert.x's 8 KiB, a benchmark would measure the proxy. */
  private static final int CHUNK = 256 << 10;

  private final Vertx vertx;
  private final URI server;
  private final HttpClient client;
  private final HttpServer listener;
  private final Counts counts = new Counts();
  private final List<Rule> rules = new CopyOnWriteArrayList<>();
  private final Set<HttpConnection> connections = ConcurrentHashMap.newKeySet();
  private final String scheme;
  private final AtomicLong turnedAway = new AtomicLong();
  private volatile boolean out;

  private FaultyS3(URI server, int port, HttpServerOptions options) {
    this.vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    this.server = server;
    this.scheme = options.isSsl() ? "https" : "http";
    // Connections are given up before the server does: it must not close one while a request is
    // being written to it, a fault that nobody asked for.
    this.client =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setSsl(server.getScheme().equals("https"))
                .setKeepAliveTimeout(5)
                .setMaxChunkSize(CHUNK)
                .setReceiveBufferSize(CHUNK)
                .setMaxHeaderSize(64 << 10),
            new PoolOptions().setHttp1MaxSize(CONNECTIONS));
    this.listener =
        vertx
            .createHttpServer(
                options
                    .setHandle100ContinueAutomatically(true)
                    // Else a connection would be told of only when its first request has come.
                    .setHttp2ClearTextEnabled(false)
                    .setMaxChunkSize(CHUNK)
                    .setReceiveBufferSize(CHUNK)
                    .setMaxHeaderSize(64 << 10)
                    .setMaxInitialLineLength(16 << 10))
            .connectionHandler(this::accept)
            .requestHandler(this::handle)
            .exceptionHandler(_ -> {});
    Await.result(listener.listen(port, "127.0.0.1"));
  }

  /** Before the server of the tests, on a free port. */
  public static FaultyS3 before(S3Server server) {
    return before(server.endpoint(), 0);
  }

  /** Before any server; port 0 means a free one. */
  public static FaultyS3 before(URI server, int port) {
    return new FaultyS3(server, port, new HttpServerOptions());
  }

  /** Before the server of the tests, with TLS and a certificate that nobody trusts. */
  public static FaultyS3 beforeWithTls(S3Server server, SelfSigned certificate) {
    return new FaultyS3(
        server.endpoint(),
        0,
        new HttpServerOptions().setSsl(true).setKeyCertOptions(certificate.options()));
  }

  /** Where it listens. Clients sign requests for this address, as if it were the server's. */
  public URI endpoint() {
    return URI.create(scheme + "://127.0.0.1:" + listener.actualPort());
  }

  // ---- what goes wrong

  /** Begins a rule for some operations, or for all if none is named. */
  public RuleBuilder on(S3Operation... operations) {
    var which =
        operations.length == 0
            ? EnumSet.allOf(S3Operation.class)
            : EnumSet.copyOf(Arrays.asList(operations));
    return new RuleBuilder(this, it -> which.contains(it.operation()), Integer.MAX_VALUE);
  }

  Rule add(Rule rule) {
    rules.add(rule);
    return rule;
  }

  void remove(Rule rule) {
    rules.remove(rule);
  }

  /** Removes all rules and ends an outage. Requests that hang go on hanging. */
  public void heal() {
    rules.clear();
    recover();
  }

  /** Cuts all connections, and every new one as soon as it is made, until {@link #recover}. */
  public void outage() {
    out = true;
    connections.forEach(HttpConnection::close);
  }

  public void recover() {
    out = false;
  }

  // ---- what came by

  /** How many requests came, of some operations, or of all if none is named. */
  public long requests(S3Operation... operations) {
    return sum(counts.requests(), operations);
  }

  /** How many requests came, by operation; without those that never did. */
  public Map<S3Operation, Long> requestsByOperation() {
    return counts.requests();
  }

  /** How many bytes were in the bodies of requests, with what signatures of chunks add. */
  public long bytesSent(S3Operation... operations) {
    return sum(counts.bytesSent(), operations);
  }

  /** How many bytes were in the bodies of the server's answers. */
  public long bytesAnswered(S3Operation... operations) {
    return sum(counts.bytesAnswered(), operations);
  }

  private static long sum(Map<S3Operation, Long> numbers, S3Operation... operations) {
    var which = operations.length == 0 ? S3Operation.values() : operations;
    return Arrays.stream(which).mapToLong(it -> numbers.getOrDefault(it, 0L)).sum();
  }

  /** How many connections were made in outages, each to be cut at once. */
  public long turnedAway() {
    return turnedAway.get();
  }

  /** How many requests have begun and were neither answered nor cut. */
  public int inFlight() {
    return counts.inFlight();
  }

  /** The most that were in flight at once since the start or {@link #reset}. */
  public int mostInFlight() {
    return counts.mostInFlight();
  }

  /** Counts from nothing again; what is in flight still is. */
  public void reset() {
    counts.reset();
  }

  // ---- on the event loop

  private void accept(HttpConnection connection) {
    connections.add(connection);
    connection.closeHandler(_ -> connections.remove(connection));
    if (out) {
      turnedAway.incrementAndGet();
      connection.close();
    }
  }

  private void handle(HttpServerRequest request) {
    if (request.path() != null && request.path().startsWith(ADMIN)) {
      administer(request);
      return;
    }
    request.pause();
    var s3 = S3Request.of(request);
    var proxied = new ProxiedRequest(this, request, s3.operation(), counts);
    proxied.begin();
    var delay = Duration.ZERO;
    Fault fault = new Fault.None();
    for (var rule : rules) {
      if (rule.fault() instanceof Fault.Delay(Duration time)) {
        delay = rule.apply(s3) ? delay.plus(time) : delay;
      } else if (fault instanceof Fault.None && rule.apply(s3)) {
        fault = rule.fault();
      }
    }
    if (delay.isZero()) {
      proxied.proceed(fault);
    } else {
      var chosen = fault;
      vertx.setTimer(Math.max(1, delay.toMillis()), _ -> proxied.proceed(chosen));
    }
  }

  private void administer(HttpServerRequest request) {
    switch (request.path().substring(ADMIN.length())) {
      case "counts" ->
          request
              .response()
              .putHeader("Content-Type", "application/json")
              .end(counts.json().toBuffer());
      case "reset" -> {
        counts.reset();
        request.response().setStatusCode(204).end();
      }
      default -> request.response().setStatusCode(404).end();
    }
  }

  Future<HttpClientRequest> upstream(HttpMethod method, String uri) {
    return client.request(
        new RequestOptions()
            .setMethod(method)
            .setHost(server.getHost())
            .setPort(port(server))
            .setURI(uri));
  }

  private static int port(URI server) {
    return server.getPort() >= 0 ? server.getPort() : server.getScheme().equals("https") ? 443 : 80;
  }

  @Override
  public void close() {
    Await.result(vertx.close());
  }
}
