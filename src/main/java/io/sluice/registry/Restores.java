package io.sluice.registry;

import io.sluice.oci.Digest;
import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.sluice.oci.RepositoryName;
import io.sluice.oci.Tag;
import io.sluice.registry.Commands.FormerValue;
import io.sluice.registry.Commands.ListHistory;
import io.sluice.registry.Commands.Page;
import io.sluice.registry.Commands.RestoreTag;
import io.sluice.registry.Commands.Restored;
import io.sluice.registry.Commands.TagHistory;
import io.sluice.store.ListRequest;
import io.sluice.store.Listing;
import io.sluice.store.Listings;
import io.sluice.store.ObjectStore;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What tags named before, and how they get that back. Confined to the storage verticle's context.
 */
final class Restores {
  private final ObjectStore store;
  private final Tags tags;
  private final Revisions revisions;
  private final Manifests manifests;

  Restores(ObjectStore store, Tags tags, Revisions revisions, Manifests manifests) {
    this.store = store;
    this.tags = tags;
    this.revisions = revisions;
    this.manifests = manifests;
  }

  /** See {@link RestoreTag}. */
  Future<Restored> restore(RestoreTag command) {
    return (command.digest().isPresent()
            ? Future.succeededFuture(command.digest().get())
            : newestFormer(command))
        .compose(
            digest ->
                revisions
                    .find(command.repository(), digest)
                    .map(
                        found ->
                            found.orElseThrow(
                                () -> nothing(command, "its image " + digest + " has gone"))))
        .compose(stored -> restore(command, stored));
  }

  private Future<Restored> restore(RestoreTag command, StoredManifest stored) {
    return manifests
        .putAgain(command.repository(), command.tag(), stored, command.actor(), command.rights())
        .recover(
            cause ->
                Future.failedFuture(
                    cause instanceof RegistryException e
                            && e.error() instanceof RegistryError.ManifestBlobUnknown(var missing)
                        ? nothing(
                            command,
                            "of its image " + stored.digest() + " a part has gone: " + missing)
                        : cause))
        .map(new Restored(stored.digest(), stored.mediaType(), stored.bytes().length()));
  }

  private Future<Digest> newestFormer(RestoreTag command) {
    var folder = Layout.history(command.repository(), command.tag());
    return tags.look(command.repository(), command.tag())
        .compose(
            now ->
                Listings.all(store, folder)
                    .map(
                        entries ->
                            entries.reversed().stream()
                                .map(entry -> Layout.stampedDigest(entry.name()))
                                .flatMap(Optional::stream)
                                .filter(digest -> !now.equals(Optional.of(digest)))
                                .findFirst()
                                .orElseThrow(() -> nothing(command, noHistory(now)))));
  }

  private static String noHistory(Optional<Digest> now) {
    return now.isPresent()
        ? "it never named anything but " + now.get() + ", as far as is remembered"
        : "nothing is remembered of what it named; with a digest, an image that is still there can"
            + " be tagged";
  }

  private static RegistryException nothing(RestoreTag command, String reason) {
    return new RegistryException(
        new RegistryError.NothingToRestore(command.repository(), command.tag(), reason));
  }

  /** See {@link ListHistory}. */
  Future<Page<TagHistory>> history(ListHistory command) {
    var repository = command.repository();
    var request =
        ListRequest.below(
            command
                .tag()
                .map(tag -> Layout.history(repository, tag))
                .orElseGet(() -> Layout.histories(repository)));
    var last = command.last().map(tag -> Layout.history(repository, tag) + "~").orElse("");
    var found = new LinkedHashMap<Tag, List<Former>>();
    // Whether the limit was reached, with a whole tag.
    var cut = new boolean[1];
    var count = new int[1];
    return Listings.forEachPage(
            store,
            request.startAfter(last),
            page -> {
              for (var entry : page.entries()) {
                if (StoredKey.parse(entry.key()) instanceof StoredKey.FormerValue value) {
                  if (count[0] >= command.limit() && !found.containsKey(value.tag())) {
                    cut[0] = true;
                    break;
                  }
                  count[0]++;
                  found
                      .computeIfAbsent(value.tag(), _ -> new ArrayList<>())
                      .add(new Former(value, entry));
                }
              }
              return Future.succeededFuture(!cut[0]);
            })
        .compose(_ -> present(repository, found))
        .map(present -> new Page<>(histories(found, present), cut[0]));
  }

  private record Former(StoredKey.FormerValue value, Listing.Entry entry) {}

  /** Those of the digests whose manifests are there. */
  private Future<Set<Digest>> present(RepositoryName repository, Map<Tag, List<Former>> found) {
    var present = new HashSet<Digest>();
    var looks = new ArrayList<Supplier<Future<?>>>();
    found.values().stream()
        .flatMap(List::stream)
        .map(former -> former.value.digest())
        .distinct()
        .forEach(
            digest ->
                looks.add(
                    () ->
                        revisions
                            .newest(repository, digest)
                            .onSuccess(
                                revision -> {
                                  if (revision.isPresent()) {
                                    present.add(digest);
                                  }
                                })));
    return Batches.run(looks).map(present);
  }

  private static List<TagHistory> histories(Map<Tag, List<Former>> found, Set<Digest> present) {
    var now = Instant.now();
    var histories = new ArrayList<TagHistory>();
    found.forEach(
        (tag, values) -> {
          var former = new ArrayList<FormerValue>();
          for (var it : values) {
            former.add(
                new FormerValue(
                    it.value.digest(),
                    it.value.ulid().time(),
                    now.minus(it.entry.age()),
                    present.contains(it.value.digest())));
          }
          Collections.reverse(former);
          histories.add(new TagHistory(tag, former));
        });
    return histories;
  }
}
