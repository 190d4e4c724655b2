package io.sluice.sync.upstream;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.Await;
import io.sluice.config.Secret;
import io.sluice.config.SyncRegistryConfig;
import io.sluice.oci.Descriptor;
import io.sluice.oci.Digest;
import io.sluice.oci.Reference;
import io.sluice.oci.Tag;
import io.sluice.sync.login.Login;
import io.sluice.sync.login.LoginSource;
import io.sluice.testkit.upstream.ScriptedUpstream;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.net.SocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;

/**
 * An {@link Upstream} as a test uses it from its own thread: set up first, made by the first call.
 */
final class Client implements AutoCloseable {
  private final Vertx vertx =
      Vertx.vertx(
          new VertxOptions()
              .setEventLoopPoolSize(1)
              .setMaxEventLoopExecuteTime(500)
              .setMaxEventLoopExecuteTimeUnit(TimeUnit.MILLISECONDS));
  private final Context context = vertx.getOrCreateContext();
  private final List<URI> urls = new ArrayList<>();
  private final Map<String, LoginSource> logins = new HashMap<>();
  private final AtomicLong skipped = new AtomicLong();
  private boolean tlsVerify = true;
  private boolean http2 = true;
  private int perSecond;
  private int maxManifestSize = 4 << 20;
  private Optional<Path> certDir = Optional.empty();
  private Duration headerTimeout = Duration.ofSeconds(10);
  private Duration bodyIdle = Duration.ofSeconds(10);
  private @Nullable UpstreamTls tls;
  private @Nullable Upstream upstream;

  static Client of(ScriptedUpstream... upstreams) {
    var client = new Client();
    for (var upstream : upstreams) {
      client.urls.add(URI.create(upstream.url()));
    }
    return client;
  }

  static Client ofUrl(String url) {
    var client = new Client();
    client.urls.add(URI.create(url));
    return client;
  }

  Client login(String host, String name, String password) {
    return login(host, LoginSource.of(Optional.of(new Login(name, new Secret(password)))));
  }

  Client login(String host, LoginSource source) {
    logins.put(host, source);
    return this;
  }

  Client unverified() {
    tlsVerify = false;
    return this;
  }

  Client withoutHttp2() {
    http2 = false;
    return this;
  }

  Client certDir(Path folder) {
    certDir = Optional.of(folder);
    return this;
  }

  Client perSecond(int requests) {
    perSecond = requests;
    return this;
  }

  Client maxManifestSize(int bytes) {
    maxManifestSize = bytes;
    return this;
  }

  Client patience(Duration header, Duration body) {
    headerTimeout = header;
    bodyIdle = body;
    return this;
  }

  /** As if so much time had passed. */
  void pass(Duration time) {
    skipped.addAndGet(time.toNanos());
  }

  SyncRegistryConfig config() {
    return new SyncRegistryConfig(
        urls,
        true,
        Optional.empty(),
        List.of(),
        tlsVerify,
        certDir,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        false,
        true,
        false,
        Duration.ofHours(3),
        headerTimeout,
        Optional.empty(),
        3,
        perSecond,
        !http2,
        2,
        Optional.empty());
  }

  /** What a call answers. */
  <T> T get(Function<Upstream, Future<T>> call) {
    return Await.result(ask(call));
  }

  /** A call that is under way. */
  <T> Future<T> ask(Function<Upstream, Future<T>> call) {
    var read = tls == null ? UpstreamTls.read(vertx, config()) : tls;
    tls = read;
    return Future.future(
        promise -> context.runOnContext(_ -> call.apply(made(read)).onComplete(promise)));
  }

  private Upstream made(UpstreamTls tls) {
    var made = upstream;
    if (made == null) {
      made =
          new Upstream(
              vertx,
              new Upstream.Settings(
                  config(), host -> Optional.ofNullable(logins.get(host)), tls, maxManifestSize),
              bodyIdle,
              () -> System.nanoTime() + skipped.get());
      upstream = made;
    }
    return made;
  }

  RemoteManifest manifest(String repository, String reference) {
    return get(it -> it.manifest(repository, Reference.parse(reference)));
  }

  RemoteHead head(String repository, String reference) {
    return get(it -> it.head(repository, Reference.parse(reference)));
  }

  List<Tag> tags(String repository) {
    return get(it -> it.tags(repository));
  }

  List<Descriptor> referrers(String repository, Digest subject) {
    return get(it -> it.referrers(repository, subject));
  }

  UpstreamStatus status() {
    return get(it -> Future.succeededFuture(it.status()));
  }

  BlobStream blob(String repository, Digest digest, long offset) {
    return get(it -> it.blob(repository, digest, offset));
  }

  /** All bytes of a blob from an offset on. */
  byte[] bytes(String repository, Digest digest, long offset) {
    return Await.result(read(blob(repository, digest, offset))).getBytes();
  }

  /** Reads what is left of a stream; its failure, if it has one. */
  Future<Buffer> read(BlobStream stream) {
    var all = Buffer.buffer();
    return Future.future(
        promise ->
            context.runOnContext(
                _ ->
                    stream
                        .body()
                        .handler(all::appendBuffer)
                        .exceptionHandler(promise::fail)
                        .endHandler(_ -> promise.complete(all))
                        .resume()));
  }

  /** The status of a request that is sent to an address, whatever its host is. */
  int send(String url, String address) {
    var read = UpstreamTls.read(vertx, config());
    var target = Url.parse(url).orElseThrow();
    return Await.result(
        Future.future(
            promise ->
                context.runOnContext(
                    _ -> {
                      var wire = new Wire(vertx, config(), read);
                      var to = SocketAddress.inetSocketAddress(target.origin().port(), address);
                      wire.send(
                              new Failures(target.origin().name()),
                              HttpMethod.GET,
                              target,
                              MultiMap.caseInsensitiveMultiMap(),
                              false,
                              Optional.of(to))
                          .map(HttpClientResponse::statusCode)
                          .eventually(wire::close)
                          .onComplete(promise);
                    })));
  }

  void on(Runnable action) {
    Await.result(
        Future.future(
            promise ->
                context.runOnContext(
                    _ -> {
                      action.run();
                      promise.complete();
                    })));
  }

  /** What a call fails with. */
  static UpstreamFailure failure(ThrowingCallable call) {
    return catchThrowableOfType(UpstreamFailure.class, call);
  }

  @Override
  public void close() {
    if (upstream != null) {
      get(Upstream::close);
    }
    Await.result(vertx.close());
  }
}
