package io.sluice.gc;

import io.sluice.oci.RepositoryName;
import io.sluice.registry.Layout;
import io.sluice.registry.StoredKey;
import io.sluice.store.Steps;
import io.sluice.upload.DataId;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Removes a repository's links to blobs that nothing needs, links that a newer one has replaced,
 * and what hides them; and notes which data it links to.
 */
final class LinkSweep {
  /** A call deletes as many at the most, and what is said before it names as many. */
  private static final int AT_ONCE = 500;

  private final Run run;
  private final RepositoryName name;
  private final Verdict verdict;
  private final SharingSweep sharing;

  private final List<Going> going = new ArrayList<>();
  private final List<String> markers = new ArrayList<>();

  private record Going(Found found, StoredKey.Link link, String why) {}

  LinkSweep(Run run, RepositoryName name, Verdict verdict, SharingSweep sharing) {
    this.sharing = sharing;
    this.run = run;
    this.name = name;
    this.verdict = verdict;
  }

  /** Only notes which data a repository links to, which is to stay. */
  static Future<Void> note(Run run, RepositoryName name) {
    return run.scanner()
        .pages(
            Layout.blobs(name),
            page ->
                Steps.each(
                    page,
                    found ->
                        found.is() instanceof StoredKey.Link link && link.data().isPresent()
                            ? run.ledger().note(link.data().get(), Run.LINKED)
                            : Future.succeededFuture()));
  }

  Future<Void> sweep() {
    return run.scanner().folders(Layout.blobs(name), this::judge).compose(_ -> flush());
  }

  private Future<?> judge(List<Found> folder) {
    var all = new Folder(new ArrayList<>(), new HashMap<>(), new HashMap<>());
    for (var found : folder) {
      switch (found.is()) {
        case StoredKey.Hidden marker -> all.hidden.put(marker.link().value(), found);
        case StoredKey.Quarantined marker -> all.quarantined.put(marker.ulid().value(), found);
        case StoredKey.Link _ -> all.links.add(found);
        default -> {}
      }
    }
    var gone = new HashSet<String>();
    Future<Void> noted = judge(all, gone);
    removeMarkers(all, gone);
    return going.size() < AT_ONCE ? noted : noted.compose(_ -> flush());
  }

  /**
   * The links to one blob.
   *
   * @param hidden what hides one, by its ulid
   * @param quarantined what says of one that its bytes are damaged, by its ulid
   */
  private record Folder(
      List<Found> links, Map<String, Found> hidden, Map<String, Found> quarantined) {

    Optional<Found> newestVisible() {
      return links.reversed().stream()
          .filter(
              it ->
                  it.is() instanceof StoredKey.Link link
                      && !link.tentative()
                      && !hidden.containsKey(link.ulid().value())
                      && !quarantined.containsKey(link.ulid().value()))
          .findFirst();
    }
  }

  private Future<Void> judge(Folder folder, Set<String> gone) {
    Optional<Found> newest = folder.newestVisible();
    var noted = new ArrayList<Future<Void>>();
    for (var found : folder.links) {
      if (!(found.is() instanceof StoredKey.Link link)) {
        continue;
      }
      var why = why(found, link, newest);
      if (why.isPresent()) {
        going.add(new Going(found, link, why.get()));
        gone.add(link.ulid().value());
      }
      if (link.data().isPresent()) {
        sharing.isLinked(link.data().get().toString());
        noted.add(run.ledger().note(link.data().get(), why.isEmpty() ? Run.LINKED : Run.DOOMED));
      }
    }
    return noted.isEmpty() ? Future.succeededFuture() : Future.all(noted).mapEmpty();
  }

  /** Why a link goes; empty if it stays. */
  private Optional<String> why(Found found, StoredKey.Link link, Optional<Found> newest) {
    boolean old = run.clock().wasOld(found);
    if (link.tentative()) {
      return old ? Optional.of("its writer has given up") : Optional.empty();
    }
    if (!verdict.needsBlob(link.digest())) {
      return old || !run.removes() && verdict.follows(link.digest())
          ? Optional.of("no manifest names it")
          : Optional.empty();
    }
    // The one that replaces it must be there to stay: its writer may take it back for some time.
    boolean replaced =
        newest.isPresent()
            && !newest.get().key().equals(found.key())
            && run.clock().wasOld(newest.get());
    return old && replaced ? Optional.of("there is a newer link") : Optional.empty();
  }

  /**
   * Of links that go, behind them, and of links that went. Those that hide a link also when a
   * manifest names it: then whoever hid it has died before taking that back.
   */
  private void removeMarkers(Folder folder, Set<String> gone) {
    var stays = new HashSet<String>();
    var staysHidden = new HashSet<String>();
    for (var found : folder.links) {
      if (found.is() instanceof StoredKey.Link link && !gone.contains(link.ulid().value())) {
        stays.add(link.ulid().value());
        if (!run.clock().wasOld(found) || !verdict.needsBlob(link.digest())) {
          staysHidden.add(link.ulid().value());
        }
      }
    }
    removeOld(folder.hidden, staysHidden);
    removeOld(folder.quarantined, stays);
  }

  private void removeOld(Map<String, Found> all, Set<String> but) {
    all.forEach(
        (ulid, marker) -> {
          if (run.clock().wasOld(marker) && !but.contains(ulid)) {
            markers.add(marker.key());
          }
        });
  }

  private Future<Void> flush() {
    var links = List.copyOf(going);
    var behind = List.copyOf(markers);
    going.clear();
    markers.clear();
    return Steps.each(chunks(links), run.removes() ? this::remove : this::tell)
        // Behind the links: without its marker a link would be visible again.
        .compose(
            _ ->
                run.removes() && !behind.isEmpty()
                    ? run.store().delete(behind)
                    : Future.succeededFuture());
  }

  private static <T> List<List<T>> chunks(List<T> all) {
    var chunks = new ArrayList<List<T>>();
    for (int from = 0; from < all.size(); from += AT_ONCE) {
      chunks.add(all.subList(from, Math.min(from + AT_ONCE, all.size())));
    }
    return chunks;
  }

  private Future<Void> remove(List<Going> links) {
    var data = new LinkedHashSet<DataId>();
    links.forEach(it -> it.link.data().ifPresent(data::add));
    return run.releases()
        .deleteLinks(data, links.stream().map(it -> it.found.key()).toList())
        .compose(_ -> tell(links));
  }

  private Future<Void> tell(List<Going> links) {
    return Steps.each(links, this::tell);
  }

  private Future<Void> tell(Going it) {
    long bytes = it.link.data().isPresent() ? 0 : it.link.size();
    run.tally().blobs++;
    run.tally().bytes += bytes;
    return run.tell(
        Doomed.What.BLOB,
        name,
        it.link.digest().toString(),
        Optional.of(it.link.digest()),
        verdict.policy(),
        it.why,
        bytes);
  }
}
