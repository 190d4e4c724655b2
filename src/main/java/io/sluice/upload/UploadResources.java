package io.sluice.upload;

import io.sluice.store.ObjectStore;
import io.sluice.ulid.Ulids;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.internal.ContextInternal;
import java.util.function.Consumer;

/**
 * What the uploads into one store share.
 *
 * @param heads buffers for the first bytes of an upload, so that small blobs don't occupy a whole
 *     part's memory
 * @param parts buffers of the size of the store's parts
 * @param hashing workers for digests
 * @param window how many parts of one upload may be in flight at once
 * @param maxBlobSize in bytes
 * @param undone told of a session that could not be removed from the store
 */
record UploadResources(
    Vertx vertx,
    ObjectStore store,
    MemoryBudget heads,
    MemoryBudget parts,
    WorkerExecutor hashing,
    Ulids ulids,
    int window,
    long maxBlobSize,
    Consumer<UploadSession> undone) {

  /** A promise whose future calls back on the current context, whoever completes it. */
  <T> Promise<T> promise() {
    return ((ContextInternal) vertx.getOrCreateContext()).promise();
  }
}
