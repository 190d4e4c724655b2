package io.sluice.gc;

import io.sluice.registry.StoredKey;
import io.sluice.store.Steps;
import io.sluice.upload.DataId;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes the bytes that no repository links to, once all repositories have been looked at.
 *
 * <p>Data goes when it was older than the grace when the run began, no link to it was seen, no link
 * to it was taken away lately ({@link Releases}), and it is known to be as old as its date says:
 * because it was linked once, or because an earlier run saw it. (A store may date an object of many
 * parts by the beginning of its upload.)
 */
final class DataSweep {
  private static final Logger LOG = LoggerFactory.getLogger(DataSweep.class);

  private static final int AT_ONCE = 500;

  private final Run run;
  private final Duration longestScan;
  private final List<Found> going = new ArrayList<>();
  private final List<DataId> sighted = new ArrayList<>();

  DataSweep(Run run, Duration longestScan) {
    this.run = run;
    this.longestScan = longestScan;
  }

  Future<Void> sweep() {
    return run.releases()
        .readInto(run.ledger())
        .compose(
            outdated -> {
              if (run.clock().sinceStart().compareTo(longestScan) > 0) {
                // What it would have to know may have been cleared away.
                LOG.atWarn()
                    .addKeyValue("limit", longestScan)
                    .log(
                        "looking at all repositories took too long: bytes without a link stay until"
                            + " the next collection; raise sluice.gc.requestsPerSecond");
                return Future.succeededFuture();
              }
              return run.scanner()
                  .pages(DataId.PREFIX, this::judge)
                  .compose(_ -> flush())
                  .compose(
                      _ ->
                          run.removes() && !outdated.isEmpty()
                              ? run.store().delete(outdated)
                              : Future.succeededFuture());
            });
  }

  private Future<Void> judge(List<Found> page) {
    var all = page.stream().filter(it -> it.is() instanceof StoredKey.Data).toList();
    return run.ledger()
        .factsOf(all.stream().map(DataSweep::idOf).toList())
        .compose(
            facts -> {
              for (int i = 0; i < facts.length; i++) {
                judge(all.get(i), facts[i]);
              }
              return going.size() + sighted.size() < AT_ONCE ? Future.succeededFuture() : flush();
            });
  }

  private void judge(Found data, int facts) {
    if ((facts & Run.LINKED) != 0) {
      return;
    }
    if ((facts & Run.DOOMED) != 0) {
      if (run.removes()) {
        run.tally().waiting++;
      } else {
        going.add(data);
      }
      return;
    }
    if (run.only().isPresent() || !run.clock().wasOld(data)) {
      return;
    }
    if ((facts & Run.RELEASED_LATELY) != 0) {
      run.tally().waiting++;
    } else if ((facts & (Run.RELEASED | Run.SIGHTED)) != 0) {
      going.add(data);
    } else {
      run.tally().waiting++;
      sighted.add(idOf(data));
    }
  }

  private static DataId idOf(Found found) {
    if (found.is() instanceof StoredKey.Data(var id)) {
      return id;
    }
    throw new IllegalArgumentException("not data: " + found.key());
  }

  private Future<Void> flush() {
    var removed = List.copyOf(going);
    var seen = List.copyOf(sighted);
    going.clear();
    sighted.clear();
    if (!run.removes()) {
      return Steps.each(removed, this::tell);
    }
    return (removed.isEmpty()
            ? Future.<Void>succeededFuture()
            : run.store().delete(removed.stream().map(Found::key).toList()))
        .compose(_ -> Steps.each(removed, this::tell))
        .compose(_ -> seen.isEmpty() ? Future.succeededFuture() : run.releases().sighted(seen));
  }

  private Future<Void> tell(Found data) {
    run.tally().data++;
    run.tally().bytes += data.size();
    return run.sink()
        .accept(
            new Doomed(
                Doomed.What.DATA,
                Optional.empty(),
                idOf(data).toString(),
                Optional.empty(),
                Optional.empty(),
                "no repository links to it",
                data.size()));
  }
}
