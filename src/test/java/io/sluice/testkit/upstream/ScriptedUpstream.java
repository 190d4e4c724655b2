package io.sluice.testkit.upstream;

import io.sluice.Await;
import io.sluice.oci.Digest;
import io.sluice.oci.Tag;
import io.sluice.testkit.Certificates;
import io.sluice.testkit.Identity;
import io.sluice.testkit.Pem;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A registry to be synced from: it has what a test puts into it, sees what it is asked, and fails
 * as it is told. Thread safe.
 */
public final class ScriptedUpstream implements AutoCloseable {

  /** What is spoken there. */
  public enum Protocol {
    HTTP,
    /** HTTP/1.1 only. */
    HTTPS,
    /** HTTP/2, or 1.1 for whoever wants that. */
    HTTP2
  }

  private static final class Shared {
    static final Identity IDENTITY = Certificates.shared().server(Certificates.Keys.EC);
  }

  private static final AtomicLong IDS = new AtomicLong();

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  private final Protocol protocol;
  private final Stock stock = new Stock();
  private final Script script = new Script();
  private final Endpoints endpoints = new Endpoints(stock, script);
  private final TokenIssuer issuer = new TokenIssuer();
  private final List<SeenRequest> requests = new CopyOnWriteArrayList<>();
  private final Map<String, String> headers = new ConcurrentHashMap<>();
  private final Map<String, Consumer<HttpServerRequest>> pages = new ConcurrentHashMap<>();
  private @Nullable HttpServer server;
  private int port;

  private ScriptedUpstream(Protocol protocol) {
    this.protocol = protocol;
  }

  /** One that speaks plain HTTP on a port of its own. */
  public static ScriptedUpstream start() {
    return start(Protocol.HTTP);
  }

  /** One whose certificate, if any, is of the shared authority, for 127.0.0.1 and localhost. */
  public static ScriptedUpstream start(Protocol protocol) {
    var upstream = new ScriptedUpstream(protocol);
    upstream.up();
    return upstream;
  }

  // Where it is.

  /** As an operator writes it into {@code urls}. */
  public String url() {
    return (protocol == Protocol.HTTP ? "http://" : "https://") + host();
  }

  /** The same server under its other name: another host, as far as a client can know. */
  public String otherUrl() {
    return url().replace("127.0.0.1", "localhost");
  }

  /** Host and port. */
  public String host() {
    return "127.0.0.1:" + port;
  }

  // What it has.

  /** An image with layers of these sizes, and a config. */
  public RemoteImage image(String repository, String tag, long... layerSizes) {
    return image(
        repository,
        tag,
        Arrays.stream(layerSizes).mapToObj(RemoteBlob::ofSize).toArray(RemoteBlob[]::new));
  }

  public RemoteImage image(String repository, String tag, RemoteBlob... layers) {
    var config =
        RemoteBlob.of(
            "{\"architecture\":\"amd64\",\"os\":\"linux\",\"id\":\""
                + IDS.incrementAndGet()
                + "\"}");
    var image = RemoteImage.image(repository, config, List.of(layers));
    stock.put(image);
    stock.tag(image, tag);
    return image;
  }

  /** An index of images that are here, by their platforms as in {@code linux/arm64}. */
  public RemoteImage index(String repository, String tag, Map<String, RemoteImage> platforms) {
    var index = RemoteImage.index(repository, platforms);
    stock.put(index);
    stock.tag(index, tag);
    return index;
  }

  /** Gives a manifest that is here one more tag, or moves the tag to it. */
  public void tag(RemoteImage image, String tag) {
    stock.tag(image, tag);
  }

  /** Something that refers to an image, as a signature does. */
  public RemoteImage referrer(RemoteImage subject, String artifactType) {
    var referrer = RemoteImage.referrer(subject, artifactType, RemoteBlob.ofSize(100));
    stock.refer(subject.digest(), referrer);
    return referrer;
  }

  /** The same, listed by the tag that stands in for the API; see {@link Mood#WITHOUT_REFERRERS}. */
  public RemoteImage taggedReferrer(RemoteImage subject, String artifactType) {
    var referrer = referrer(subject, artifactType);
    var index = RemoteImage.index(subject.repository(), Map.of("any/any", referrer));
    stock.put(index);
    stock.tag(index, Tag.ofReferrersTo(subject.digest()).value());
    return referrer;
  }

  /** Any content, to be had by its digest. */
  public RemoteBlob blob(RemoteBlob blob) {
    stock.put(blob);
    return blob;
  }

  /** Lists have so many entries on a page. */
  public void pageSize(int entries) {
    endpoints.pageSize = entries;
  }

  // Who is let in.

  /** Only with tokens that it gives itself. */
  public TokenIssuer requireTokens() {
    return requireTokensOf(this, url());
  }

  /** Only with tokens that another server gives, at that server's URL. */
  public TokenIssuer requireTokensOf(ScriptedUpstream other, String url) {
    endpoints.guard = new Guard.Tokens(other.issuer, url + TokenIssuer.PATH);
    return other.issuer;
  }

  public void requireBasic(String name, String password) {
    endpoints.guard = new Guard.Basic(name, password);
  }

