package io.sluice.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.sluice.oci.Digest;
import io.sluice.oci.RepositoryName;
import io.sluice.store.ListRequest;
import io.sluice.store.Listing;
import io.sluice.store.Listings;
import io.sluice.store.ObjectNotFound;
import io.sluice.store.ObjectStore;
import io.sluice.ulid.Ulid;
import io.sluice.ulid.Ulids;
import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * The manifests of repositories, each as one or more revisions: the same bytes, written again with
 * each push, so that what a push relies on is young. Confined to the storage verticle's context.
 */
final class Revisions {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ObjectStore store;
  private final Ulids ulids;
  private final Grace grace;
  private final long trustNanos;
  // What a revision contains never changes, so only room limits how long it is known.
  private final Cache<String, StoredManifest> contents;
  private final Cache<Key, Revision> seen;

  private record Key(RepositoryName repository, Digest digest) {}

  /** One writing of a manifest. */
  record Revision(String key, Grace.Sighting seen) {}

  Revisions(ObjectStore store, Ulids ulids, Grace grace, Duration trustFor, long cacheBytes) {
    this.store = store;
    this.ulids = ulids;
    this.grace = grace;
    this.trustNanos = trustFor.toNanos();
    this.contents =
        Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumWeight(cacheBytes)
            .<String, StoredManifest>weigher(
                (key, manifest) -> 200 + key.length() + manifest.bytes().length())
            .build();
    this.seen = Caffeine.newBuilder().executor(Runnable::run).maximumSize(20_000).build();
  }

  /** The manifest, if the repository has it now. */
  Future<Optional<StoredManifest>> find(RepositoryName repository, Digest digest) {
    return newest(repository, digest)
        .compose(
            revision ->
                revision.isEmpty()
                    ? Future.succeededFuture(Optional.<StoredManifest>empty())
                    : content(digest, revision.get().key()).map(Optional::of))
        .recover(
            cause -> {
              if (cause instanceof ObjectNotFound) {
                // It was there a moment ago, and was replaced or deleted since.
                forget(repository, digest);
                return newest(repository, digest)
                    .compose(
                        revision ->
                            revision.isEmpty()
                                ? Future.succeededFuture(Optional.empty())
                                : content(digest, revision.get().key()).map(Optional::of));
              }
              return Future.failedFuture(cause);
            });
  }

  /** The newest revision, if the repository has the manifest now. */
  Future<Optional<Revision>> newest(RepositoryName repository, Digest digest) {
    var known = seen.getIfPresent(new Key(repository, digest));
    return known != null && grace.now() - known.seen().atNanos() < trustNanos
        ? Future.succeededFuture(Optional.of(known))
        : all(repository, digest)
            .map(list -> list.isEmpty() ? Optional.empty() : Optional.of(list.getLast()));
  }

  /** Every revision that counts, oldest first. */
  Future<List<Revision>> all(RepositoryName repository, Digest digest) {
    long before = grace.now();
    return Listings.all(store, Layout.revisions(repository, digest))
        .map(
            entries -> {
              var revisions =
                  visible(entries).stream()
                      .map(entry -> new Revision(entry.key(), grace.sighting(entry.age(), before)))
                      .toList();
              var key = new Key(repository, digest);
              if (revisions.isEmpty()) {
                seen.invalidate(key);
              } else {
                seen.put(key, revisions.getLast());
              }
              return revisions;
            });
  }

  /** Writes a revision. */
  Future<Revision> write(RepositoryName repository, StoredManifest manifest, Author author) {
    long before = grace.now();
    var key = Layout.revisions(repository, manifest.digest()) + ulids.next();
    return store
        .put(key, encode(manifest, author))
        .map(
            _ -> {
              var revision = new Revision(key, grace.sighting(Duration.ZERO, before));
              contents.put(key, manifest);
              seen.put(new Key(repository, manifest.digest()), revision);
              return revision;
            });
  }

  /** Removes exactly these revisions. */
  Future<Void> delete(RepositoryName repository, Digest digest, List<Revision> revisions) {
    var keys = revisions.stream().map(Revision::key).toList();
    return store
        .delete(keys)
        .onComplete(
            _ -> {
              forget(repository, digest);
              contents.invalidateAll(keys);
            });
  }

  /** Whether the repository has any manifest. */
  Future<Boolean> any(RepositoryName repository) {
    return store
        .list(ListRequest.below(Layout.manifests(repository)).limit(1))
        .map(page -> !page.entries().isEmpty());
  }

  /** A manifest and the key of one revision of it. */
  record ManifestKey(Digest digest, String key) {}

  /** What is neither a marker nor hidden by one. */
  private static List<Listing.Entry> visible(List<Listing.Entry> entries) {
    var quarantined = new HashSet<String>();
    for (var entry : entries) {
      if (entry.name().endsWith("-" + BlobLink.QUARANTINED)) {
        quarantined.add(entry.key());
      }
    }
    return entries.stream()
        .filter(entry -> Ulid.isUlid(entry.name()))
        .filter(entry -> !quarantined.contains(Layout.quarantined(entry.key())))
        .toList();
  }

  /**
   * Every manifest of a page of {@link Layout#manifests} once, by its newest revision there that
   * counts; the marker of the page's last one may be on the next page.
   */
  static List<ManifestKey> newestOfEach(Listing page) {
    var manifests = new ArrayList<ManifestKey>();
    for (var entry : visible(page.entries())) {
      var digest = Layout.manifestOfRevision(entry.key());
      if (digest.isPresent()) {
        if (!manifests.isEmpty() && manifests.getLast().digest().equals(digest.get())) {
          manifests.removeLast();
        }
        manifests.add(new ManifestKey(digest.get(), entry.key()));
      }
    }
    return manifests;
  }

  /** What a revision contains. */
  Future<StoredManifest> content(Digest digest, String key) {
    var cached = contents.getIfPresent(key);
    if (cached != null) {
      return Future.succeededFuture(cached);
    }
    return store
        .read(key)
        .map(
            bytes -> {
              var manifest = StoredManifest.decode(digest, bytes);
              contents.put(key, manifest);
              return manifest;
            });
  }

  private void forget(RepositoryName repository, Digest digest) {
    seen.invalidate(new Key(repository, digest));
  }

  private static ByteBuffer encode(StoredManifest manifest, Author author) {
    var header = JSON.createObjectNode();
    header.put(StoredRevision.MEDIA_TYPE, manifest.mediaType());
    switch (author) {
      case Author.User(var name) -> header.put("pushedBy", name);
      case Author.Upstream(var host) -> header.put(StoredRevision.PULLED_FROM, host);
    }
    header.put("pushedAt", Instant.now().toString());
    try {
      var line = (JSON.writeValueAsString(header) + "\n").getBytes(StandardCharsets.UTF_8);
      return ByteBuffer.allocate(line.length + manifest.bytes().length())
          .put(line)
          .put(manifest.bytes().getBytes())
          .flip();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
