package io.sluice.gc;

import io.sluice.oci.Digest;
import io.sluice.oci.RepositoryName;
import io.sluice.registry.Layout;
import io.sluice.registry.StoredKey;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * One repository in one run: reads what is there, decides, and removes it from the top down, so
 * that whoever is interrupted leaves nothing that names what is gone.
 */
final class RepositoryCollection {
  private final Run run;
  private final RepositoryName name;
  private final RepositoryRetention retention;
  private final SharingSweep sharing;

  private RepositoryCollection(Run run, RepositoryName name, SharingSweep sharing) {
    this.sharing = sharing;
    this.run = run;
    this.name = name;
    this.retention = run.retention().of(name);
  }

  /** Answers whether anything of it is left. */
  static Future<Boolean> collect(Run run, RepositoryName name, SharingSweep sharing) {
    return new RepositoryCollection(run, name, sharing).collect();
  }

  private Future<Boolean> collect() {
    return PullRecords.read(run.store().now(), name)
        .compose(
            pulls ->
                RepositoryFacts.read(run, name, retention.keepsUntagged())
                    .compose(facts -> act(facts, pulls)));
  }

  private Future<Boolean> act(RepositoryFacts facts, PullRecords.Read pulls) {
    return judge(facts, pulls.pulled()).compose(verdict -> act(facts, pulls, verdict));
  }

  private Future<Verdict> judge(RepositoryFacts facts, Map<Digest, Instant> pulled) {
    var context = Vertx.currentContext();
    return facts.isLarge() && context != null
        ? context.executeBlocking(() -> Verdict.of(run, facts, retention, pulled), true)
        : Future.succeededFuture(Verdict.of(run, facts, retention, pulled));
  }

  private Future<Boolean> act(RepositoryFacts facts, PullRecords.Read pulls, Verdict verdict) {
    run.tally().repositories++;
    var links = new LinkSweep(run, name, verdict, sharing);
    var tags = new TagSweep(run, facts, verdict);
    var manifests = new ManifestSweep(run, facts, verdict);
    tellOfWithheld(verdict);
    return tags.retire()
        .compose(_ -> manifests.sweep())
        .compose(_ -> links.sweep())
        .compose(_ -> run.removes() ? tidy(facts, verdict, pulls) : Future.succeededFuture())
        .map(_ -> facts.manifests.values().stream().anyMatch(it -> it.needed));
  }

  private void tellOfWithheld(Verdict verdict) {
    if (verdict.withheld == 0) {
      return;
    }
    run.tally().withheld += verdict.withheld;
    run.sink()
        .withheld(
            new Withheld(name, verdict.policy().orElse(""), verdict.judged, verdict.withheld));
  }

  /** Entries about what is gone. */
  private Future<Void> tidy(RepositoryFacts facts, Verdict verdict, PullRecords.Read pulls) {
    return run.scanner()
        .pages(Layout.allReferrers(name), page -> deleteOld(page, it -> isStray(it, verdict)))
        .compose(
            _ ->
                run.scanner()
                    .pages(
                        Layout.histories(name),
                        page ->
                            deleteOld(
                                page,
                                it ->
                                    run.clock().wasOlderThan(it, run.undo())
                                        && it.is() instanceof StoredKey.FormerValue value
                                        && !verdict.needs(value.digest()))))
        .compose(
            _ ->
                run.scanner()
                    .pages(
                        Layout.deletions(name),
                        page -> deleteOld(page, it -> it.is() instanceof StoredKey.Deletion)))
        .compose(
            _ ->
                PullRecords.compact(
                    run.store().now(),
                    name,
                    pulls,
                    digest -> !facts.manifests.containsKey(run.fingerprints().of(digest)),
                    run.ulids()));
  }

  private static boolean isStray(Found found, Verdict verdict) {
    return found.is() instanceof StoredKey.ReferrerEntry entry && !verdict.needs(entry.referrer());
  }

  private Future<Void> deleteOld(List<Found> page, Predicate<Found> which) {
    var keys =
        page.stream()
            .filter(it -> run.clock().wasOld(it) && which.test(it))
            .map(Found::key)
            .toList();
    return keys.isEmpty() ? Future.succeededFuture() : run.store().delete(keys);
  }
}
