package io.sluice.registry;

import io.sluice.oci.Digest;
import io.sluice.store.Listing;
import io.sluice.store.Listings;
import io.sluice.store.ObjectNotFound;
import io.sluice.store.ObjectStore;
import io.sluice.ulid.Ulids;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * With {@code dedupe}: where the bytes of a digest are already, in whatever repository. Hints only:
 * each names a link, and that link is looked at before anything is built on it; one that has gone
 * is removed.
 */
final class Sharing {
  private final ObjectStore store;
  private final Ulids ulids;
  private final Grace grace;

  Sharing(ObjectStore store, Ulids ulids, Grace grace) {
    this.store = store;
    this.ulids = ulids;
    this.grace = grace;
  }

  /** Tells others of a link that they may share the data of. */
  Future<Void> offer(Digest digest, BlobLink link) {
    var data = link.data();
    return data == null
        ? Future.succeededFuture()
        : store.put(
            Layout.sharing(digest) + BlobLink.dataName(ulids.next(), data, link.size()),
            ByteBuffer.wrap(link.key().getBytes(StandardCharsets.UTF_8)));
  }

  /** A link that stands and has the bytes. */
  Future<Optional<BlobLink>> source(Digest digest) {
    return Listings.all(store, Layout.sharing(digest)).compose(this::firstThatStands);
  }

  private Future<Optional<BlobLink>> firstThatStands(List<Listing.Entry> hints) {
    if (hints.isEmpty()) {
      return Future.succeededFuture(Optional.empty());
    }
    var hint = hints.getLast();
    return store
        .read(hint.key())
        .map(Buffer::toString)
        .compose(this::link)
        .recover(
            cause ->
                cause instanceof ObjectNotFound
                    ? Future.succeededFuture(Optional.empty())
                    : Future.failedFuture(cause))
        .compose(
            link ->
                link.isPresent()
                    ? Future.succeededFuture(link)
                    : store
                        .delete(List.of(hint.key()))
                        .compose(_ -> firstThatStands(hints.subList(0, hints.size() - 1))));
  }

  private Future<Optional<BlobLink>> link(String key) {
    long before = grace.now();
    return Listings.all(store, key.substring(0, key.lastIndexOf('/') + 1))
        .map(
            entries ->
                BlobLink.visible(entries, grace, before).stream()
                    .filter(link -> link.key().equals(key))
                    .findFirst());
  }
}
