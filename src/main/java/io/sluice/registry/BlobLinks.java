package io.sluice.registry;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.sluice.oci.Digest;
import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.sluice.oci.RepositoryName;
import io.sluice.store.ListRequest;
import io.sluice.store.Listings;
import io.sluice.store.ObjectNotFound;
import io.sluice.store.ObjectStore;
import io.sluice.ulid.Ulids;
import io.sluice.upload.DataId;
import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The links of repositories to blobs, and the rules by which writers may rely on them while a
 * collector runs somewhere (design, section 5; the proof is in {@code docs/architecture.md}).
 * Confined to the storage verticle's context.
 */
final class BlobLinks {
  private static final int CACHED_LINKS = 20_000;

  /** How often a renewal starts over that was too slow for the grace, or whose source went. */
  private static final int ATTEMPTS = 3;

  private final ObjectStore store;
  private final Ulids ulids;
  private final Grace grace;
  private final long trustNanos;

  /*
   * Two questions, two answers. Whether a blob exists is believed from here for a second, since another replica may
   * delete it. That a link which was seen young will not be collected yet, is true as long as it is young, whoever does
   * what; only a user's deletion can hide it, and for that a manifest's writer looks at the Deletions.
   */
  private final Cache<Key, BlobLink> seen =
      Caffeine.newBuilder().maximumSize(CACHED_LINKS).executor(Runnable::run).build();

  /**
   * When a blob was looked for and not found, by the monotonic clock; known for as short a time.
   */
  private final Cache<Key, Long> missing =
      Caffeine.newBuilder().maximumSize(CACHED_LINKS).executor(Runnable::run).build();

  /** Counts what was hidden here: an answer to an older question is not remembered. */
  private long forgotten;

  private record Key(RepositoryName repository, Digest digest) {}

  BlobLinks(ObjectStore store, Ulids ulids, Grace grace, Duration trustFor) {
    this.store = store;
    this.ulids = ulids;
    this.grace = grace;
    this.trustNanos = trustFor.toNanos();
  }

  /** The link that serves a blob now, if there is one. */
  Future<Optional<BlobLink>> find(RepositoryName repository, Digest digest) {
    var known = seen.getIfPresent(new Key(repository, digest));
    return known != null && grace.now() - known.seen().atNanos() < trustNanos
        ? Future.succeededFuture(Optional.of(known))
        : look(repository, digest);
  }

  /**
   * Whether the blob was not there a moment ago, so that it isn't worth looking whether an upload
   * of it could be spared.
   */
  boolean wasMissing(RepositoryName repository, Digest digest) {
    var when = missing.getIfPresent(new Key(repository, digest));
    return when != null && grace.now() - when < trustNanos;
  }

  /** The same, asking the store in any case. */
  Future<Optional<BlobLink>> look(RepositoryName repository, Digest digest) {
    long before = grace.now();
    long asked = forgotten;
    return lookAtAll(repository, digest)
        .map(
            links -> {
              var key = new Key(repository, digest);
              if (links.isEmpty()) {
                seen.invalidate(key);
                missing.put(key, before);
                return Optional.empty();
              }
              if (asked == forgotten) {
                seen.put(key, links.getLast());
              }
              return Optional.of(links.getLast());
            });
  }

  /** Every link that counts, oldest first. */
  Future<List<BlobLink>> lookAtAll(RepositoryName repository, Digest digest) {
    long before = grace.now();
    return Listings.all(store, Layout.links(repository, digest))
        .map(entries -> BlobLink.visible(entries, grace, before));
  }

  /**
   * A link that is young, so that a manifest may be built on it: the one that is there, or one made
   * from it. Empty if the blob isn't there.
   */
  Future<Optional<BlobLink>> fresh(RepositoryName repository, Digest digest) {
    var known = seen.getIfPresent(new Key(repository, digest));
    if (known != null && grace.isYoung(known.seen())) {
      return Future.succeededFuture(Optional.of(known));
    }
    return renewed(repository, digest, true, ATTEMPTS);
  }

  /**
   * A link that is made now, from one that is there now; a deletion that is under way has not seen
   * it. Empty if the blob isn't there.
   */
  Future<Optional<BlobLink>> anew(RepositoryName repository, Digest digest) {
    return renewed(repository, digest, false, ATTEMPTS);
  }

  /** Looks and links until it was quick enough, and what it saw stayed for so long. */
  private Future<Optional<BlobLink>> renewed(
      RepositoryName repository, Digest digest, boolean youngWillDo, int attempts) {
    return look(repository, digest)
        .compose(
            found -> {
              if (found.isEmpty() || youngWillDo && grace.isYoung(found.get().seen())) {
                return Future.succeededFuture(found);
              }
              if (attempts == 0) {
                return Future.failedFuture(
                    new RegistryException(
                        new RegistryError.StoreUnavailable("it took longer than half of gcDelay")));
              }
              return linkVia(repository, digest, found.get())
                  .compose(
                      link ->
                          link.isPresent()
                              ? Future.succeededFuture(link)
                              : renewed(repository, digest, youngWillDo, attempts - 1));
            });
  }

