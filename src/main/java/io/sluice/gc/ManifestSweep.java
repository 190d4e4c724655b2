package io.sluice.gc;

import io.sluice.oci.Digest;
import io.sluice.registry.Layout;
import io.sluice.registry.StoredKey;
import io.vertx.core.Future;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * Removes manifests that nothing needs, and writings of a manifest that a newer one has replaced.
 * They are listed once more for that, which costs less than to remember their names.
 */
final class ManifestSweep {
  private final Run run;
  private final RepositoryFacts facts;
  private final Verdict verdict;

  ManifestSweep(Run run, RepositoryFacts facts, Verdict verdict) {
    this.run = run;
    this.facts = facts;
    this.verdict = verdict;
  }

  Future<Void> sweep() {
    boolean nothing =
        !facts.rewritten
            && (facts.blind || facts.manifests.values().stream().allMatch(it -> it.needed));
    return nothing
        ? Future.succeededFuture()
        : run.scanner().folders(Layout.manifests(facts.name), this::sweep);
  }

  private Future<?> sweep(List<Found> folder) {
    return Revisions.in(folder)
        .map(this::sweep)
        .orElseGet(Future::succeededFuture)
        .compose(_ -> run.removes() ? removeStrays(folder) : Future.succeededFuture());
  }

  /** Markers of revisions that have gone. */
  private Future<Void> removeStrays(List<Found> folder) {
    var there = new HashSet<String>();
    folder.stream()
        .filter(it -> it.is() instanceof StoredKey.Revision)
        .forEach(it -> there.add(Layout.quarantined(it.key())));
    var strays =
        old(folder).stream()
            .filter(it -> it.is() instanceof StoredKey.Quarantined)
            .map(Found::key)
            .filter(key -> !there.contains(key))
            .toList();
    return strays.isEmpty() ? Future.succeededFuture() : run.store().delete(strays);
  }

  private Future<Void> sweep(Revisions revisions) {
    var digest = revisions.digest();
    // One that has come since the first look is not known, and is too young to go.
    var node = facts.manifests.get(run.fingerprints().of(digest));
    boolean goes = node != null && !verdict.needs(digest);
    if (!run.removes()) {
      return goes ? tell(digest) : Future.succeededFuture();
    }
    boolean all = goes && run.clock().wasOlderThan(revisions.all().getLast(), run.untagged());
    if (node != null && node.damaged) {
      return Future.succeededFuture();
    }
    var going = all ? old(revisions.all()) : replaced(revisions);
    var markers =
        going.stream()
            .filter(revisions::isQuarantined)
            .map(it -> Layout.quarantined(it.key()))
            .toList();
    return going.isEmpty()
        ? Future.succeededFuture()
        : run.store()
            .delete(going.stream().map(Found::key).toList())
            .compose(
                _ -> markers.isEmpty() ? Future.succeededFuture() : run.store().delete(markers))
            .compose(_ -> all ? tell(digest) : Future.succeededFuture());
  }

  private List<Found> old(List<Found> revisions) {
    return revisions.stream().filter(run.clock()::wasOld).toList();
  }

  /** Those that a newer one stands in for. */
  private List<Found> replaced(Revisions revisions) {
    return revisions
        .newestGood()
        .map(
            good ->
                old(revisions.all()).stream()
                    .filter(it -> it.key().compareTo(good.key()) < 0 || revisions.isQuarantined(it))
                    .toList())
        .orElse(List.of());
  }

  private Future<Void> tell(Digest digest) {
    run.tally().manifests++;
    var node = facts.manifests.get(run.fingerprints().of(digest));
    return run.tell(
        Doomed.What.MANIFEST,
        facts.name,
        digest.toString(),
        Optional.of(digest),
        verdict.policy(),
        node != null && node.subject != 0 ? "its subject is gone" : "no tag and no index names it",
        0);
  }
}
