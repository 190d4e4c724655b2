package io.sluice.server;

import io.sluice.api.ApiVerticle;
import io.sluice.api.ConnectionCount;
import io.sluice.api.TlsMaterial;
import io.sluice.bus.Bus;
import io.sluice.config.SluiceConfig;
import io.sluice.gc.GcCommands.UseGcPlan;
import io.sluice.gc.GcPlan;
import io.sluice.gc.GcVerticle;
import io.sluice.registry.Commands.CheckStorage;
import io.sluice.registry.Commands.StorageStatus;
import io.sluice.registry.StorageSettings;
import io.sluice.registry.StorageVerticle;
import io.sluice.scrub.ScrubVerticle;
import io.sluice.sync.SyncCommands.UsePlan;
import io.sluice.sync.SyncPlan;
import io.sluice.sync.SyncVerticle;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * A running registry: its verticles, deployed in order (storage, scrub, sync, gc, then the API on
 * every event loop) and undeployed in the reverse. Thread safe.
 */
public final class SluiceServer {
  /** A system property for benchmarks: milliseconds after which an event loop counts as blocked. */
  private static final String BLOCKED_AFTER = "sluice.vertx.blockedAfter";

  private final Vertx vertx;
  private final SluiceConfig config;
  private final Protection protection;
  private final StorageSettings stores;
  private final Verticles verticles;
  private final List<ApiVerticle> apis;

  /** What collections go by now; one reload at a time changes it. */
  private volatile GcPlan gcPlan;

  private SluiceServer(
      Vertx vertx,
      SluiceConfig config,
      Protection protection,
      StorageSettings stores,
      GcPlan gcPlan,
      Verticles verticles,
      List<ApiVerticle> apis) {
    this.vertx = vertx;
    this.config = config;
    this.protection = protection;
    this.stores = stores;
    this.gcPlan = gcPlan;
    this.verticles = verticles;
    this.apis = apis;
  }

  /**
   * The event loops that a registry wants: one for each core, and two at least, so that one that is
   * busy is not all.
   */
  public static int eventLoops() {
    return Math.max(2, Runtime.getRuntime().availableProcessors());
  }

  /** Vert.x as a registry wants it. */
  public static VertxOptions vertxOptions() {
    var options =
        new VertxOptions()
            .setEventLoopPoolSize(eventLoops())
            .setPreferNativeTransport(true)
            .setFileSystemOptions(
                new FileSystemOptions()
                    .setFileCachingEnabled(false)
                    .setClassPathResolvingEnabled(false));
    var blockedAfter = Integer.getInteger(BLOCKED_AFTER);
    return blockedAfter == null ? options : watchClosely(options, blockedAfter);
  }

  /** Looks often, since an event loop that was blocked between two looks isn't noticed. */
  private static VertxOptions watchClosely(VertxOptions options, int blockedAfterMillis) {
    return options
        .setBlockedThreadCheckInterval(Math.max(1, blockedAfterMillis / 5))
        .setBlockedThreadCheckIntervalUnit(TimeUnit.MILLISECONDS)
        .setMaxEventLoopExecuteTime(blockedAfterMillis)
        .setMaxEventLoopExecuteTimeUnit(TimeUnit.MILLISECONDS)
        .setWarningExceptionTime(blockedAfterMillis)
        .setWarningExceptionTimeUnit(TimeUnit.MILLISECONDS);
  }

  /** Starts with the stores that the configuration names. */
  public static Future<SluiceServer> start(Vertx vertx, SluiceConfig config) {
    return start(vertx, config, StoreFactory.standard(config.sluice()));
  }

  /** Starts; when it fails, nothing is left running on this Vert.x, which remains the caller's. */
  public static Future<SluiceServer> start(Vertx vertx, SluiceConfig config, StoreFactory stores) {
    // Before anything is opened: what is wrong with the files shows at once.
    return Protection.start(vertx, config)
        .compose(
            protection ->
                Settings.storage(vertx, config, stores)
                    .compose(settings -> startOn(vertx, config, protection, settings))
                    .recover(cause -> failAfter(protection.close(), cause)));
  }

