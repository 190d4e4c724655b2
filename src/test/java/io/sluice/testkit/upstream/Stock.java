package io.sluice.testkit.upstream;

import io.sluice.oci.Digest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;

/** What an upstream has. Thread safe. */
final class Stock {

  /** One repository's part of it. */
  private static final class Shelf {
    final Map<String, RemoteImage> manifests = new ConcurrentHashMap<>();
    final ConcurrentSkipListSet<String> tags = new ConcurrentSkipListSet<>();
    final Map<Digest, List<RemoteImage>> referrers = new ConcurrentHashMap<>();
  }

  private final Map<String, Shelf> shelves = new ConcurrentSkipListMap<>();
  private final Map<Digest, RemoteBlob> blobs = new ConcurrentHashMap<>();
  private final List<Stock> adopted = new CopyOnWriteArrayList<>();

  void put(RemoteImage image) {
    shelf(image.repository()).manifests.put(image.digest().toString(), image);
    image.blobs().forEach(this::put);
  }

  /** Has the blobs of another stock as well, now and later. */
  void adopt(Stock other) {
    adopted.add(other);
  }

  void put(RemoteBlob blob) {
    blobs.put(blob.digest(), blob);
  }

  void tag(RemoteImage image, String tag) {
    var shelf = shelf(image.repository());
    shelf.manifests.put(tag, image);
    shelf.tags.add(tag);
  }

  void refer(Digest subject, RemoteImage referrer) {
    put(referrer);
    shelf(referrer.repository())
        .referrers
        .computeIfAbsent(subject, _ -> new CopyOnWriteArrayList<>())
        .add(referrer);
  }

  Optional<RemoteImage> manifest(String repository, String reference) {
    return Optional.ofNullable(shelves.get(repository)).map(it -> it.manifests.get(reference));
  }

  Optional<RemoteBlob> blob(String digest) {
    return Optional.ofNullable(blobs.get(Digest.parse(digest)))
        .or(() -> adopted.stream().flatMap(it -> it.blob(digest).stream()).findFirst());
  }

  boolean has(String repository) {
    return shelves.containsKey(repository);
  }

  List<String> tags(String repository) {
    return new ArrayList<>(shelf(repository).tags);
  }

  List<String> repositories() {
    return new ArrayList<>(shelves.keySet());
  }

  List<RemoteImage> referrers(String repository, String subject) {
    return shelf(repository).referrers.getOrDefault(Digest.parse(subject), List.of());
  }

  private Shelf shelf(String repository) {
    return shelves.computeIfAbsent(repository, _ -> new Shelf());
  }
}
