package io.sluice.registry;

import io.sluice.oci.Digest;
import io.sluice.oci.RepositoryName;
import io.sluice.store.Listings;
import io.sluice.store.ObjectStore;
import io.sluice.ulid.Ulids;
import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;

/**
 * What users deleted of a repository of late, so that a push of the same moment learns of it.
 *
 * <p>The deleter announces, then looks for manifests that name the digest; the pusher writes its
 * manifest, then looks for announcements. Whatever the order, one of the two sees the other: the
 * deleter then gives way, and the pusher makes sure of what it refers to. One listing of a folder
 * that is nearly always empty answers for all blobs of a manifest. Announcements stay for the
 * grace, since a push may have looked at a link that long before; the collector removes them.
 */
final class Deletions {
  private final ObjectStore store;
  private final Ulids ulids;

  Deletions(ObjectStore store, Ulids ulids) {
    this.store = store;
    this.ulids = ulids;
  }

  /** Says that somebody is about to delete this. */
  Future<Void> announce(RepositoryName repository, Digest digest) {
    return store.put(
        Layout.deletions(repository) + Layout.stamped(ulids.next(), digest),
        ByteBuffer.allocate(0));
  }

  /** What was announced and has not been cleared away. */
  Future<Set<Digest>> announced(RepositoryName repository) {
    return Listings.all(store, Layout.deletions(repository))
        .map(
            entries -> {
              var digests = new HashSet<Digest>();
              entries.forEach(entry -> Layout.stampedDigest(entry.name()).ifPresent(digests::add));
              return digests;
            });
  }
}
