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
import io.sluice.store.Steps;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which tags of a repository need certain blobs and manifests. It reads all of its manifests, some
 * of them several times, which is done only where something was found. Confined to the pass's
 * context.
 */
final class Affected {
  /** An index of indexes of images: nobody nests deeper. */
  private static final int ROUNDS = 3;

  private final Pass pass;
  private final RepositoryName repository;

  /** What each digest leads to, of what was asked for. */
  private final Map<Digest, Set<Digest>> leadsTo = new HashMap<>();

  private boolean changed;

  Affected(Pass pass, RepositoryName repository, Set<Digest> wanted) {
    this.pass = pass;
    this.repository = repository;
    wanted.forEach(digest -> leadsTo.put(digest, new HashSet<>(Set.of(digest))));
  }

  /** Some tags for each; none for those that no tag needs. */
  Future<Map<Digest, List<String>>> tags() {
    var round = new int[1];
    var tags = new HashMap<Digest, List<String>>();
    return Steps.whileTrue(
            () -> {
              changed = false;
              round[0]++;
              return Walk.byFolder(pass.store(), Layout.manifests(repository), this::manifest)
                  .map(_ -> changed && round[0] < ROUNDS);
            })
        .compose(
            _ -> Walk.byFolder(pass.store(), Layout.tags(repository), folder -> tag(folder, tags)))
        .map(tags);
  }

  private Future<Void> manifest(List<Listing.Entry> folder) {
    var newest = lastOf(folder, StoredKey.Revision.class);
    if (newest.isEmpty()) {
      return Future.succeededFuture();
    }
    var entry = newest.get().entry;
    var digest = newest.get().key.digest();
    return pass.reader()
        .read(pass.store(), entry.key(), entry.size())
        .compose(
            bytes -> {
              var revision = StoredRevision.parse(bytes);
              return new StoredManifest(digest, revision.mediaType(), revision.manifest()).read();
            })
        .map(manifest -> follow(digest, manifest))
        // What can't be read leads nowhere that anybody knows.
        .recover(cause -> pass.fault(cause, new Fault(Finding.Kind.MISSING_MANIFEST, "")).map(true))
        .mapEmpty();
  }

  private boolean follow(Digest digest, Manifest manifest) {
    Stream.concat(manifest.blobs().stream(), manifest.children().stream())
        .map(Descriptor::digest)
        .map(leadsTo::get)
        .filter(wanted -> wanted != null)
        .toList()
        .forEach(
            wanted -> {
              var own = leadsTo.computeIfAbsent(digest, _ -> new HashSet<>());
              changed |= own.addAll(wanted);
            });
    return true;
  }

  private Future<Void> tag(List<Listing.Entry> folder, Map<Digest, List<String>> tags) {
    lastOf(folder, StoredKey.TagValue.class)
        .ifPresent(
            value ->
                leadsTo
                    .getOrDefault(value.key.digest(), Set.of())
                    .forEach(
                        wanted -> {
                          var names = tags.computeIfAbsent(wanted, _ -> new ArrayList<>());
                          if (names.size() < Finding.MOST_TAGS) {
                            names.add(value.key.tag().toString());
                          }
                        }));
    return Future.succeededFuture();
  }

  private record Listed<K>(Listing.Entry entry, K key) {}

  private static <K> Optional<Listed<K>> lastOf(List<Listing.Entry> folder, Class<K> type) {
    for (var entry : folder.reversed()) {
      var key = StoredKey.parse(entry.key());
      if (type.isInstance(key)) {
        return Optional.of(new Listed<>(entry, type.cast(key)));
      }
    }
    return Optional.empty();
  }
}
