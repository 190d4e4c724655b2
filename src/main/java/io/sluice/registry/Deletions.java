package io.sluice.registry;

import io.sluice.oci.Digest;
import io.sluice.oci.RepositoryName;
import io.sluice.store.Listings;
import io.sluice.store.ObjectStore;
import io.sluice.ulid.Ulids;
import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What users deleted of a repository of late, so that a push of the same moment learns of it.
 *
 * <p>The deleter announces, then looks for manifests that name the digest; the pusher writes its
 * manifest, then looks for announcements. Whatever the order, one of the two sees the other: the
 * deleter then gives way, and the pusher makes anew what it refers to, since a deleter removes only
 * what it saw before its announcement. One listing of a folder that is nearly always empty answers
 * for all blobs of a manifest. Announcements stay for the grace, since a push may have looked at a
 * link that long before; the collector removes them.
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

  /** What was announced and has not been cleared away, by the keys of the announcements. */
  record Announced(Map<String, Digest> byKey) {
    Set<Digest> digests() {
      return Set.copyOf(byKey.values());
    }

    /** What was announced here and not yet there. */
    Set<Digest> newSince(Announced before) {
      var digests = new HashSet<Digest>();
      byKey.forEach(
          (key, digest) -> {
            if (!before.byKey.containsKey(key)) {
              digests.add(digest);
            }
          });
      return digests;
    }
  }

  /** All that there are now. */
  Future<Announced> announced(RepositoryName repository) {
    return Listings.all(store, Layout.deletions(repository))
        .map(
            entries -> {
              var announced = new HashMap<String, Digest>();
              entries.forEach(
                  entry ->
                      Layout.stampedDigest(entry.name())
                          .ifPresent(digest -> announced.put(entry.key(), digest)));
              return new Announced(announced);
            });
  }
}
