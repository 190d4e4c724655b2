package io.sluice.server;

import io.sluice.config.AzureDriverConfig;
import io.sluice.config.GcsDriverConfig;
import io.sluice.config.OwnConfig;
import io.sluice.config.S3DriverConfig;
import io.sluice.config.StorageConfig;
import io.sluice.store.ObjectStore;
import io.sluice.store.fs.FsObjectStore;
import io.sluice.store.s3.S3ObjectStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/** Opens the store that a part of the configuration describes. */
@FunctionalInterface
public interface StoreFactory {

  Future<ObjectStore> open(Vertx vertx, StorageConfig config);

  /** The stores of this version: a local disk, and S3. */
  static StoreFactory standard(OwnConfig own) {
    return (vertx, config) ->
        switch (config.driver().orElse(null)) {
          case null ->
              vertx.executeBlocking(
                  () -> FsObjectStore.open(vertx, config.rootDirectory(), config.commit()), false);
          case S3DriverConfig s3 ->
              S3ObjectStore.open(vertx, s3, own.gc().grace(config.gc()), own.s3().createBucket());
          case GcsDriverConfig _, AzureDriverConfig _ ->
              Future.failedFuture(
                  new StartFailure("this version can't store in " + config.driver().get().name()));
        };
  }
}
