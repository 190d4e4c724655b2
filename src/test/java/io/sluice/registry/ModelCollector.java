package io.sluice.registry;

import io.sluice.oci.Digest;
import io.sluice.oci.RepositoryName;
import io.sluice.registry.TestImages.Image;
import io.sluice.store.ListRequest;
import io.sluice.store.Listings;
import io.sluice.store.ObjectStore;
import io.sluice.ulid.Ulid;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * The collector of the design, section 5, in the smallest form that works on the real keys: what
 * writers have to withstand.
 */
final class ModelCollector {

  /** What a scan found unreferenced, and when it was. */
  record Scan(long start, long end, Set<String> unreferenced) {}

  /** An object, and when it was written, which errs towards later. */
  private record Seen(String key, long written) {
    String name() {
      return key.substring(key.lastIndexOf('/') + 1);
    }
  }

  private final ObjectStore store;
  private final LongSupplier nanos;
  private final Duration grace;
  private final List<RepositoryName> repositories;
  private final Map<Digest, Image> images;
  private final List<Scan> scans;
  private final Random random;
  private int deletedData;

  /**
   * @param images all there ever are, so that none has to be read
   * @param scans of earlier runs, to which this one's is added
   */
  ModelCollector(
      ObjectStore store,
      LongSupplier nanos,
      Duration grace,
      List<RepositoryName> repositories,
      Map<Digest, Image> images,
      List<Scan> scans,
      Random random) {
    this.store = store;
    this.nanos = nanos;
    this.grace = grace;
    this.repositories = repositories;
    this.images = images;
    this.scans = scans;
    this.random = random;
  }

  /** How many data objects it has deleted. */
  int deletedData() {
    return deletedData;
  }

  /** One run. */
  Future<Void> collect() {
    long start = nanos.getAsLong();
    var seen = new HashMap<String, List<Seen>>();
    var prefixes = new ArrayList<String>();
    prefixes.add("data/");
    for (var repository : repositories) {
      prefixes.add(Layout.tags(repository));
      prefixes.add(Layout.manifests(repository));
      prefixes.add(blobs(repository));
      prefixes.add(history(repository));
      prefixes.add(Layout.deletions(repository));
    }
    Collections.shuffle(prefixes, random);
    Future<Void> last = Future.succeededFuture();
    for (var prefix : prefixes) {
      last = last.compose(_ -> list(prefix)).onSuccess(list -> seen.put(prefix, list)).mapEmpty();
    }
    return last.compose(_ -> delete(start, seen));
  }

  static String blobs(RepositoryName repository) {
    return "repos/" + repository + "/_blobs/";
  }

  private static String history(RepositoryName repository) {
    return "repos/" + repository + "/_history/";
  }

  private Future<List<Seen>> list(String prefix) {
    var seen = new ArrayList<Seen>();
    int pageSize = random.nextInt(5) == 0 ? 3 : 1000;
    return Listings.forEachPage(
            store,
            ListRequest.below(prefix).limit(pageSize),
            page -> {
              long answered = nanos.getAsLong();
              for (var entry : page.entries()) {
                seen.add(new Seen(entry.key(), answered - entry.age().toNanos()));
              }
              return Future.succeededFuture(true);
            })
        .map(seen);
  }

