package io.sluice.gc;

import io.sluice.config.GcConfig;
import io.sluice.config.RetentionConfig;
import io.sluice.store.ObjectStore;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * One store, as its collector sees it.
 *
 * @param route the first component of the names of its repositories ({@code storage.subPaths});
 *     empty for the main store
 * @param objects owned by the storage verticle, which must outlive the collector
 * @param gc when and whether
 * @param retention what goes; may be replaced by another for a preview
 * @param grace as the writers of this store have it: {@code gcDelay}, but not less than the
 *     shortest
 * @param nanos the monotonic clock
 */
public record GcStore(
    String route,
    ObjectStore objects,
    GcConfig gc,
    RetentionConfig retention,
    Duration grace,
    LongSupplier nanos) {

  GcStore with(RetentionConfig other) {
    return new GcStore(route, objects, gc, other, grace, nanos);
  }

  GcStore with(GcConfig other) {
    return new GcStore(route, objects, other, retention, grace, nanos);
  }
}
