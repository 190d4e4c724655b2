package io.sluice.scrub;

import io.sluice.oci.RepositoryName;
import io.sluice.registry.Layout;
import io.sluice.registry.StoredKey;
import io.sluice.registry.StoredKey.TagValue;
import io.sluice.store.Listing;
import io.sluice.store.Listings;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;

/** Whether the tags of one repository name what is there. Confined to the pass's context. */
final class TagScrub {
  private final Pass pass;
  private final RepositoryName repository;
  private final ManifestScrub manifests;
  private final Drafts drafts;

  TagScrub(Pass pass, RepositoryName repository, ManifestScrub manifests, Drafts drafts) {
    this.pass = pass;
    this.repository = repository;
    this.manifests = manifests;
    this.drafts = drafts;
  }

  Future<Void> run() {
    return Walk.byFolder(pass.store(), Layout.tags(repository), this::folder);
  }

  private Future<Void> folder(List<Listing.Entry> folder) {
    var value = valueIn(folder);
    // What comes from an upstream can be had from there.
    if (value.isEmpty()
        || value.get().isFromUpstream()
        || manifests.has(value.get().digest())
        || drafts.has(value.get().digest())) {
      return Future.succeededFuture();
    }
    var digest = value.get().digest();
    return Listings.all(pass.store(), Layout.revisions(repository, digest))
        .compose(
            revisions ->
                Shown.revisions(revisions).isEmpty()
                    ? lookAgain(value.get(), ManifestScrub.absence(revisions))
                    : Future.succeededFuture());
  }

  /** Unless the tag was moved or deleted meanwhile. */
  private Future<Void> lookAgain(TagValue value, String absence) {
    return Listings.all(pass.store(), Layout.values(repository, value.tag()))
        .compose(
            now ->
                valueIn(now).filter(value::equals).isEmpty()
                    ? Future.succeededFuture()
                    : drafts.add(
                        value.digest(),
                        new Fault(
                            Finding.Kind.MISSING_MANIFEST,
                            absence + ", and the tag " + value.tag() + " names it"),
                        false));
  }

  /** The greatest counts; those of upstreams are less than all others. */
  private static Optional<TagValue> valueIn(List<Listing.Entry> folder) {
    for (var entry : folder.reversed()) {
      if (StoredKey.parse(entry.key()) instanceof TagValue value) {
        return Optional.of(value);
      }
    }
    return Optional.empty();
  }
}
