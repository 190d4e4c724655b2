package io.sluice.registry;

import io.sluice.oci.Descriptor;
import io.sluice.oci.Digest;
import io.sluice.oci.Manifest;
import io.sluice.oci.RepositoryName;
import io.sluice.oci.Tag;
import io.sluice.store.Listing;
import io.sluice.store.Listings;
import io.sluice.store.ObjectStore;
import io.sluice.ulid.Ulids;
import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which manifests have a digest as their subject (distribution specification, "Listing Referrers").
 * Confined to the storage verticle's context.
 */
final class Referrers {

  private final ObjectStore store;
  private final Ulids ulids;
  private final Grace grace;
  private final Revisions revisions;
  private final Tags tags;

  Referrers(ObjectStore store, Ulids ulids, Grace grace, Revisions revisions, Tags tags) {
    this.store = store;
    this.ulids = ulids;
    this.grace = grace;
    this.revisions = revisions;
    this.tags = tags;
  }

  /**
   * Enters a manifest under its subject; an entry from an earlier push of the same is replaced when
   * it is old.
   */
  Future<Void> announce(RepositoryName repository, Digest subject, Descriptor referrer) {
    var folder = Layout.referrers(repository, subject);
    return entriesOf(folder, referrer.digest())
        .compose(
            old -> {
              if (old.stream().anyMatch(entry -> entry.age().toNanos() < grace.halfNanos())) {
                return Future.succeededFuture();
              }
              var key = folder + Layout.stamped(ulids.next(), referrer.digest());
              var json = referrer.toJson().toString().getBytes(StandardCharsets.UTF_8);
              return store
                  .put(key, ByteBuffer.wrap(json))
                  .compose(_ -> store.delete(old.stream().map(Listing.Entry::key).toList()));
            });
  }

  /** Takes the entries of a manifest away that are there now. */
  Future<Void> withdraw(RepositoryName repository, Digest subject, Digest referrer) {
    return entriesOf(Layout.referrers(repository, subject), referrer)
        .compose(entries -> store.delete(entries.stream().map(Listing.Entry::key).toList()));
  }

  private Future<List<Listing.Entry>> entriesOf(String folder, Digest referrer) {
    return Listings.all(store, folder)
        .map(
            entries ->
                entries.stream()
                    .filter(
                        entry ->
                            Layout.stampedDigest(entry.name()).filter(referrer::equals).isPresent())
                    .toList());
  }

  /** All of them, also those that a client without this API entered under the fallback tag. */
  Future<List<Descriptor>> list(RepositoryName repository, Digest subject) {
    var newest = new LinkedHashMap<Digest, String>();
    return Listings.all(store, Layout.referrers(repository, subject))
        .compose(
            entries -> {
              entries.forEach(
                  entry ->
                      Layout.stampedDigest(entry.name())
                          .ifPresent(digest -> newest.put(digest, entry.key())));
              return fallback(repository, subject);
            })
        .compose(
            fallback -> {
              var found = new ArrayList<Descriptor>();
              Future<?> last = Future.succeededFuture();
              for (var entry : newest.keySet()) {
                last = last.compose(_ -> describe(repository, entry)).onSuccess(found::addAll);
              }
              for (var descriptor : fallback.values()) {
                if (!newest.containsKey(descriptor.digest())) {
                  found.add(descriptor);
                }
              }
              return last.map(_ -> (List<Descriptor>) found);
            });
  }

  /**
   * The descriptor of a manifest that is there; an entry whose manifest went counts for nothing.
   */
  private Future<List<Descriptor>> describe(RepositoryName repository, Digest digest) {
    return revisions
        .find(repository, digest)
        .compose(
            stored ->
                stored.isEmpty()
                    ? Future.succeededFuture(List.of())
                    : stored
                        .get()
                        .read()
                        .map(
                            manifest ->
                                List.of(
                                    manifest.asReferrer(digest, stored.get().bytes().length()))));
  }

  private Future<Map<Digest, Descriptor>> fallback(RepositoryName repository, Digest subject) {
    return tags.find(repository, Tag.ofReferrersTo(subject))
        .compose(
            digest ->
                digest.isEmpty()
                    ? Future.succeededFuture(java.util.Optional.<StoredManifest>empty())
                    : revisions.find(repository, digest.get()))
        .compose(
            stored ->
                stored.isEmpty()
                    ? Future.succeededFuture(List.<Descriptor>of())
                    : stored.get().read().map(Manifest::children))
        .map(
            children -> {
              var descriptors = new LinkedHashMap<Digest, Descriptor>();
              children.forEach(child -> descriptors.put(child.digest(), child));
              return descriptors;
            });
  }
}
