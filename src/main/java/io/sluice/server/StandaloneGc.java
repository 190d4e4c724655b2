package io.sluice.server;

import io.sluice.bus.Bus;
import io.sluice.config.GcConfig;
import io.sluice.config.RetentionConfig;
import io.sluice.config.SluiceConfig;
import io.sluice.gc.GcCommands.GetGcState;
import io.sluice.gc.GcCommands.PreviewGc;
import io.sluice.gc.GcCommands.RunGc;
import io.sluice.gc.GcPlan;
import io.sluice.gc.GcSink;
import io.sluice.gc.GcState;
import io.sluice.gc.GcStore;
import io.sluice.gc.GcTotals;
import io.sluice.gc.GcVerticle;
import io.sluice.oci.RepositoryName;
import io.sluice.registry.StorageSettings;
import io.sluice.registry.StoreFormat;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Garbage collections of a configuration's stores without a registry, when asked for. */
public final class StandaloneGc {
  private static final int PATIENCE_MILLIS = 2_000;

  private final Vertx vertx;
  private final StorageSettings stores;
  private final String verticle;

  private StandaloneGc(Vertx vertx, StorageSettings stores, String verticle) {
    this.vertx = vertx;
    this.stores = stores;
    this.verticle = verticle;
  }

  /**
   * Opens the stores. Fails with {@link StartFailure}: also when one of them is a local disk, and
   * something listens where the configuration has its registry, since a disk is for one process.
   */
  public static Future<StandaloneGc> open(Vertx vertx, SluiceConfig config) {
    var refusal = Supported.refusal(config);
    if (refusal.isPresent()) {
      return Future.failedFuture(new StartFailure(refusal.get()));
    }
    return vertx
        .executeBlocking(() -> requireAlone(config), false)
        .compose(_ -> Settings.storage(vertx, config, StoreFactory.standard(config.sluice())))
        .compose(stores -> start(vertx, config, stores))
        .recover(cause -> Future.failedFuture(StartFailure.of(cause, config)));
  }

  private static boolean requireAlone(SluiceConfig config) {
    var http = config.http();
    boolean onDisk = config.storage().allStores().anyMatch(store -> store.driver().isEmpty());
    if (!onDisk || http.port() == 0) {
      return true;
    }
    var host =
        switch (http.address()) {
          case "0.0.0.0", "::" -> "127.0.0.1";
          default -> http.address();
        };
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, http.port()), PATIENCE_MILLIS);
    } catch (IOException nobodyThere) {
      return true;
    }
    var scheme = http.tls().isPresent() ? "https" : "http";
    throw new StartFailure(
        "something listens on %s:%d (http.address, http.port), and a local disk is for one process: ask the registry there, with --url %s://%s:%d"
            .formatted(host, http.port(), scheme, host, http.port()));
  }

  private static Future<StandaloneGc> start(
      Vertx vertx, SluiceConfig config, StorageSettings stores) {
    var checks = new ArrayList<Future<?>>();
    checks.add(StoreFormat.check(stores.main().objects()));
    stores.routes().values().forEach(store -> checks.add(StoreFormat.check(store.objects())));
    return Future.all(checks)
        .compose(
            _ -> vertx.deployVerticle(GcVerticle.alone(onRequest(Settings.gc(config, stores)))))
        .map(verticle -> new StandaloneGc(vertx, stores, verticle))
        .recover(cause -> close(stores).transform(_ -> Future.failedFuture(cause)));
  }

  /** The same, with nothing that comes by itself. */
  private static GcPlan onRequest(GcPlan plan) {
    return new GcPlan(
        plan.stores().stream().map(StandaloneGc::onRequest).toList(),
        plan.undo(),
        plan.maxShare(),
        plan.requestsPerSecond(),
        plan.spill());
  }

  private static GcStore onRequest(GcStore store) {
    var gc = store.gc();
    return new GcStore(
        store.route(),
        store.objects(),
        new GcConfig(
            gc.enabled(), gc.delay(), Duration.ZERO, Optional.empty(), gc.maxSchedulerDelay()),
        store.retention(),
        store.grace(),
        store.nanos());
  }

  /** Begins a collection of each store that has {@code gc} on; see {@link RunGc}. */
  public Future<GcState> run(boolean confirmed) {
    return Bus.of(vertx).request(new RunGc(confirmed));
  }

  public Future<GcState> state() {
    return Bus.of(vertx).request(new GetGcState());
  }

  /** See {@link PreviewGc}. */
  public Future<GcTotals> preview(
      Optional<RetentionConfig> policy,
      Optional<RepositoryName> repository,
      GcSink sink,
      BooleanSupplier stop) {
    return Bus.of(vertx).request(new PreviewGc(policy, repository, sink, stop));
  }

  /** Lets what is going on end early, and closes the stores. */
  public Future<Void> close() {
    return vertx.undeploy(verticle).transform(_ -> close(stores));
  }

  private static Future<Void> close(StorageSettings stores) {
    var closed = new ArrayList<Future<?>>();
    closed.add(stores.main().objects().close());
    stores.routes().values().forEach(store -> closed.add(store.objects().close()));
    return Future.join(closed).mapEmpty();
  }
}
