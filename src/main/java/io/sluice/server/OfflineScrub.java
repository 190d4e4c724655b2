package io.sluice.server;

import io.sluice.config.DataSize;
import io.sluice.config.SluiceConfig;
import io.sluice.config.StorageConfig;
import io.sluice.registry.StoreFormat;
import io.sluice.scrub.Finding;
import io.sluice.scrub.Scrub;
import io.sluice.scrub.ScrubSettings;
import io.sluice.scrub.ScrubTotals;
import io.sluice.store.ObjectNotFound;
import io.sluice.store.ObjectStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.ExecutionException;

/** A scrub of the stores that a configuration names, without a registry. */
public final class OfflineScrub {
  private static final long PROGRESS_MILLIS = 1000;

  private OfflineScrub() {}

  /** Is told of what happens, on a thread of Vert.x's. */
  public interface Listener {

    /** Something is damaged or missing. */
    void found(Finding finding);

    /** How far it is, about once in a second. */
    void progress(ScrubTotals soFar);
  }

  /**
   * Makes one pass. Blocks the calling thread, which must be none of Vert.x's.
   *
   * @throws StartFailure when it can't be done, or not to its end; also while a registry serves a
   *     local disk, whose drafts would be removed when the disk is opened
   */
  public static ScrubTotals run(
      SluiceConfig config, DataSize bandwidth, boolean quarantine, Listener listener)
      throws InterruptedException {
    for (var store : config.storage().allStores().toList()) {
      requireDisk(config, store);
    }
    var vertx = Vertx.vertx(SluiceServer.vertxOptions());
    try {
      return run(vertx, config, bandwidth, quarantine, listener)
          .toCompletionStage()
          .toCompletableFuture()
          .get();
    } catch (ExecutionException e) {
      throw StartFailure.of(e.getCause() == null ? e : e.getCause(), config);
    } finally {
      vertx.close();
    }
  }

  private static void requireDisk(SluiceConfig config, StorageConfig store)
      throws InterruptedException {
    if (store.driver().isPresent()) {
      return;
    }
    if (!Files.isDirectory(store.rootDirectory())) {
      throw new StartFailure("there is no folder " + store.rootDirectory());
    }
    var serving = ServingCheck.of(config);
    if (serving.isPresent()) {
      throw new StartFailure(
          "a registry serves at %1$s: stop it first, or have it do this: sluice scrub --url %1$s"
              .formatted(serving.get()));
    }
  }

  private static Future<ScrubTotals> run(
      Vertx vertx, SluiceConfig config, DataSize bandwidth, boolean quarantine, Listener listener) {
    return Settings.storage(vertx, config, StoreFactory.standard(config.sluice()))
        .compose(
            storage -> {
              var stores = Settings.scrub(config, storage).stores();
              var settings =
                  new ScrubSettings(stores, bandwidth.bytes(), quarantine, Optional.empty());
              var formats = new ArrayList<Future<?>>();
              stores.forEach(store -> formats.add(requireFormat(store)));
              return Future.all(formats)
                  .compose(_ -> scrub(vertx, settings, listener))
                  .eventually(() -> close(stores));
            });
  }

  private static Future<Void> requireFormat(ObjectStore store) {
    return StoreFormat.require(store)
        .recover(
            cause ->
                Future.failedFuture(
                    cause instanceof ObjectNotFound
                        ? new StartFailure(
                            "Sluice has stored nothing there: there is no format.json")
                        : cause));
  }

  private static Future<ScrubTotals> scrub(Vertx vertx, ScrubSettings settings, Listener listener) {
    Future<ScrubTotals> done =
        Future.future(
            promise ->
                vertx
                    .getOrCreateContext()
                    .runOnContext(
                        _ -> {
                          var workers = vertx.createSharedWorkerExecutor("sluice-scrub", 1);
                          var scrub = new Scrub(vertx, settings, workers, System::nanoTime);
                          vertx.setPeriodic(PROGRESS_MILLIS, _ -> listener.progress(scrub.soFar()));
                          scrub.run(listener::found).onComplete(promise);
                        }));
    return done;
  }

  private static Future<?> close(Iterable<ObjectStore> stores) {
    var closed = new ArrayList<Future<?>>();
    stores.forEach(store -> closed.add(store.close()));
    return Future.join(closed);
  }
}
