package io.sluice.scrub;

import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.sluice.registry.Layout;
import io.sluice.store.ObjectNotFound;
import io.sluice.store.ObjectStore;
import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What one pass over one store works with. Confined to the pass's context.
 *
 * @param findings told of each, when all is known of it
 */
record Pass(
    ObjectStore store,
    PacedReader reader,
    Tally tally,
    boolean quarantine,
    Consumer<Finding> findings) {

  /** Hides a link or a revision from clients, if that is wanted; answers whether it did. */
  Future<Boolean> hide(String key) {
    return quarantine
        ? store
            .put(Layout.quarantined(key), ByteBuffer.allocate(0))
            .map(
                _ -> {
                  tally.quarantined++;
                  return true;
                })
        : Future.succeededFuture(false);
  }

  /**
   * What a failure says of the object that was read; fails where it says more of the store than of
   * the object.
   *
   * @param missing what it is when it isn't there
   */
  Future<Optional<Fault>> fault(Throwable cause, Fault missing) {
    if (cause instanceof ObjectNotFound) {
      return Future.succeededFuture(Optional.of(missing));
    }
    if (RegistryException.says(cause, RegistryError.ShuttingDown.class)) {
      return Future.failedFuture(cause);
    }
    return store
        .check()
        .map(
            _ ->
                Optional.of(
                    new Fault(Finding.Kind.UNREADABLE, String.valueOf(cause.getMessage()))));
  }
}