  /** Whoever asks for blobs is sent to another server, by a URL that is as good as a password. */
  public void redirectBlobsTo(ScriptedUpstream cdn) {
    redirectBlobsTo(cdn, cdn.url());
  }

  /** The same, with the other server under this URL. */
  public void redirectBlobsTo(ScriptedUpstream cdn, String url) {
    cdn.stock.adopt(stock);
    endpoints.blobsAreAt = Optional.of(url);
  }

  /** The same, to a server of which nothing is known. */
  public void redirectBlobsTo(String url) {
    endpoints.blobsAreAt = Optional.of(url);
  }

  /** Whoever asks for manifests is sent to the same path there. */
  public void redirectManifestsTo(String url) {
    endpoints.manifestsAreAt = Optional.of(url);
  }

  /** Redirects a path of this server. */
  public void redirect(String path, String location) {
    pages.put(path, request -> Endpoints.redirect(request, location));
  }

  // How it fails.

  /** The next answers have this status and nothing else. */
  public void failNext(int times, int status) {
    script.refuse(times, new Script.Refusal(status, Optional.empty()));
  }

  /** The next answers are 429, with this {@code Retry-After}. */
  public void limitNext(int times, String retryAfter) {
    script.refuse(times, new Script.Refusal(429, Optional.of(retryAfter)));
  }

  /** Every answer has this header. */
  public void header(String name, String value) {
    headers.put(name, value);
  }

  /** The next requests are answered by closing the connection. */
  public void hangUpNext(int times) {
    script.hangUp(times);
  }

  /** Every blob is cut after so many bytes of an answer. */
  public void cutBlobsAfter(long bytes) {
    script.cut(Integer.MAX_VALUE, bytes);
  }

  /** Only the next one is. */
  public void cutNextBlobAfter(long bytes) {
    script.cut(1, bytes);
  }

  /** From now on only the header of this blob is sent, and of its bytes what is released. */
  public void hold(Digest digest) {
    script.hold(digest);
  }

  /** Lets so many more bytes of it go. */
  public void release(Digest digest, long bytes) {
    script.release(digest, bytes);
  }

  /** Lets the rest go. */
  public void release(Digest digest) {
    script.release(digest, Long.MAX_VALUE);
  }

  /** Something is wrong from now on. */
  public void is(Mood mood) {
    script.add(mood);
  }

  /** All is well again, except for who is let in. */
  public void heal() {
    script.heal();
    script.releaseAll();
  }

  // What it saw.

  /** All requests so far, in order. */
  public List<SeenRequest> requests() {
    return List.copyOf(requests);
  }

  /** The requests for a manifest or a blob by its digest. */
  public List<SeenRequest> requestsFor(Digest digest) {
    return requests.stream().filter(it -> it.path().endsWith("/" + digest)).toList();
  }

  /** The requests for paths that begin so. */
  public List<SeenRequest> requestsTo(String path) {
    return requests.stream().filter(it -> it.path().startsWith(path)).toList();
  }

  /** Forgets what it saw. */
  public void forgetRequests() {
    requests.clear();
  }

  // Whether it runs.

  /** Nobody can connect any more, and all connections are closed. */
  public synchronized void stop() {
    if (server != null) {
      Await.result(server.close());
      server = null;
    }
  }

  /** It runs again, on the same port. */
  public synchronized void up() {
    var options = new HttpServerOptions().setHost("127.0.0.1").setPort(port);
    if (protocol != Protocol.HTTP) {
      encrypt(options);
    }
    var started =
        vertx
            .createHttpServer(options)
            .exceptionHandler(_ -> {})
            .connectionHandler(connection -> connection.exceptionHandler(_ -> {}))
            .requestHandler(this::handle);
    Await.result(started.listen());
    server = started;
    port = started.actualPort();
  }

  private void encrypt(HttpServerOptions options) {
    var identity = Shared.IDENTITY;
    options
        .setSsl(true)
        .setUseAlpn(protocol == Protocol.HTTP2)
        .setClientAuth(ClientAuth.REQUEST)
        .setTrustOptions(
            new PemTrustOptions().addCertValue(Buffer.buffer(Certificates.shared().pem())))
        .setKeyCertOptions(
            new PemKeyCertOptions()
                .addCertValue(Buffer.buffer(Pem.of(identity.certificate())))
                .addKeyValue(Buffer.buffer(Pem.of(identity.key()))));
  }

  private void handle(HttpServerRequest request) {
    requests.add(SeenRequest.of(request));
    request.exceptionHandler(_ -> {});
    request.response().exceptionHandler(_ -> {});
    headers.forEach(request.response()::putHeader);
    if (script.takeHangUp()) {
      request.connection().close();
      return;
    }
    if (script.is(Mood.SILENT)) {
      return;
    }
    var refusal = script.takeRefusal();
    var page = pages.get(request.path());
    if (refusal.isPresent()) {
      refusal.get().retryAfter().ifPresent(it -> request.response().putHeader("Retry-After", it));
      Endpoints.refuse(request, refusal.get().status());
    } else if (page != null) {
      page.accept(request);
    } else if (request.path().equals(TokenIssuer.PATH)) {
      issuer.issue(request);
    } else {
      endpoints.answer(request);
    }
  }

  @Override
  public void close() {
    heal();
    stop();
    Await.result(vertx.close());
  }
}
