package io.sluice.registry;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.sluice.oci.Digest;
import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.sluice.oci.RepositoryName;
import io.sluice.registry.Commands.OpenedBlob;
import io.sluice.store.Content;
import io.sluice.store.ObjectNotFound;
import io.sluice.store.ObjectStore;
import io.sluice.ulid.Ulids;
import io.sluice.upload.SealedUpload;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Blobs of repositories. Confined to the storage verticle's context. */
final class Blobs {
  private static final Logger LOG = LoggerFactory.getLogger(Blobs.class);

  /**
   * Blobs up to here are stored inside their link: one object instead of two, and nothing to share.
   */
  static final int INLINE = 64 << 10;

  /** How long a client may take to follow a redirect, as Zot's may. */
  private static final Duration URL_VALID = Duration.ofMinutes(20);

  /** How often a writer starts over that was too slow for the grace, or whose source went. */
  private static final int ATTEMPTS = 3;

  private final ObjectStore store;
  private final BlobLinks links;
  private final Deletions deletions;
  private final References references;
  private final Optional<Sharing> sharing;
  private final boolean redirect;
  private final Grace grace;
  // What lies under a key never changes; whether the repository still has it, its link says.
  private final Cache<String, Buffer> small;

  Blobs(
      ObjectStore store,
      BlobLinks links,
      Deletions deletions,
      References references,
      Ulids ulids,
      boolean dedupe,
      boolean redirect,
      long cacheBytes,
      Grace grace) {
    this.store = store;
    this.links = links;
    this.deletions = deletions;
    this.references = references;
    this.sharing = dedupe ? Optional.of(new Sharing(store, ulids, grace)) : Optional.empty();
    this.redirect = redirect;
    this.grace = grace;
    this.small =
        Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumWeight(cacheBytes)
            .<String, Buffer>weigher((key, bytes) -> 200 + key.length() + bytes.length())
            .build();
  }

  /** The size of a blob. */
  Future<Long> stat(RepositoryName repository, Digest digest, boolean relied) {
    return links
        .find(repository, digest)
        .map(
            found -> {
              var link = found.orElseThrow(() -> unknown(digest));
              if (relied && !grace.isYoung(link.seen())) {
                // After the answer: the client skips the upload now, and will name the blob in a
                // manifest.
                links
                    .fresh(repository, digest)
                    .onFailure(
                        e ->
                            LOG.atWarn()
                                .addKeyValue("repository", repository)
                                .addKeyValue("digest", digest)
                                .setCause(e)
                                .log("a blob's link could not be renewed"));
              }
              return link.size();
            });
  }

  /** Opens a blob, or a part of it. */
  Future<OpenedBlob> open(RepositoryName repository, Digest digest, ByteRange range) {
    return links
        .find(repository, digest)
        .compose(found -> open(found.orElseThrow(() -> unknown(digest)), range))
        .recover(
            cause ->
                cause instanceof ObjectNotFound
                    // The link was believed in for a second too long, or was replaced by a renewed
                    // one.
                    ? links
                        .look(repository, digest)
                        .compose(found -> open(found.orElseThrow(() -> unknown(digest)), range))
                    : Future.failedFuture(cause));
  }

  private Future<OpenedBlob> open(BlobLink link, ByteRange range) {
    var slice = range.of(link.size());
    if (!slice.isSatisfiable()) {
      return Future.failedFuture(
          new RegistryException(new RegistryError.RangeNotSatisfiable(link.size())));
    }
    if (slice.length() == 0) {
      return Future.succeededFuture(
          new OpenedBlob.Here(link.size(), 0, new Content.InMemory(Buffer.buffer())));
    }
    return range instanceof ByteRange.Whole && redirect && link.size() > INLINE
        ? store
            .directUrl(link.contentKey(), URL_VALID)
            .compose(
                url ->
                    url.isPresent()
                        ? Future.succeededFuture(new OpenedBlob.Elsewhere(link.size(), url.get()))
                        : openHere(link, slice.offset(), slice.length()))
        : openHere(link, slice.offset(), slice.length());
  }

  private Future<OpenedBlob> openHere(BlobLink link, long offset, long length) {
    var key = link.contentKey();
    var known = small.getIfPresent(key);
    if (known != null) {
      var part = known.slice((int) offset, (int) (offset + length));
      return Future.succeededFuture(
          new OpenedBlob.Here(link.size(), offset, new Content.InMemory(part)));
    }
    return store
        .open(key, offset, length)
        .map(
            content -> {
              if (content instanceof Content.InMemory(Buffer bytes) && length == link.size()) {
                small.put(key, bytes);
              }
              return new OpenedBlob.Here(link.size(), offset, content);
            });
  }

  /**
   * Links a blob from another repository; false if it isn't there.
   *
   * @param readable which repositories the client may read: in all others, no blob is there
   */
  Future<Boolean> mount(
      RepositoryName repository,
      Digest digest,
      Optional<RepositoryName> from,
      Predicate<RepositoryName> readable) {
    return from.isEmpty()
        ? existing(repository, digest, true, readable).map(Optional::isPresent)
        : freshNow(repository, digest)
            .compose(
                here ->
                    here.isPresent()
                        ? Future.succeededFuture(true)
                        : readable.test(from.get())
                            ? mountFrom(repository, digest, from.get(), ATTEMPTS)
                            : Future.succeededFuture(false));
  }

