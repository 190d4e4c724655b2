package io.sluice.scrub;

import io.sluice.registry.Layout;
import io.sluice.store.Listing;
import io.sluice.store.Listings;
import io.sluice.store.ObjectNotFound;
import io.sluice.store.ObjectStore;
import io.sluice.ulid.Ulids;
import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * When the last pass ended, in the main store: so that neither a restart nor another process over
 * the same store begins anew. {@code gc/scrub/<ulid>}, JSON; the greatest counts.
 */
final class ScrubHistory {
  static final String FOLDER = Layout.COLLECTIONS + "scrub/";

  private final ObjectStore store;
  private final Ulids ulids;

  ScrubHistory(ObjectStore store, Ulids ulids) {
    this.store = store;
    this.ulids = ulids;
  }

  /** The last pass that came to its end, whoever made it. */
  Future<Optional<ScrubRecord>> last() {
    return Listings.all(store, FOLDER)
        .compose(
            entries ->
                entries.isEmpty()
                    ? Future.succeededFuture(Optional.<ScrubRecord>empty())
                    : store.read(entries.getLast().key()).map(ScrubRecord::parse))
        .recover(
            cause ->
                // Another process has just replaced it, and so has ended one now.
                cause instanceof ObjectNotFound ? last() : Future.failedFuture(cause));
  }

  /** Writes it, then removes those that were there before. */
  Future<Void> add(ScrubRecord record) {
    return Listings.all(store, FOLDER)
        .compose(
            old ->
                store
                    .put(FOLDER + ulids.next(), ByteBuffer.wrap(record.toJson().getBytes()))
                    .compose(_ -> store.delete(keys(old))));
  }

  private static List<String> keys(List<Listing.Entry> entries) {
    return entries.stream().map(Listing.Entry::key).toList();
  }
}