  private static Future<SluiceServer> startOn(
      Vertx vertx, SluiceConfig config, Protection protection, StorageSettings stores) {
    var verticles = new Verticles(vertx);
    var gcPlan = Settings.gc(config, stores);
    var apis = new CopyOnWriteArrayList<ApiVerticle>();
    return verticles
        .deploy(new StorageVerticle(stores))
        .compose(_ -> verticles.deploy(new ScrubVerticle(Settings.scrub(config, stores))))
        .compose(_ -> verticles.deploy(syncVerticle(config, protection)))
        .compose(_ -> verticles.deploy(GcVerticle.of(gcPlan)))
        .compose(_ -> deployApi(config, protection, verticles, apis))
        .map(_ -> new SluiceServer(vertx, config, protection, stores, gcPlan, verticles, apis))
        .compose(server -> FirstCall.to(vertx, server.uri()).map(server))
        .recover(cause -> failAfter(verticles.undeploy(), cause));
  }

  /** Nothing is left half undone when the failure is told. */
  private static <T> Future<T> failAfter(Future<?> undoing, Throwable cause) {
    return undoing.transform(_ -> Future.failedFuture(cause));
  }

  private static SyncVerticle syncVerticle(SluiceConfig config, Protection protection) {
    return new SyncVerticle(Settings.sync(config), protection.plan(), protection.traffic());
  }

  private static Future<Void> deployApi(
      SluiceConfig config, Protection protection, Verticles verticles, List<ApiVerticle> apis) {
    var own = config.sluice().http();
    var connections =
        new ConnectionCount(
            own.maxConnections(), own.maxConnectionsPerAddress(), protection::trustedProxies);
    var settings = Settings.api(config, protection.tls());
    return verticles
        .deploy(
            () -> {
              var verticle = new ApiVerticle(settings, connections, protection::inForce);
              apis.add(verticle);
              return verticle;
            },
            eventLoops())
        .recover(
            cause ->
                Future.failedFuture(
                    cause instanceof IOException ? StartFailure.listening(config, cause) : cause));
  }

  /**
   * Takes over what can change without a restart: users, access control, rates, certificates,
   * upstreams, what is collected and when. Fails with {@link StartFailure}, and changes nothing,
   * when something in it can't be used. One at a time.
   */
  public Future<Void> reconfigure(SluiceConfig next) {
    return Protection.prepare(vertx, next)
        .compose(
            prepared -> {
              // TLS can't be turned on or off; and should a certificate not be taken after all,
              // nothing else has changed yet.
              var tls =
                  config.http().tls().isPresent() ? prepared.tls() : Optional.<TlsMaterial>empty();
              return usePlan(prepared.plan())
                  .compose(_ -> useGcPlan(Settings.gc(next, stores)))
                  .compose(_ -> useCertificates(tls))
                  .onSuccess(_ -> protection.use(prepared));
            });
  }

  private Future<Void> usePlan(SyncPlan plan) {
    return plan.equals(protection.plan())
        ? Future.succeededFuture()
        : Bus.of(vertx).request(new UsePlan(plan));
  }

  private Future<Void> useGcPlan(GcPlan plan) {
    return plan.equals(gcPlan)
        ? Future.succeededFuture()
        : Bus.of(vertx).request(new UseGcPlan(plan)).onSuccess(_ -> gcPlan = plan);
  }

  private Future<Void> useCertificates(Optional<TlsMaterial> tls) {
    if (tls.isEmpty() || tls.equals(protection.tls())) {
      return Future.succeededFuture();
    }
    // They share one listening socket, but each may be asked.
    return apis.getFirst().use(tls.get());
  }

  /** The port that it listens on. */
  public int port() {
    return apis.getFirst().actualPort();
  }

  /** Where clients on this machine reach it. */
  public URI uri() {
    var address = config.http().address();
    var host =
        switch (address) {
          case "0.0.0.0", "::" -> "127.0.0.1";
          case String v6 when v6.indexOf(':') >= 0 -> "[" + v6 + "]";
          default -> address;
        };
    return URI.create(
        (config.http().tls().isPresent() ? "https" : "http") + "://" + host + ":" + port());
  }

  /** What storage is at; fails when it can't be used. */
  public Future<StorageStatus> status() {
    return Bus.of(vertx).request(new CheckStorage());
  }

  /**
   * Takes no more connections, lets what is under way end for as long as {@code
   * sluice.shutdown.timeout}, cuts the rest, and records all uploads in their stores.
   */
  public Future<Void> stop() {
    long millis = config.sluice().shutdown().timeout().toMillis();
    var drained = new ArrayList<Future<?>>();
    apis.forEach(verticle -> drained.add(verticle.drain(millis)));
    return Future.join(drained)
        .transform(_ -> verticles.undeploy())
        .transform(_ -> protection.close());
  }
}
