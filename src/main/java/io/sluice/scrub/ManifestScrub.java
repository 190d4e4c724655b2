package io.sluice.scrub;

import io.sluice.oci.Descriptor;
import io.sluice.oci.Digest;
import io.sluice.oci.Manifest;
import io.sluice.oci.RepositoryName;
import io.sluice.registry.Layout;
import io.sluice.registry.StoredKey;
import io.sluice.registry.StoredManifest;
import io.sluice.registry.StoredRevision;
import io.sluice.store.Listing;
import io.sluice.store.Listings;
import io.sluice.store.Steps;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.List;

/** The manifests of one repository, and what they refer to. Confined to the pass's context. */
final class ManifestScrub {
  private final Pass pass;
  private final RepositoryName repository;
  private final BlobScrub blobs;
  private final Drafts drafts;

  /** Those that a client finds. */
  private final Fingerprints there = new Fingerprints();

  ManifestScrub(Pass pass, RepositoryName repository, BlobScrub blobs, Drafts drafts) {
    this.pass = pass;
    this.repository = repository;
    this.blobs = blobs;
    this.drafts = drafts;
  }

  /** Twice through the list: an index may come before its children. */
  Future<Void> run() {
    return Walk.byFolder(pass.store(), Layout.manifests(repository), this::note)
        .compose(_ -> Walk.byFolder(pass.store(), Layout.manifests(repository), this::folder));
  }

  /** Whether a client finds it, as far as is known; it may have come since. */
  boolean has(Digest digest) {
    return there.contains(digest.toString());
  }

  private Future<Void> note(List<Listing.Entry> folder) {
    var revisions = Shown.revisions(folder);
    if (!revisions.isEmpty()) {
      there.add(digestOf(revisions.getLast()).toString());
    }
    return Future.succeededFuture();
  }

  private Future<Void> folder(List<Listing.Entry> folder) {
    var revisions = Shown.revisions(folder);
    if (revisions.isEmpty()) {
      return Future.succeededFuture();
    }
    pass.tally().manifests++;
    return newestOf(digestOf(revisions.getLast()), revisions);
  }

  private static Digest digestOf(Listing.Entry revision) {
    return ((StoredKey.Revision) StoredKey.parse(revision.key())).digest();
  }

  private sealed interface Outcome {
    record Sound(String key, StoredRevision revision, Manifest manifest) implements Outcome {}

    record Bad(Fault fault) implements Outcome {}
  }

  private Future<Void> newestOf(Digest digest, List<Listing.Entry> revisions) {
    var newest = revisions.getLast();
    return read(digest, newest)
        .compose(
            outcome ->
                outcome instanceof Outcome.Bad
                    // What was wrong once may be right the second time.
                    ? read(digest, newest)
                    : Future.succeededFuture(outcome))
        .compose(
            outcome ->
                switch (outcome) {
                  case Outcome.Sound sound -> references(digest, sound);
                  case Outcome.Bad bad -> lookAgain(digest, newest, bad.fault);
                });
  }

  private Future<Outcome> read(Digest digest, Listing.Entry entry) {
    return pass.reader()
        .read(pass.store(), entry.key(), entry.size())
        .compose(bytes -> judge(digest, entry.key(), bytes))
        .recover(
            cause ->
                pass.fault(cause, damaged("it is listed and not there"))
                    .map(fault -> new Outcome.Bad(fault.orElseThrow())));
  }

  private Future<Outcome> judge(Digest digest, String key, Buffer object) {
    StoredRevision revision;
    try {
      revision = StoredRevision.parse(object);
    } catch (IllegalArgumentException e) {
      return bad(damaged(String.valueOf(e.getMessage())));
    }
    return pass.reader()
        .digest(revision.manifest(), digest.algorithm())
        .compose(
            actual ->
                actual.equals(digest)
                    ? parse(digest, key, revision)
                    : bad(damaged("the digest of what is stored is " + actual)));
  }

