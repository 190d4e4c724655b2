package io.sluice.gc;

import io.sluice.registry.Layout;
import io.sluice.registry.StoredKey;
import io.sluice.store.ListRequest;
import io.sluice.store.Steps;
import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Takes tags away: those that a policy gives up, and values that don't count any more. */
final class TagSweep {
  private final Run run;
  private final RepositoryFacts facts;
  private final Verdict verdict;

  TagSweep(Run run, RepositoryFacts facts, Verdict verdict) {
    this.run = run;
    this.facts = facts;
    this.verdict = verdict;
  }

  Future<Void> retire() {
    return Steps.each(verdict.tags, this::retire)
        .compose(
            _ -> run.removes() ? Steps.each(facts.superseded, this::moveToHistory) : succeeded())
        .compose(_ -> run.removes() ? Steps.each(dangling(), this::dropDangling) : succeeded());
  }

  private static Future<Void> succeeded() {
    return Future.succeededFuture();
  }

  private Future<Void> retire(Verdict.GoingTag going) {
    return (run.removes() ? retireAsSeen(going) : Future.succeededFuture(true))
        .compose(
            gone -> {
              if (!gone) {
                return succeeded();
              }
              run.tally().tags++;
              run.tally().waiting++;
              return run.tell(
                  Doomed.What.TAG,
                  facts.name,
                  going.seen().tag().value(),
                  Optional.of(going.seen().digest()),
                  verdict.policy(),
                  going.why(),
                  0);
            });
  }

  /** Only if it still names what was decided about. A value that comes meanwhile stays. */
  private Future<Boolean> retireAsSeen(Verdict.GoingTag going) {
    var now = new ArrayList<Found>();
    return run.scanner()
        .pages(
            Layout.values(facts.name, going.seen().tag()),
            page -> {
              page.stream().filter(it -> it.is() instanceof StoredKey.TagValue).forEach(now::add);
              return succeeded();
            })
        .compose(
            _ ->
                !now.isEmpty()
                        && now.getLast().is() instanceof StoredKey.TagValue last
                        && going.seen().is(last)
                    ? Steps.each(now, this::moveToHistory).map(true)
                    : Future.succeededFuture(false));
  }

  /** The history first, so that it can be found in one of the two. */
  private Future<Void> moveToHistory(Found value) {
    return value.is() instanceof StoredKey.TagValue it
        ? run.store()
            .put(
                Layout.history(facts.name, it.tag()) + Layout.stamped(it.ulid(), it.digest()),
                ByteBuffer.allocate(0))
            .compose(_ -> run.store().delete(List.of(value.key())))
        : succeeded();
  }

  /** Tags whose manifest is gone: a push died between moving the tag and looking around. */
  private List<SeenTag> dangling() {
    return facts.tags.stream()
        .filter(tag -> !facts.manifests.containsKey(run.fingerprints().of(tag.digest())))
        .filter(tag -> run.clock().wasOlderThan(tag.written(), run.clock().grace()))
        .toList();
  }

  private Future<Void> dropDangling(SeenTag tag) {
    var value = new ArrayList<String>();
    return run.scanner()
        .pages(
            Layout.values(facts.name, tag.tag()),
            page -> {
              page.stream()
                  .filter(it -> it.is() instanceof StoredKey.TagValue found && tag.is(found))
                  .map(Found::key)
                  .forEach(value::add);
              return succeeded();
            })
        .compose(
            _ ->
                run.store()
                    .list(ListRequest.below(Layout.revisions(facts.name, tag.digest())).limit(1)))
        .compose(
            manifest ->
                manifest.entries().isEmpty() && !value.isEmpty()
                    ? run.store().delete(value)
                    : succeeded());
  }
}
