package io.sluice.registry;

import io.sluice.oci.Digest;
import io.sluice.oci.RepositoryName;
import io.sluice.store.ListRequest;
import io.sluice.store.Listings;
import io.sluice.store.ObjectNotFound;
import io.sluice.store.ObjectStore;
import io.vertx.core.Future;
import java.util.Optional;

/**
 * Finds out whether a manifest of a repository names a digest, by reading them: only deletions ask,
 * and they are rare.
 */
final class References {
  private final ObjectStore store;
  private final Revisions revisions;

  References(ObjectStore store, Revisions revisions) {
    this.store = store;
    this.revisions = revisions;
  }

  /** A manifest that names this digest as a blob or as a child. */
  Future<Optional<Digest>> to(RepositoryName repository, Digest digest) {
    var found = new Search(digest);
    return Listings.forEachPage(
            store,
            ListRequest.below(Layout.manifests(repository)),
            page -> {
              Future<?> last = Future.succeededFuture();
              for (var manifest : Revisions.newestOfEach(page)) {
                last =
                    last.compose(
                        _ ->
                            found.by.isPresent()
                                ? Future.succeededFuture()
                                : look(manifest, found));
              }
              return last.map(_ -> found.by.isEmpty());
            })
        .map(_ -> found.by);
  }

  private static final class Search {
    final Digest wanted;
    Optional<Digest> by = Optional.empty();

    Search(Digest wanted) {
      this.wanted = wanted;
    }
  }

  private Future<Void> look(Revisions.ManifestKey candidate, Search search) {
    return revisions
        .content(candidate.digest(), candidate.key())
        .compose(stored -> stored.read())
        .map(
            manifest -> {
              boolean names =
                  manifest.blobs().stream().anyMatch(it -> it.digest().equals(search.wanted))
                      || manifest.children().stream()
                          .anyMatch(it -> it.digest().equals(search.wanted));
              if (names) {
                search.by = Optional.of(candidate.digest());
              }
              return (Void) null;
            })
        .recover(
            cause ->
                cause instanceof ObjectNotFound
                    ? Future.succeededFuture()
                    : Future.failedFuture(cause));
  }
}
