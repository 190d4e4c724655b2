package io.sluice.registry;

import io.sluice.oci.Descriptor;
import io.sluice.oci.Digest;
import io.sluice.oci.Manifest;
import io.sluice.oci.Reference;
import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.sluice.oci.RepositoryName;
import io.sluice.oci.Tag;
import io.sluice.registry.Commands.PutManifest;
import io.sluice.registry.Commands.PutResult;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Manifests of repositories, and the order in which a push becomes visible. Confined to the storage
 * verticle's context.
 */
final class Manifests {
  /** Indexes within indexes, and so on; nobody nests deeper. */
  private static final int MAX_DEPTH = 5;

  /** How often a push starts over that was too slow for the grace. */
  private static final int ATTEMPTS = 3;

  private final BlobLinks links;
  private final Revisions revisions;
  private final Tags tags;
  private final Referrers referrers;
  private final Catalog catalog;
  private final Deletions deletions;
  private final References references;
  private final Grace grace;

  Manifests(
      BlobLinks links,
      Revisions revisions,
      Tags tags,
      Referrers referrers,
      Catalog catalog,
      Deletions deletions,
      References references,
      Grace grace) {
    this.links = links;
    this.revisions = revisions;
    this.tags = tags;
    this.referrers = referrers;
    this.catalog = catalog;
    this.deletions = deletions;
    this.references = references;
    this.grace = grace;
  }

  /** The manifest that a reference names. */
  Future<StoredManifest> get(RepositoryName repository, Reference reference) {
    return resolve(repository, reference)
        .compose(
            digest ->
                digest.isEmpty()
                    ? Future.succeededFuture(Optional.<StoredManifest>empty())
                    : revisions.find(repository, digest.get()))
        .map(found -> found.orElseThrow(() -> unknown(repository, reference)));
  }

  private Future<Optional<Digest>> resolve(RepositoryName repository, Reference reference) {
    return switch (reference) {
      case Digest digest -> Future.succeededFuture(Optional.of(digest));
      case Tag tag -> tags.find(repository, tag);
    };
  }

  /**
   * Stores a manifest and then moves the tags: a tag never names what is not there (design, 2.3).
   */
  Future<PutResult> put(PutManifest command) {
    return ManifestReader.read(
            command.bytes(),
            () -> {
              var bytes = command.bytes().getBytes();
              return new Parsed(
                  Manifest.parse(bytes, command.contentType()),
                  digestFor(command.reference(), bytes));
            })
        .compose(parsed -> put(command, parsed.manifest, parsed.digest));
  }

  private record Parsed(Manifest manifest, Digest digest) {}

  private Future<PutResult> put(PutManifest command, Manifest manifest, Digest digest) {
    var stored = new StoredManifest(digest, manifest.mediaType(), command.bytes());
    var names = new LinkedHashSet<Tag>();
    if (command.reference() instanceof Tag tag) {
      names.add(tag);
    }
    names.addAll(command.tags());
    return write(command.repository(), stored, manifest, command.actor(), ATTEMPTS)
        .compose(_ -> catalog.enter(command.repository()))
        .compose(_ -> announce(command.repository(), stored, manifest))
        .compose(_ -> moveAll(command.repository(), names, digest))
        .map(
            new PutResult(
                digest, manifest.mediaType(), manifest.subject().map(Descriptor::digest)));
  }

  private static Digest digestFor(Reference reference, byte[] bytes) {
    if (!(reference instanceof Digest expected)) {
      return Digest.sha256(bytes);
    }
    var actual = Digest.of(expected.algorithm(), bytes);
    if (!actual.equals(expected)) {
      throw new RegistryException(new RegistryError.DigestMismatch(expected, actual));
    }
    return actual;
  }

  private Future<Void> announce(
      RepositoryName repository, StoredManifest stored, Manifest manifest) {
    return manifest.subject().isEmpty()
        ? Future.succeededFuture()
        : referrers.announce(
            repository,
            manifest.subject().get().digest(),
            manifest.asReferrer(stored.digest(), stored.bytes().length()));
  }

  private Future<Void> moveAll(RepositoryName repository, Set<Tag> names, Digest digest) {
    Future<?> last = Future.succeededFuture();
    for (var tag : names) {
      last = last.compose(_ -> tags.move(repository, tag, digest));
    }
    return last.mapEmpty();
  }

  /**
   * Writes a revision once all that it names is there and young, and makes sure that it stayed so
   * until it was written.
   */
  private Future<Void> write(
      RepositoryName repository,
      StoredManifest stored,
      Manifest manifest,
      String actor,
      int attempts) {
    long start = grace.now();
    return requireFresh(repository, manifest, actor, 1)
        .compose(
            _ -> {
              // Half of the half: what was young when it was looked at is young enough still.
              if (tooLate(start)) {
                return again(repository, stored, manifest, actor, attempts);
              }
              long beforeWrite = grace.now();
              return revisions
                  .write(repository, stored, actor)
                  .compose(
                      revision ->
                          tooLate(start) || grace.isTooLateSince(beforeWrite)
                              ? revisions
                                  .delete(repository, stored.digest(), List.of(revision))
                                  .compose(
                                      _ -> again(repository, stored, manifest, actor, attempts))
                              : confirm(repository, stored, manifest, actor, revision));
            });
  }

  private boolean tooLate(long start) {
    return grace.now() - start >= grace.halfNanos() / 2;
  }

