package io.sluice.registry;

import io.sluice.oci.Descriptor;
import io.sluice.oci.Digest;
import io.sluice.oci.Manifest;
import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.sluice.oci.RepositoryName;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * What a manifest is built on: the links of its blobs, the revisions of its children, and what
 * those are built on. Confined to the storage verticle's context.
 */
final class Foundations {
  /** Indexes within indexes, and so on; nobody nests deeper. */
  private static final int MAX_DEPTH = 5;

  private final BlobLinks links;
  private final Revisions revisions;
  private final Grace grace;

  Foundations(BlobLinks links, Revisions revisions, Grace grace) {
    this.links = links;
    this.revisions = revisions;
    this.grace = grace;
  }

  /**
   * Sees to it that every blob has a young link and every child a young revision, all the way down.
   * Also below a child that is young: whoever wrote it may have been too slow for its blobs, and be
   * about to start over.
   */
  Future<Void> requireFresh(RepositoryName repository, Manifest manifest, Author author) {
    return requireFresh(repository, manifest, author, 1);
  }

  private Future<Void> requireFresh(
      RepositoryName repository, Manifest manifest, Author author, int depth) {
    if (depth > MAX_DEPTH) {
      return Future.failedFuture(
          new RegistryException(
              new RegistryError.ManifestInvalid("indexes are nested deeper than " + MAX_DEPTH)));
    }
    var checks = new ArrayList<Supplier<Future<?>>>();
    for (var blob : manifest.blobs()) {
      checks.add(
          () ->
              links
                  .fresh(repository, blob.digest())
                  .map(link -> requireSize(blob, found(blob, link).size())));
    }
    for (var child : manifest.children()) {
      checks.add(() -> requireFreshChild(repository, child, author, depth));
    }
    return Batches.run(checks);
  }

  /**
   * The same of what is there, for a manifest whose blobs and children can be had from an upstream:
   * what is missing is left out.
   */
  Future<Void> refresh(RepositoryName repository, Manifest manifest, Author author) {
    return refresh(repository, manifest, author, 1);
  }

  private Future<Void> refresh(
      RepositoryName repository, Manifest manifest, Author author, int depth) {
    if (depth > MAX_DEPTH) {
      return Future.succeededFuture();
    }
    var refreshments = new ArrayList<Supplier<Future<?>>>();
    for (var blob : manifest.blobs()) {
      refreshments.add(() -> links.fresh(repository, blob.digest()));
    }
    for (var child : manifest.children()) {
      refreshments.add(() -> refreshChild(repository, child.digest(), author, depth));
    }
    return Batches.run(refreshments);
  }

  private Future<Void> refreshChild(
      RepositoryName repository, Digest digest, Author author, int depth) {
    return revisions
        .find(repository, digest)
        .compose(
            stored ->
                stored.isEmpty()
                    ? Future.succeededFuture()
                    : stored
                        .get()
                        .read()
                        .compose(manifest -> refresh(repository, manifest, author, depth + 1))
                        .compose(_ -> revisions.newest(repository, digest))
                        .compose(
                            newest ->
                                newest.filter(it -> grace.isYoung(it.seen())).isPresent()
                                    ? Future.succeededFuture()
                                    : revisions
                                        .write(repository, stored.get(), author)
                                        .mapEmpty()));
  }

  private Future<Void> requireFreshChild(
      RepositoryName repository, Descriptor child, Author author, int depth) {
    return revisions
        .newest(repository, child.digest())
        .compose(
            newest -> {
              boolean young = newest.filter(it -> grace.isYoung(it.seen())).isPresent();
              return revisions
                  .find(repository, child.digest())
                  .compose(
                      stored -> {
                        var content = found(child, stored);
                        requireSize(child, content.bytes().length());
                        return content
                            .read()
                            .compose(below -> requireFresh(repository, below, author, depth + 1))
                            .compose(
                                _ ->
                                    young
                                        ? Future.succeededFuture()
                                        : revisions.write(repository, content, author).mapEmpty());
                      });
            });
  }

  /**
   * Makes everything anew that was announced as being deleted, all the way down: a deletion removes
   * only what it saw before it was announced, so what is written now stays, and what can't be is
   * gone.
   *
   * @return whether there was anything of that
   */
  Future<Boolean> renew(
      RepositoryName repository, Manifest manifest, Set<Digest> announced, Author author) {
    if (announced.isEmpty()) {
      return Future.succeededFuture(false);
    }
    var any = new AtomicBoolean();
    var renewals = new ArrayList<Supplier<Future<Boolean>>>();
    for (var blob : manifest.blobs()) {
      if (announced.contains(blob.digest())) {
        any.set(true);
        renewals.add(
            () -> links.anew(repository, blob.digest()).map(link -> found(blob, link)).map(true));
      }
    }
    for (var child : manifest.children()) {
      renewals.add(
          () ->
              renewChild(repository, child, announced, author)
                  .onSuccess(renewed -> any.compareAndSet(false, renewed)));
    }
    return Batches.run(renewals).map(_ -> any.get());
  }

  private Future<Boolean> renewChild(
      RepositoryName repository, Descriptor child, Set<Digest> announced, Author author) {
    return revisions
        .find(repository, child.digest())
        .compose(
            stored -> {
              var content = found(child, stored);
              return content
                  .read()
                  .compose(manifest -> renew(repository, manifest, announced, author))
                  .compose(
                      below ->
                          below || announced.contains(child.digest())
                              ? revisions.write(repository, content, author).map(true)
                              : Future.succeededFuture(false));
            });
  }

  private static <T> T found(Descriptor descriptor, Optional<T> what) {
    return what.orElseThrow(
        () -> new RegistryException(new RegistryError.ManifestBlobUnknown(descriptor.digest())));
  }

  private static long requireSize(Descriptor descriptor, long actual) {
    if (descriptor.size() != actual) {
      throw new RegistryException(
          new RegistryError.ManifestInvalid(
              descriptor.digest()
                  + " has "
                  + actual
                  + " bytes, the manifest says "
                  + descriptor.size()));
    }
    return actual;
  }
}