  /** Links a blob whose bytes are at hand: the link is the blob. */
  Future<BlobLink> addInline(RepositoryName repository, Digest digest, ByteBuffer... bytes) {
    long before = grace.now();
    var ulid = ulids.next();
    int size = Arrays.stream(bytes).mapToInt(ByteBuffer::remaining).sum();
    var key = Layout.links(repository, digest) + BlobLink.inlineName(ulid, size);
    return store
        .put(key, bytes)
        .map(
            _ ->
                remember(
                    repository,
                    digest,
                    new BlobLink(key, ulid, null, size, grace.sighting(Duration.ZERO, before))));
  }

  /**
   * Links data that was just made, or that another reference holds meanwhile.
   *
   * @param since when that was sure: the link must be there before half the grace has passed since
   * @return empty when that was too late: then the caller must not rely on the link. It stays all
   *     the same where its data does, since others may have seen it, young as it is, and rely on
   *     it.
   */
  Future<Optional<BlobLink>> addData(
      RepositoryName repository, Digest digest, DataId data, long size, long since) {
    if (grace.isTooLateSince(since)) {
      return Future.succeededFuture(Optional.empty());
    }
    long before = grace.now();
    var ulid = ulids.next();
    var key = Layout.links(repository, digest) + BlobLink.dataName(ulid, data, size);
    return store
        .put(key, ByteBuffer.allocate(0))
        .compose(
            _ ->
                grace.isTooLateSince(since)
                    ? removeWithoutData(key, data).map(Optional.empty())
                    : Future.succeededFuture(
                        Optional.of(
                            remember(
                                repository,
                                digest,
                                new BlobLink(
                                    key,
                                    ulid,
                                    data,
                                    size,
                                    grace.sighting(Duration.ZERO, before))))));
  }

  private Future<Void> removeWithoutData(String link, DataId data) {
    return store
        .list(ListRequest.below(data.key()).limit(1))
        .compose(
            found ->
                found.entries().isEmpty() ? store.delete(List.of(link)) : Future.succeededFuture());
  }

  /**
   * Makes a link in a repository from a link that was seen, there or in another repository: a
   * mount, a renewal, sharing. Empty when the other link went meanwhile, or this took too long; the
   * caller then looks again.
   */
  Future<Optional<BlobLink>> linkVia(RepositoryName repository, Digest digest, BlobLink source) {
    var data = source.data();
    if (data == null) {
      return store
          .read(source.key())
          .compose(bytes -> addInline(repository, digest, ByteBuffer.wrap(bytes.getBytes())))
          .map(Optional::of)
          .recover(
              cause ->
                  cause instanceof ObjectNotFound
                      ? Future.succeededFuture(Optional.empty())
                      : Future.failedFuture(cause));
    }
    if (grace.isYoung(source.seen())) {
      // It can't be collected before the new one is there: it was written `ageNanos` before it was
      // seen.
      return addData(
          repository,
          digest,
          data,
          source.size(),
          source.seen().atNanos() - source.seen().ageNanos());
    }
    return viaTentative(repository, digest, source, data);
  }

  /**
   * An old link may be going just now: hold the data by a tentative one, look whether the old one
   * still stands, then link.
   */
  private Future<Optional<BlobLink>> viaTentative(
      RepositoryName repository, Digest digest, BlobLink source, DataId data) {
    long start = grace.now();
    var tentative =
        Layout.links(repository, digest)
            + BlobLink.tentativeName(ulids.next(), data, source.size());
    return store
        .put(tentative, ByteBuffer.allocate(0))
        .compose(_ -> stands(source))
        .compose(
            stands ->
                stands
                    ? addData(repository, digest, data, source.size(), start)
                    : Future.succeededFuture(Optional.<BlobLink>empty()))
        .eventually(() -> store.delete(List.of(tentative)));
  }

  private Future<Boolean> stands(BlobLink link) {
    long before = grace.now();
    var folder = link.key().substring(0, link.key().lastIndexOf('/') + 1);
    return Listings.all(store, folder)
        .map(
            entries ->
                BlobLink.visible(entries, grace, before).stream()
                    .anyMatch(it -> it.key().equals(link.key())));
  }

  /** Forgets what is believed of a blob. */
  void forget(RepositoryName repository, Digest digest) {
    forgotten++;
    seen.invalidate(new Key(repository, digest));
  }

  private BlobLink remember(RepositoryName repository, Digest digest, BlobLink link) {
    var key = new Key(repository, digest);
    seen.put(key, link);
    missing.invalidate(key);
    return link;
  }
}
