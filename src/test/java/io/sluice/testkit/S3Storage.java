package io.sluice.testkit;

import io.sluice.config.OwnConfig;
import io.sluice.config.S3DriverConfig;
import io.sluice.config.StorageConfig;
import io.sluice.server.StoreFactory;
import io.sluice.store.ObjectStore;
import io.sluice.store.s3.S3ObjectStore;
import io.sluice.testkit.s3.Bucket;
import io.sluice.testkit.s3.Driver;
import io.sluice.testkit.s3.S3Server;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A bucket of its own for each test, with a root directory in it for each store. */
final class S3Storage implements Storage {
  private final Bucket bucket = S3Server.shared().newBucket();
  private final URI endpoint;
  private final Opening opening;

  /** How the store is opened, where not as in production. */
  @FunctionalInterface
  interface Opening {
    Future<ObjectStore> open(Vertx vertx, S3DriverConfig driver, Duration grace);
  }

  S3Storage() {
    this(
        S3Server.shared().endpoint(),
        (vertx, driver, grace) -> S3ObjectStore.open(vertx, driver, grace, false));
  }

  /** By way of an endpoint such as a proxy's. */
  S3Storage(URI endpoint, Opening opening) {
    this.endpoint = endpoint;
    this.opening = opening;
  }

  Bucket bucket() {
    return bucket;
  }

  @Override
  public Path stores() {
    return Path.of("s3");
  }

  @Override
  public StoreFactory factory() {
    return (vertx, config) ->
        opening.open(vertx, driver(config).config(), OwnConfig.defaults().gc().grace(config.gc()));
  }

  private Driver driver(StorageConfig config) {
    var root = config.rootDirectory().getFileName().toString();
    return new Driver(bucket, endpoint).in(bucket, root);
  }

  @Override
  public List<String> keys() {
    return bucket.keys().stream()
        .map(key -> key.substring(key.indexOf("_sluice/") + "_sluice".length()))
        .toList();
  }

  @Override
  public List<String> unfinished() {
    return bucket.unfinished();
  }

  @Override
  public void close() {
    bucket.close();
  }
}