  private Future<Void> again(
      RepositoryName repository,
      StoredManifest stored,
      Manifest manifest,
      String actor,
      int attempts) {
    return attempts == 1
        ? Future.failedFuture(
            new RegistryException(
                new RegistryError.StoreUnavailable("it took longer than a quarter of gcDelay")))
        : write(repository, stored, manifest, actor, attempts - 1);
  }

  /**
   * Now that the manifest is there for deleters to see: was anything of it deleted while it wasn't?
   */
  private Future<Void> confirm(
      RepositoryName repository,
      StoredManifest stored,
      Manifest manifest,
      String actor,
      Revisions.Revision revision) {
    return deletions
        .announced(repository)
        .compose(
            announced -> {
              var affected = new HashSet<Digest>();
              manifest.blobs().forEach(it -> affected.add(it.digest()));
              manifest.children().forEach(it -> affected.add(it.digest()));
              affected.retainAll(announced);
              return affected.isEmpty()
                  ? Future.succeededFuture()
                  : recheck(repository, manifest, affected, actor);
            })
        .recover(
            cause ->
                revisions
                    .delete(repository, stored.digest(), List.of(revision))
                    .transform(_ -> Future.failedFuture(cause)));
  }

  private Future<Void> recheck(
      RepositoryName repository, Manifest manifest, Set<Digest> affected, String actor) {
    var checks = new ArrayList<Future<?>>();
    for (var blob : manifest.blobs()) {
      if (affected.contains(blob.digest())) {
        checks.add(
            links
                .look(repository, blob.digest())
                .map(link -> link.orElseThrow(() -> missing(blob.digest()))));
      }
    }
    for (var child : manifest.children()) {
      if (affected.contains(child.digest())) {
        // A new revision, whatever its age: the deletion removes only those that it saw before it
        // was announced.
        checks.add(
            revisions
                .find(repository, child.digest())
                .compose(
                    it ->
                        revisions.write(
                            repository, it.orElseThrow(() -> missing(child.digest())), actor)));
      }
    }
    return Future.join(checks).mapEmpty();
  }

  /**
   * Every blob has a young link, every child a young revision, whose own blobs and children are so
   * too.
   */
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
                  .map(link -> link.orElseThrow(() -> missing(blob.digest())))
                  .map(link -> requireSize(blob, link.size())));
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
            newest ->
                revisions.find(repository, child.digest()).map(found -> new Child(newest, found)))
        .compose(
            found -> {
              var stored = found.stored.orElseThrow(() -> missing(child.digest()));
              requireSize(child, stored.bytes().length());
              if (found.newest.isPresent() && grace.isYoung(found.newest.get().seen())) {
                return Future.succeededFuture();
              }
              return ManifestReader.read(stored.bytes(), stored.mediaType())
                  .compose(manifest -> requireFresh(repository, manifest, actor, depth + 1))
                  .compose(_ -> revisions.write(repository, stored, actor))
                  .mapEmpty();
            });
  }

  private record Child(Optional<Revisions.Revision> newest, Optional<StoredManifest> stored) {}

  private static Descriptor requireSize(Descriptor descriptor, long actual) {
    if (descriptor.size() != actual) {
      throw new RegistryException(
          new RegistryError.ManifestInvalid(
              descriptor.digest()
                  + " has "
                  + actual
                  + " bytes, the manifest says "
                  + descriptor.size()));
    }
    return descriptor;
  }

  /** Deletes a tag, or a manifest with all the tags that name it. */
  Future<Digest> delete(RepositoryName repository, Reference reference) {
    return switch (reference) {
      case Tag tag ->
          tags.delete(repository, tag)
              .map(digest -> digest.orElseThrow(() -> unknown(repository, reference)));
      case Digest digest -> deleteByDigest(repository, digest);
    };
  }

  private Future<Digest> deleteByDigest(RepositoryName repository, Digest digest) {
    // What goes is what is seen before the announcement: a push that learns of it writes the
    // manifest anew.
    return revisions
        .all(repository, digest)
        .compose(
            seen -> {
              if (seen.isEmpty()) {
                return Future.failedFuture(unknown(repository, digest));
              }
              return deletions
                  .announce(repository, digest)
                  .compose(_ -> references.to(repository, digest))
                  .compose(
                      by ->
                          by.isPresent()
                              ? Future.<StoredManifest>failedFuture(
                                  new RegistryException(
                                      new RegistryError.StillReferenced(digest, by.get())))
                              : revisions.content(digest, seen.getLast().key()))
                  .compose(
                      stored ->
                          tags.deleteAllOf(repository, digest)
                              .compose(_ -> withdraw(repository, stored)))
                  .compose(_ -> revisions.delete(repository, digest, seen))
                  .map(digest);
            });
  }

  private Future<Void> withdraw(RepositoryName repository, StoredManifest stored) {
    return ManifestReader.read(stored.bytes(), stored.mediaType())
        .compose(
            manifest ->
                manifest.subject().isEmpty()
                    ? Future.succeededFuture()
                    : referrers.withdraw(
                        repository, manifest.subject().get().digest(), stored.digest()));
  }

  /** Whether the repository has, or had until the next collection, a manifest. */
  Future<Boolean> exists(RepositoryName repository) {
    return revisions.any(repository);
  }

  private static RegistryException missing(Digest digest) {
    return new RegistryException(new RegistryError.ManifestBlobUnknown(digest));
  }

  private static RegistryException unknown(RepositoryName repository, Reference reference) {
    return new RegistryException(new RegistryError.ManifestUnknown(repository, reference));
  }
}
