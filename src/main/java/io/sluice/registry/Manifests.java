package io.sluice.registry;

import io.sluice.oci.Descriptor;
import io.sluice.oci.Digest;
import io.sluice.oci.Manifest;
import io.sluice.oci.Reference;
import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.sluice.oci.RepositoryName;
import io.sluice.oci.Tag;
import io.sluice.registry.Commands.KeepManifest;
import io.sluice.registry.Commands.PutManifest;
import io.sluice.registry.Commands.PutResult;
import io.sluice.store.ObjectNotFound;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Manifests of repositories, and the order in which a push becomes visible. Confined to the storage
 * verticle's context.
 */
final class Manifests {
  /** How often a push starts over that was too slow for the grace. */
  private static final int ATTEMPTS = 3;

  private final Foundations foundations;
  private final Revisions revisions;
  private final Tags tags;
  private final Referrers referrers;
  private final Catalog catalog;
  private final Deletions deletions;
  private final References references;
  private final Grace grace;

  Manifests(
      Foundations foundations,
      Revisions revisions,
      Tags tags,
      Referrers referrers,
      Catalog catalog,
      Deletions deletions,
      References references,
      Grace grace) {
    this.foundations = foundations;
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
        .compose(
            parsed ->
                requireRights(command, parsed.digest)
                    .compose(_ -> put(command, parsed.manifest, parsed.digest)));
  }

  /** Before anything is written; {@link Tags#move} asks again, of what it sees then. */
  private Future<Void> requireRights(PutManifest command, Digest digest) {
    if (command.rights() == TagRights.BOTH) {
      return Future.succeededFuture();
    }
    if (command.reference() instanceof Digest) {
      command.rights().requireByDigest();
    }
    var checks = new ArrayList<Supplier<Future<?>>>();
    for (var tag : names(command)) {
      checks.add(() -> requireRights(command.repository(), tag, command.rights(), digest));
    }
    return Batches.run(checks);
  }

  private Future<Void> requireRights(
      RepositoryName repository, Tag tag, TagRights rights, Digest digest) {
    return tags.look(repository, tag)
        .compose(
            now -> {
              rights.require(tag, now, digest);
              return Future.succeededFuture();
            });
  }

  /** Pushes a manifest that is here once more, and moves the tag to it. */
  Future<Void> putAgain(
      RepositoryName repository, Tag tag, StoredManifest stored, String actor, TagRights rights) {
    return requireRights(repository, tag, rights, stored.digest())
        .compose(_ -> stored.read())
        .compose(
            manifest ->
                push(
                    new Push(
                        repository, stored, manifest, new Source.User(actor, Set.of(tag), rights)),
                    ATTEMPTS));
  }

  private static Set<Tag> names(PutManifest command) {
    var names = new LinkedHashSet<Tag>();
    if (command.reference() instanceof Tag tag) {
      names.add(tag);
    }
    names.addAll(command.tags());
    return names;
  }

  private record Parsed(Manifest manifest, Digest digest) {}

  private Future<PutResult> put(PutManifest command, Manifest manifest, Digest digest) {
    var stored = new StoredManifest(digest, manifest.mediaType(), command.bytes());
    var push =
        new Push(
            command.repository(),
            stored,
            manifest,
            new Source.User(command.actor(), names(command), command.rights()));
    return push(push, ATTEMPTS)
        .map(
            new PutResult(
                digest, manifest.mediaType(), manifest.subject().map(Descriptor::digest)));
  }

  /**
   * Keeps a manifest as an upstream has it. What it refers to needn't be here: it can be had from
   * there. What is here is made fresh, as for a push, so that it stays.
   */
  Future<Void> keep(KeepManifest command) {
    var stored = command.manifest();
    return stored
        .read()
        .compose(
            manifest ->
                push(
                    new Push(
                        command.repository(),
                        stored,
                        manifest,
                        new Source.Upstream(command.origin(), command.tag())),
                    ATTEMPTS));
  }

  /** Where a manifest comes from, and which tags are to name it. */
  private sealed interface Source {
    Author author();