  private Future<Boolean> mountFrom(
      RepositoryName repository, Digest digest, RepositoryName from, int attempts) {
    return links
        .look(from, digest)
        .compose(
            source ->
                source.isEmpty()
                    ? Future.succeededFuture(false)
                    : linkVia(repository, digest, source)
                        .compose(
                            link ->
                                link.isPresent() || attempts == 1
                                    ? Future.succeededFuture(link.isPresent())
                                    : mountFrom(repository, digest, from, attempts - 1)));
  }

  private Future<Optional<BlobLink>> linkVia(
      RepositoryName repository, Digest digest, Optional<BlobLink> source) {
    return source.isEmpty()
        ? Future.succeededFuture(Optional.empty())
        : links.linkVia(repository, digest, source.get());
  }

  /**
   * Makes a blob of what was uploaded: of the data that is there already, if there is some, else of
   * the upload's.
   */
  Future<Long> add(RepositoryName repository, SealedUpload upload) {
    // What is small enough to lie in its link is in no other repository's data.
    boolean mayBeShared = upload.inline(INLINE).isEmpty();
    // Whoever has sent all of the bytes learns nothing from where else they are.
    return existing(repository, upload.digest(), mayBeShared, _ -> true)
        .onFailure(_ -> upload.discard())
        .compose(
            link ->
                link.isPresent()
                    ? upload.discard().otherwiseEmpty()
                    : link(repository, upload)
                        .onFailure(_ -> upload.abandon())
                        .compose(_ -> upload.forget().otherwiseEmpty()))
        .map(upload.size());
  }

  /**
   * A young link to what is there already, in this repository or in what others share with it. That
   * one is found is no promise: without it, the content is there twice.
   */
  private Future<Optional<BlobLink>> existing(
      RepositoryName repository,
      Digest digest,
      boolean mayBeShared,
      Predicate<RepositoryName> readable) {
    var now =
        links.wasMissing(repository, digest)
            ? Future.succeededFuture(Optional.<BlobLink>empty())
            : freshNow(repository, digest);
    return now.compose(
        here ->
            here.isPresent() || sharing.isEmpty() || !mayBeShared
                ? Future.succeededFuture(here)
                : sharing
                    .get()
                    .source(digest, readable)
                    .compose(source -> linkVia(repository, digest, source)));
  }

  /**
   * A young link, if the store has one now. What was seen young a while ago may have been hidden by
   * another registry since, and the client would be told that its blob is there.
   */
  private Future<Optional<BlobLink>> freshNow(RepositoryName repository, Digest digest) {
    return links
        .look(repository, digest)
        .compose(
            found ->
                found.isEmpty() ? Future.succeededFuture(found) : links.fresh(repository, digest));
  }

  private Future<BlobLink> link(RepositoryName repository, SealedUpload upload) {
    var inline = upload.inline(INLINE);
    return inline.isPresent()
        ? links.addInline(repository, upload.digest(), inline.get())
        : linkData(repository, upload);
  }

  private Future<BlobLink> linkData(RepositoryName repository, SealedUpload upload) {
    long before = grace.now();
    return upload
        .store()
        .compose(
            data ->
                links
                    .addData(repository, upload.digest(), data, upload.size(), before)
                    .map(
                        link ->
                            link.orElseThrow(
                                () ->
                                    new RegistryException(
                                        new RegistryError.StoreUnavailable(
                                            "it took longer than half of gcDelay"))))
                    .compose(
                        link ->
                            sharing.isEmpty()
                                ? Future.succeededFuture(link)
                                : sharing.get().offer(upload.digest(), link).map(link)));
  }

  /** Hides the links of a blob, unless a manifest of the repository names it. */
  Future<Void> delete(RepositoryName repository, Digest digest) {
    return links
        .lookAtAll(repository, digest)
        .compose(
            seen -> {
              if (seen.isEmpty()) {
                return Future.failedFuture(unknown(digest));
              }
              return deletions
                  .announce(repository, digest)
                  .compose(_ -> references.to(repository, digest))
                  .compose(
                      by ->
                          by.isPresent()
                              ? Future.<Void>failedFuture(stillReferenced(digest, by.get()))
                              : hide(repository, digest, seen));
            });
  }

  /**
   * Puts the markers, looks again for manifests, and takes the markers back if one appeared
   * meanwhile.
   */
  private Future<Void> hide(RepositoryName repository, Digest digest, List<BlobLink> seen) {
    var markers = seen.stream().map(BlobLink::hiddenKey).toList();
    var puts = new ArrayList<Future<?>>();
    markers.forEach(marker -> puts.add(store.put(marker, ByteBuffer.allocate(0))));
    return Future.all(puts)
        .onComplete(_ -> links.forget(repository, digest))
        .compose(_ -> references.to(repository, digest))
        .compose(
            by ->
                by.isEmpty()
                    ? Future.succeededFuture()
                    : store
                        .delete(markers)
                        .onComplete(_ -> links.forget(repository, digest))
                        .compose(_ -> Future.failedFuture(stillReferenced(digest, by.get()))));
  }

  private static RegistryException stillReferenced(Digest digest, Digest by) {
    return new RegistryException(new RegistryError.StillReferenced(digest, by));
  }

  private static RegistryException unknown(Digest digest) {
    return new RegistryException(new RegistryError.BlobUnknown(digest));
  }
}