  /**
   * These bytes were pushed; if they can't be understood now, another push would change nothing.
   */
  private static Future<Outcome> parse(Digest digest, String key, StoredRevision revision) {
    return new StoredManifest(digest, revision.mediaType(), revision.manifest())
        .read()
        .<Outcome>map(manifest -> new Outcome.Sound(key, revision, manifest))
        .recover(
            cause -> bad(new Fault(Finding.Kind.UNREADABLE, String.valueOf(cause.getMessage()))));
  }

  private static Future<Outcome> bad(Fault fault) {
    return Future.succeededFuture(new Outcome.Bad(fault));
  }

  private static Fault damaged(String error) {
    return new Fault(Finding.Kind.DAMAGED_MANIFEST, error);
  }

  /** If it went meanwhile, the one counts that came in its place, if any did. */
  private Future<Void> lookAgain(Digest digest, Listing.Entry entry, Fault fault) {
    return revisions(digest)
        .compose(
            now -> {
              boolean still = now.stream().anyMatch(it -> it.key().equals(entry.key()));
              if (!still) {
                return now.isEmpty() ? Future.succeededFuture() : newestOf(digest, now);
              }
              return (fault.lasts() ? pass.hide(entry.key()) : Future.succeededFuture(false))
                  .compose(hidden -> found(digest, fault, hidden));
            });
  }

  private Future<Void> found(Digest digest, Fault fault, boolean hidden) {
    var added = drafts.add(digest, fault, hidden);
    // An older writing of the same bytes, which clients get from now on.
    return hidden
        ? added
            .compose(_ -> revisions(digest))
            .compose(older -> older.isEmpty() ? Future.succeededFuture() : newestOf(digest, older))
        : added;
  }

  private Future<List<Listing.Entry>> revisions(Digest digest) {
    return Listings.all(pass.store(), Layout.revisions(repository, digest)).map(Shown::revisions);
  }

  private Future<Void> references(Digest digest, Outcome.Sound sound) {
    if (sound.revision.pulledFrom().isPresent()) {
      return Future.succeededFuture();
    }
    var by = new Referrer(digest, sound.key);
    return Steps.each(sound.manifest.blobs(), blob -> blob(by, blob))
        .compose(_ -> Steps.each(sound.manifest.children(), child -> child(by, child)));
  }

  /** Who refers to something: a manifest, and the revision of it that was read. */
  private record Referrer(Digest digest, String revision) {}

  private Future<Void> blob(Referrer by, Descriptor blob) {
    if (blobs.has(blob.digest()) || drafts.has(blob.digest())) {
      return Future.succeededFuture();
    }
    return Listings.all(pass.store(), Layout.links(repository, blob.digest()))
        .compose(
            folder ->
                Shown.links(folder).isEmpty()
                    ? missing(Finding.Kind.MISSING_BLOB, by, blob, folder)
                    : Future.succeededFuture());
  }

  private Future<Void> child(Referrer by, Descriptor child) {
    if (has(child.digest()) || drafts.has(child.digest())) {
      return Future.succeededFuture();
    }
    return Listings.all(pass.store(), Layout.revisions(repository, child.digest()))
        .compose(
            folder ->
                Shown.revisions(folder).isEmpty()
                    ? missing(Finding.Kind.MISSING_MANIFEST, by, child, folder)
                    : Future.succeededFuture());
  }

  /**
   * Unless who names it went as well. It has to be the very revision that was read: when that is
   * still there, it was there all the time; another one may have come with all that it names after
   * the look at this.
   */
  private Future<Void> missing(
      Finding.Kind kind, Referrer by, Descriptor what, List<Listing.Entry> folder) {
    return revisions(by.digest)
        .compose(
            now ->
                now.stream().noneMatch(it -> it.key().equals(by.revision))
                    ? Future.succeededFuture()
                    : drafts.add(
                        what.digest(),
                        new Fault(kind, absence(folder) + ", and " + by.digest + " names it"),
                        false));
  }

  /** Why something isn't there, as far as one can tell. */
  static String absence(List<Listing.Entry> folder) {
    return Shown.isQuarantined(folder)
        ? "it was quarantined, and has not been pushed since"
        : "it is not there";
  }
}
