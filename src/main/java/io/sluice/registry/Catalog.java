package io.sluice.registry;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.sluice.oci.RepositoryName;
import io.sluice.store.ListRequest;
import io.sluice.store.Listing;
import io.sluice.store.Listings;
import io.sluice.store.ObjectStore;
import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The list of repositories: a marker each. A hint for listing, nothing depends on it. Confined to
 * the storage verticle's context.
 */
final class Catalog {
  /** A marker that somebody removed is written again with a push after so long. */
  private static final Duration REMEMBER = Duration.ofMinutes(10);

  private final ObjectStore store;
  private final Cache<RepositoryName, Boolean> entered =
      Caffeine.newBuilder()
          .executor(Runnable::run)
          .expireAfterWrite(REMEMBER)
          .maximumSize(10_000)
          .build();

  Catalog(ObjectStore store) {
    this.store = store;
  }

  /** Sees to it that a repository is listed. */
  Future<Void> enter(RepositoryName repository) {
    return entered.getIfPresent(repository) != null
        ? Future.succeededFuture()
        : store
            .put(Layout.catalog(repository), ByteBuffer.allocate(0))
            .onSuccess(_ -> entered.put(repository, true));
  }

  /** Repositories in lexical order, behind {@code last}. */
  Future<List<RepositoryName>> list(Optional<RepositoryName> last, int limit) {
    var names = new ArrayList<RepositoryName>();
    var start = last.map(Layout::catalog).orElse("");
    return Listings.forEachPage(
            store,
            ListRequest.below(Layout.CATALOG).startAfter(start).limit(Math.min(limit, 1000)),
            page -> {
              page.entries().stream()
                  .map(Listing.Entry::key)
                  .map(Layout::repositoryOfMarker)
                  .forEach(names::add);
              return Future.succeededFuture(names.size() < limit);
            })
        .map(_ -> names.size() <= limit ? names : names.subList(0, limit));
  }
}
