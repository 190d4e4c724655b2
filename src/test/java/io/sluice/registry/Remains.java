package io.sluice.registry;

import io.sluice.oci.Digest;
import io.sluice.oci.RepositoryName;
import io.sluice.oci.Tag;
import io.sluice.registry.TestImages.Image;
import io.sluice.store.Listing;
import io.sluice.store.memory.SimulatedStore;
import io.sluice.upload.DataId;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Tells whether a store holds anything besides what its tags need, each once. */
final class Remains {
  private final SimulatedStore store;
  private final Map<Digest, Image> images = new HashMap<>();
  private final List<RepositoryName> repositories;
  private final List<Tag> tags;
  private final Set<String> counted = new HashSet<>();
  private final Set<DataId> linked = new HashSet<>();

  Remains(
      SimulatedStore store,
      Collection<Image> images,
      List<RepositoryName> repositories,
      List<Tag> tags) {
    this.store = store;
    images.forEach(image -> this.images.put(image.digest(), image));
    this.repositories = repositories;
    this.tags = tags;
  }

  /** What is there and shouldn't be. */
  Optional<String> wrong() {
    var needed = new HashMap<RepositoryName, Set<Digest>>();
    repositories.forEach(it -> needed.put(it, neededIn(it)));
    for (var entry : store.below("repos/")) {
      var wrong = wrong(entry, StoredKey.parse(entry.key()), needed);
      if (wrong.isPresent()) {
        return wrong.map(why -> entry.key() + " is left: " + why);
      }
    }
    for (var entry : store.below("")) {
      var wrong = wrong(entry, needed);
      if (wrong.isPresent()) {
        return wrong.map(why -> entry.key() + " is left: " + why);
      }
    }
    return repositories.stream()
        .filter(it -> !needed.getOrDefault(it, Set.of()).isEmpty())
        .filter(it -> !store.has(Layout.catalog(it)))
        .findFirst()
        .map(it -> it + " is not in the catalog");
  }

  /** What tags name, and what follows from that. */
  private Set<Digest> neededIn(RepositoryName repository) {
    var needed = new HashSet<Digest>();
    for (var tag : tags) {
      store
          .below(Layout.values(repository, tag))
          .forEach(it -> need(Layout.stampedDigest(it.name()).orElseThrow(), needed));
    }
    boolean more = true;
    while (more) {
      more = false;
      for (var image : images.values()) {
        if (image.subject().filter(it -> needed.contains(it.digest())).isPresent()) {
          more |= need(image.digest(), needed);
        }
      }
    }
    return needed;
  }

  private boolean need(Digest digest, Set<Digest> needed) {
    boolean isNew = needed.add(digest);
    var image = images.get(digest);
    if (isNew && image != null) {
      image.children().forEach(child -> need(child.digest(), needed));
    }
    return isNew;
  }

  private Optional<String> wrong(
      Listing.Entry entry, StoredKey key, Map<RepositoryName, Set<Digest>> neededIn) {
    return switch (key) {
      case StoredKey.TagValue it ->
          unless(once(it.repository() + ":" + it.tag()), "not the only value");
      case StoredKey.FormerValue it ->
          unless(
              neededIn.getOrDefault(it.repository(), Set.of()).contains(it.digest()),
              "its image is gone");
      case StoredKey.Revision it ->
          neededIn.getOrDefault(it.repository(), Set.of()).contains(it.digest())
              ? unless(once(it.repository() + "@" + it.digest()), "written more than once")
              : Optional.of("nothing needs it");
      case StoredKey.Link it -> {
        it.data().ifPresent(linked::add);
        boolean needed =
            neededIn.getOrDefault(it.repository(), Set.of()).stream()
                .map(images::get)
                .anyMatch(
                    image ->
                        image != null
                            && image.blobs().stream()
                                .anyMatch(blob -> blob.digest().equals(it.digest())));
        yield it.tentative()
            ? Optional.of("it is tentative")
            : needed
                ? unless(once(it.repository() + " " + it.digest()), "not the only link")
                : Optional.of("no manifest names it");
      }
      case StoredKey.ReferrerEntry it ->
          unless(
              neededIn.getOrDefault(it.repository(), Set.of()).contains(it.referrer()),
              "its manifest is gone");
      default -> Optional.of("its time is over: " + entry.name());
    };
  }

  private Optional<String> wrong(Listing.Entry entry, Map<RepositoryName, Set<Digest>> neededIn) {
    return switch (StoredKey.parse(entry.key())) {
      case StoredKey.Data it -> unless(linked.contains(it.id()), "nothing links to it");
      case StoredKey.SharingHint it -> unless(linked.contains(it.data()), "nothing has its data");
      case StoredKey.CatalogEntry it ->
          unless(
              !neededIn.getOrDefault(it.repository(), Set.of()).isEmpty(),
              "the repository is empty");
      case StoredKey.Other _ when entry.key().startsWith("gc/") ->
          unless(entry.key().startsWith("gc/policies/"), "nobody will read it");
      default -> Optional.empty();
    };
  }

  private boolean once(String what) {
    return counted.add(what);
  }

  private static Optional<String> unless(boolean fine, String why) {
    return fine ? Optional.empty() : Optional.of(why);
  }
}