    /** All that it refers to must be here, and it may do what the rights say. */
    record User(String name, Set<Tag> tags, TagRights rights) implements Source {
      @Override
      public Author author() {
        return new Author.User(name);
      }
    }

    /** What it refers to may be missing; a tag of a user's is left alone. */
    record Upstream(TagOrigin origin, Optional<Tag> tag) implements Source {
      @Override
      public Author author() {
        return new Author.Upstream(origin.upstream());
      }
    }
  }

  private record Push(
      RepositoryName repository, StoredManifest stored, Manifest manifest, Source source) {

    Author author() {
      return source.author();
    }

    boolean isTagged() {
      return switch (source) {
        case Source.User user -> !user.tags().isEmpty();
        case Source.Upstream upstream -> upstream.tag().isPresent();
      };
    }
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

  /**
   * Writes a revision once all that it names is there and young. One that came too late stays for
   * the collector: somebody may rely on it already, or an older one may have gone because of it.
   */
  private Future<Void> push(Push push, int attempts) {
    long start = grace.now();
    return settle(push)
        .compose(
            _ -> {
              // Half of the half: what was young when it was looked at is young enough still.
              if (tooLate(start)) {
                return again(push, attempts);
              }
              long beforeWrite = grace.now();
              return writeRevision(push)
                  .compose(
                      _ ->
                          tooLate(start)
                              ? again(push, attempts)
                              : confirm(push)
                                  .compose(seen -> publish(push, seen, beforeWrite, attempts)));
            });
  }

  private Future<Void> settle(Push push) {
    return switch (push.source) {
      case Source.User _ -> foundations.requireFresh(push.repository, push.manifest, push.author());
      case Source.Upstream _ -> foundations.refresh(push.repository, push.manifest, push.author());
    };
  }

  private Future<Void> writeRevision(Push push) {
    return revisions.write(push.repository, push.stored, push.author()).mapEmpty();
  }

  private boolean tooLate(long start) {
    return grace.now() - start >= grace.halfNanos() / 2;
  }

  private Future<Void> again(Push push, int attempts) {
    return attempts == 1
        ? Future.failedFuture(
            new RegistryException(
                new RegistryError.StoreUnavailable("it took longer than a quarter of gcDelay")))
        : push(push, attempts - 1);
  }

  /**
   * Now that the manifest is there for deleters to see: is anything of it being deleted by somebody
   * who has not seen it? That is made anew.
   *
   * @return the announcements that were seen
   */
  private Future<Deletions.Announced> confirm(Push push) {
    return deletions
        .announced(push.repository)
        .compose(
            announced ->
                renew(push, announced)
                    .compose(
                        _ ->
                            announced.digests().contains(push.stored.digest())
                                ? writeRevision(push)
                                : Future.succeededFuture())
                    .map(announced));
  }

  private Future<?> renew(Push push, Deletions.Announced announced) {
    return switch (push.source) {
      case Source.User _ ->
          foundations.renew(push.repository, push.manifest, announced.digests(), push.author());
      // What goes can be had from there.
      case Source.Upstream _ -> Future.succeededFuture();
    };
  }

  /**
   * Lets others find the manifest.
   *
   * @param beforeWrite of its revision, which the collector leaves alone for the grace
   */
  private Future<Void> publish(
      Push push, Deletions.Announced seen, long beforeWrite, int attempts) {
    return catalog
        .enter(push.repository)
        .compose(_ -> announceReferrer(push))
        .compose(
            _ ->
                push.isTagged()
                    ? tag(push, seen, beforeWrite, attempts)
                    : Future.succeededFuture());
  }

  private Future<Void> announceReferrer(Push push) {
    var subject = push.manifest.subject();
    return subject.isEmpty()
        ? Future.succeededFuture()
        : referrers.announce(
            push.repository,
            subject.get().digest(),
            push.manifest.asReferrer(push.stored.digest(), push.stored.bytes().length()));
  }

  private Future<Void> tag(Push push, Deletions.Announced seen, long beforeWrite, int attempts) {
    return moveTags(push, beforeWrite)
        .compose(
            moved ->
                moved
                    ? deletions
                        .announced(push.repository)
                        // A deletion of this very manifest that began meanwhile has not seen the
                        // tags.
                        .map(now -> !now.newSince(seen).contains(push.stored.digest()))
                    : Future.succeededFuture(false))
        .compose(done -> done ? Future.succeededFuture() : again(push, attempts));
  }

  private Future<Boolean> moveTags(Push push, long beforeWrite) {
    return switch (push.source) {
      case Source.User user -> moveAll(push, user, user.tags().iterator(), beforeWrite);
      case Source.Upstream upstream ->
          tags.follow(
              push.repository,
              upstream.tag().orElseThrow(),
              push.stored.digest(),
              upstream.origin(),
              () -> !grace.isTooLateSince(beforeWrite));
    };
  }

  /** Moves one tag after the other; false as soon as the revision is too old for that. */
  private Future<Boolean> moveAll(
      Push push, Source.User user, Iterator<Tag> names, long beforeWrite) {
    if (grace.isTooLateSince(beforeWrite)) {
      return Future.succeededFuture(false);
    }
    return names.hasNext()
        ? tags.move(
                push.repository,
                names.next(),
                push.stored.digest(),
                user.rights(),
                () -> !grace.isTooLateSince(beforeWrite))
            .compose(
                moved ->
                    moved ? moveAll(push, user, names, beforeWrite) : Future.succeededFuture(false))
        : Future.succeededFuture(true);
  }

  /**
   * Deletes a tag, or a manifest with all the tags that name it.
   *
   * @param refuseCollision fails with {@link RegistryError.ManifestCollision} when it is more than
   *     one tag that names it
   */
  Future<Digest> delete(RepositoryName repository, Reference reference, boolean refuseCollision) {
    return switch (reference) {
      case Tag tag ->
          tags.delete(repository, tag)
              .map(digest -> digest.orElseThrow(() -> unknown(repository, reference)));
      case Digest digest -> deleteByDigest(repository, digest, refuseCollision, ATTEMPTS);
    };
  }

  private Future<Digest> deleteByDigest(
      RepositoryName repository, Digest digest, boolean refuseCollision, int attempts) {
    // What goes is what is seen before the announcement: a push that learns of it writes the
    // manifest anew.
    return revisions
        .all(repository, digest)
        .compose(
            seen -> {
              if (seen.isEmpty()) {
                return Future.failedFuture(unknown(repository, digest));
              }
              return (refuseCollision
                      ? requireOneTag(repository, digest)
                      : Future.succeededFuture())
                  .compose(_ -> deletions.announce(repository, digest))
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
                  .compose(_ -> deleteStrayTags(repository, digest))
                  .map(digest)
                  .recover(
                      cause ->
                          // The revision went before it was read: by another deletion, or because
                          // there is a newer one.
                          cause instanceof ObjectNotFound && attempts > 1
                              ? deleteByDigest(repository, digest, refuseCollision, attempts - 1)
                              : Future.failedFuture(cause));
            });
  }

  private Future<Void> requireOneTag(RepositoryName repository, Digest digest) {
    return tags.naming(repository, digest)
        .compose(
            names ->
                names.size() <= 1
                    ? Future.succeededFuture()
                    : Future.failedFuture(
                        new RegistryException(new RegistryError.ManifestCollision(digest, names))));
  }

  /**
   * A push that did not know of the deletion may have moved a tag here just before the manifest
   * went; if it is alive, it will notice and start over.
   */
  private Future<Void> deleteStrayTags(RepositoryName repository, Digest digest) {
    return revisions
        .all(repository, digest)
        .compose(
            left ->
                left.isEmpty()
                    ? tags.deleteAllOf(repository, digest).mapEmpty()
                    : Future.succeededFuture());
  }

  private Future<Void> withdraw(RepositoryName repository, StoredManifest stored) {
    return stored
        .read()
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

  private static RegistryException unknown(RepositoryName repository, Reference reference) {
    return new RegistryException(new RegistryError.ManifestUnknown(repository, reference));
  }
}
