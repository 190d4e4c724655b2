package io.sluice.server;

import io.sluice.api.ApiVerticle;
import io.sluice.bus.Bus;
import io.sluice.config.SluiceConfig;
import io.sluice.registry.Commands.CheckStorage;
import io.sluice.registry.Commands.StorageStatus;
import io.sluice.registry.StorageVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A running registry: its verticles, deployed in order (storage, then the API on every event loop)
 * and undeployed in the reverse. Thread safe.
 */
public final class SluiceServer {
  /** A system property for benchmarks: milliseconds after which an event loop counts as blocked. */
  private static final String BLOCKED_AFTER = "sluice.vertx.blockedAfter";

  private final Vertx vertx;
  private final SluiceConfig config;
  private final String storage;
  private final String api;
  private final List<ApiVerticle> apis;
  private volatile SluiceConfig current;

  private SluiceServer(
      Vertx vertx, SluiceConfig config, String storage, String api, List<ApiVerticle> apis) {
    this.vertx = vertx;
    this.config = config;
    this.storage = storage;
    this.api = api;
    this.apis = apis;
    this.current = config;
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
    return Settings.storage(vertx, config, stores)
        .compose(settings -> vertx.deployVerticle(new StorageVerticle(settings)))
        .compose(
            storage ->
                deployApi(vertx, config, storage)
                    .recover(
                        cause ->
                            vertx.undeploy(storage).transform(_ -> Future.failedFuture(cause))));
  }

  private static Future<SluiceServer> deployApi(Vertx vertx, SluiceConfig config, String storage) {
    var apis = new CopyOnWriteArrayList<ApiVerticle>();
    var connections = new AtomicInteger();
    var settings = Settings.api(config);
    return vertx
        .deployVerticle(
            () -> {
              var verticle = new ApiVerticle(settings, connections);
              apis.add(verticle);
              return verticle;
            },
            new DeploymentOptions().setInstances(eventLoops()))
        .recover(
            cause ->
                Future.failedFuture(
                    cause instanceof IOException ? StartFailure.listening(config, cause) : cause))
        .map(api -> new SluiceServer(vertx, config, storage, api, apis));
  }

  /**
   * Takes over what can change without a restart; fails with {@link StartFailure} and changes
   * nothing when something in it can't be used.
   */
  public Future<Void> reconfigure(SluiceConfig next) {
    current = next;
    return Future.succeededFuture();
  }

  /** The configuration that was taken over last. */
  public SluiceConfig config() {
    return current;
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
    return URI.create("http://" + host + ":" + port());
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
        .transform(_ -> vertx.undeploy(api))
        .transform(_ -> vertx.undeploy(storage));
  }
}
