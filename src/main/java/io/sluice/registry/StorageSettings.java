package io.sluice.registry;

import io.sluice.store.ObjectStore;
import io.sluice.upload.Uploads;
import java.time.Duration;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * What the {@link StorageVerticle} works with.
 *
 * @param main the store of all repositories that no route takes
 * @param routes further stores by the first component of the names that they have ({@code
 *     storage.subPaths})
 * @param trustFor how long it is believed, without asking the store, that something exists
 * @param cacheBytes for the contents of manifests and of small blobs, in each store
 * @param memory bytes that all uploads share
 * @param tagHistory how many former values of a tag are kept
 */
public record StorageSettings(
    StoreSettings main,
    Map<String, StoreSettings> routes,
    Uploads.Settings uploads,
    Duration trustFor,
    long cacheBytes,
    long memory,
    int tagHistory) {

  public StorageSettings {
    routes = Map.copyOf(routes);
  }

  /**
   * One store.
   *
   * @param objects owned by the verticle from its deployment on, which closes it
   * @param grace {@code gcDelay}, but not less than {@code sluice.gc.shortestDelay}
   * @param dedupe whether content is shared between repositories that were pushed independently
   * @param redirect whether clients are sent to the store itself for what it can give them
   * @param nanos the monotonic clock
   */
  public record StoreSettings(
      ObjectStore objects, Duration grace, boolean dedupe, boolean redirect, LongSupplier nanos) {}
}
