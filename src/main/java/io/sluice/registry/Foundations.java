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
  Future<Void> requireFresh(RepositoryName repository, Manifest manifest, String actor) {
    return requireFresh(repository, manifest, actor, 1);
  }

  private Future<Void> requireFresh(
      RepositoryName repository, Manifest manifest, String actor, int depth) {
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
      checks.add(() -> requireFreshChild(repository, child, actor, depth));
    }
    return Batches.run(checks);
  }

  private Future<Void> requireFreshChild(
      RepositoryName repository, Descriptor child, String actor, int depth) {
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
                            .compose(below -> requireFresh(repository, below, actor, depth + 1))
                            .compose(
                                _ ->
                                    young
                                        ? Future.succeededFuture()
                                        : revisions.write(repository, content, actor).mapEmpty());
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
      RepositoryName repository, Manifest manifest, Set<Digest> announced, String actor) {
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
              renewChild(repository, child, announced, actor)
                  .onSuccess(renewed -> any.compareAndSet(false, renewed)));
    }
    return Batches.run(renewals).map(_ -> any.get());
  }

  private Future<Boolean> renewChild(
      RepositoryName repository, Descriptor child, Set<Digest> announced, String actor) {
    return revisions
        .find(repository, child.digest())
        .compose(
            stored -> {
              var content = found(child, stored);
              return content
                  .read()
                  .compose(manifest -> renew(repository, manifest, announced, actor))
                  .compose(
                      below ->
                          below || announced.contains(child.digest())
                              ? revisions.write(repository, content, actor).map(true)
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