  private Future<Void> delete(long start, Map<String, List<Seen>> seen) {
    var doomed = new ArrayList<String>();
    var referenced = new HashSet<String>();
    for (var repository : repositories) {
      var kept = neededManifests(repository, start, seen);
      doomManifests(
          seen.getOrDefault(Layout.manifests(repository), List.of()), start, kept, doomed);
      doomLinks(repository, start, seen, doomed, referenced);
      for (var prefix : List.of(history(repository), Layout.deletions(repository))) {
        seen.getOrDefault(prefix, List.of()).stream()
            .filter(it -> old(it, start))
            .map(Seen::key)
            .forEach(doomed::add);
      }
    }
    var unreferenced = new HashSet<String>();
    var doomedData = new ArrayList<String>();
    for (var data : seen.getOrDefault("data/", List.of())) {
      if (old(data, start) && !referenced.contains(data.name())) {
        unreferenced.add(data.key());
        if (scans.stream()
            .anyMatch(scan -> scan.end < start && scan.unreferenced.contains(data.key()))) {
          doomedData.add(data.key());
        }
      }
    }
    Collections.sort(doomedData);
    Future<Void> last = Future.succeededFuture();
    for (var key : doomed) {
      last = last.compose(_ -> store.delete(List.of(key)));
    }
    for (var key : doomedData) {
      last = last.compose(_ -> store.delete(List.of(key)));
    }
    return last.onSuccess(
        _ -> {
          deletedData += doomedData.size();
          scans.add(new Scan(start, nanos.getAsLong(), unreferenced));
        });
  }

  private boolean old(Seen seen, long start) {
    return start - seen.written > grace.toNanos();
  }

  private Set<Digest> neededManifests(
      RepositoryName repository, long start, Map<String, List<Seen>> seen) {
    var needed = new HashSet<Digest>();
    for (var value : seen.getOrDefault(Layout.tags(repository), List.of())) {
      Layout.stampedDigest(value.name()).ifPresent(needed::add);
    }
    for (var value : seen.getOrDefault(history(repository), List.of())) {
      if (!old(value, start)) {
        Layout.stampedDigest(value.name()).ifPresent(needed::add);
      }
    }
    for (var revision : seen.getOrDefault(Layout.manifests(repository), List.of())) {
      Layout.manifestOfRevision(revision.key)
          .map(images::get)
          .ifPresent(image -> image.children().forEach(child -> needed.add(child.digest())));
    }
    return needed;
  }

  private void doomManifests(
      List<Seen> revisions, long start, Set<Digest> needed, List<String> doomed) {
    for (int i = 0; i < revisions.size(); i++) {
      var digest = Layout.manifestOfRevision(revisions.get(i).key);
      boolean superseded =
          i + 1 < revisions.size()
              && digest.equals(Layout.manifestOfRevision(revisions.get(i + 1).key));
      boolean unneeded = digest.filter(needed::contains).isEmpty();
      if (old(revisions.get(i), start) && (superseded || unneeded)) {
        doomed.add(revisions.get(i).key);
      }
    }
  }

  private void doomLinks(
      RepositoryName repository,
      long start,
      Map<String, List<Seen>> seen,
      List<String> doomed,
      Set<String> referenced) {
    var named = new HashSet<Digest>();
    for (var revision : seen.getOrDefault(Layout.manifests(repository), List.of())) {
      Layout.manifestOfRevision(revision.key)
          .map(images::get)
          .ifPresent(image -> image.blobs().forEach(blob -> named.add(blob.digest())));
    }
    var markers = new ArrayList<String>();
    var gone = new HashSet<String>();
    for (var link : seen.getOrDefault(blobs(repository), List.of())) {
      var parts = link.name().split("-", -1);
      for (var part : parts) {
        if (!part.equals(parts[0]) && Ulid.isUlid(part)) {
          referenced.add(part);
        }
      }
      if (!old(link, start)) {
        continue;
      }
      var folder = link.key.split("/_blobs/", 2)[1].split("/", -1);
      var digest = Digest.parse(folder[0] + ":" + folder[1]);
      if (link.name().endsWith("-hidden")) {
        markers.add(link.key);
      } else if (!named.contains(digest) || link.name().contains("-tentative-")) {
        doomed.add(link.key);
        gone.add(parts[0]);
      } else {
        gone.add("named " + parts[0]);
      }
    }
    for (var marker : markers) {
      var ulid = marker.substring(marker.lastIndexOf('/') + 1).split("-", -1)[0];
      if (gone.contains(ulid) || gone.contains("named " + ulid)) {
        doomed.add(marker);
      }
    }
  }
}
