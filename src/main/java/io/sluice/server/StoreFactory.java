package io.sluice.server;

import io.sluice.config.StorageConfig;
import io.sluice.store.ObjectStore;
import io.sluice.store.fs.FsObjectStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/** Opens the store that a part of the configuration describes. */
@FunctionalInterface
public interface StoreFactory {

  Future<ObjectStore> open(Vertx vertx, StorageConfig config);

  /** The stores of this version: a local disk. */
  static StoreFactory standard() {
    return (vertx, config) ->
        vertx.executeBlocking(
            () -> FsObjectStore.open(vertx, config.rootDirectory(), config.commit()), false);
  }
}
