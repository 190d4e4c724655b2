package io.sluice.registry;

import io.sluice.oci.Digest;
import io.sluice.oci.RepositoryName;
import io.sluice.store.Listing;
import io.sluice.store.Listings;
import io.sluice.store.ObjectNotFound;
import io.sluice.store.ObjectStore;
import io.sluice.ulid.Ulids;
import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * With {@code dedupe}: where the bytes of a digest are already, in whatever repository. Hints only:
 * each names a link, and that link is looked at before anything is built on it; one that has gone
 * is removed.
 */
final class Sharing {
  /** So many hints are looked at before it counts as not found. */
  static final int MOST_HINTS = 32;

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

  /**
   * A link that stands, has the bytes, and lies in a repository that is readable. The newest hints
   * are looked at, and only so many of them: not to find one costs no more than an upload.
   */
  Future<Optional<BlobLink>> source(Digest digest, Predicate<RepositoryName> readable) {
    return Listings.all(store, Layout.sharing(digest))
        .map(hints -> hints.subList(Math.max(0, hints.size() - MOST_HINTS), hints.size()))
        .compose(hints -> firstThatStands(hints, readable));
  }

  private Future<Optional<BlobLink>> firstThatStands(
      List<Listing.Entry> hints, Predicate<RepositoryName> readable) {
    if (hints.isEmpty()) {
      return Future.succeededFuture(Optional.empty());
    }
    var hint = hints.getLast();
    var others = hints.subList(0, hints.size() - 1);
    return linkNamedBy(hint)
        .compose(
            key -> {
              var repository = key.flatMap(Layout::repositoryOfLink);
              if (repository.filter(readable.negate()).isPresent()) {
                return firstThatStands(others, readable);
              }
              var link =
                  repository.isEmpty()
                      ? Future.succeededFuture(Optional.<BlobLink>empty())
                      : link(key.orElseThrow());
              return link.compose(
                  found ->
                      found.isPresent()
                          ? Future.succeededFuture(found)
                          : store
                              .delete(List.of(hint.key()))
                              .compose(_ -> firstThatStands(others, readable)));
            });
  }

  private Future<Optional<String>> linkNamedBy(Listing.Entry hint) {
    return store
        .read(hint.key())
        .map(bytes -> Optional.of(bytes.toString()))
        .recover(
            cause ->
                cause instanceof ObjectNotFound
                    ? Future.succeededFuture(Optional.empty())
                    : Future.failedFuture(cause));
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
