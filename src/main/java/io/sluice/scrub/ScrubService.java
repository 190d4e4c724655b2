package io.sluice.scrub;

import io.sluice.bus.Bus;
import io.sluice.events.Event;
import io.sluice.events.EventPublisher;
import io.sluice.events.Occasion;
import io.sluice.scrub.ScrubCommands.Asked;
import io.sluice.scrub.ScrubCommands.GetScrubState;
import io.sluice.scrub.ScrubCommands.RunScrub;
import io.sluice.ulid.Ulids;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs passes, one at a time, and tells of them. Confined to the scrub verticle's context. */
final class ScrubService {
  private static final Logger LOG = LoggerFactory.getLogger(ScrubService.class);

  private final Vertx vertx;
  private final EventPublisher events;
  private final Ulids ulids;
  private final WorkerExecutor workers;
  private final ScrubSettings settings;
  private final ScrubHistory history;
  private final ArrayDeque<Finding> findings = new ArrayDeque<>();

  private String pass = "";
  private @Nullable Scrub running;
  private Future<?> ended = Future.succeededFuture();
  private Optional<Instant> started = Optional.empty();
  private ScrubTotals progress = ScrubTotals.NONE;
  private Optional<String> failure = Optional.empty();
  private Optional<ScrubRecord> last = Optional.empty();
  private Optional<Instant> next = Optional.empty();
  private ScrubTotals before = ScrubTotals.NONE;
  private long timer = -1;
  private boolean closed;

  ScrubService(
      Vertx vertx,
      EventPublisher events,
      Ulids ulids,
      WorkerExecutor workers,
      ScrubSettings settings) {
    this.vertx = vertx;
    this.events = events;
    this.ulids = ulids;
    this.workers = workers;
    this.settings = settings;
    this.history = new ScrubHistory(settings.stores().getFirst(), ulids);
  }

  void register(Bus bus) {
    bus.serve(RunScrub.ADDRESS, (RunScrub _) -> Future.succeededFuture(run()));
    bus.serve(GetScrubState.ADDRESS, (GetScrubState _) -> Future.succeededFuture(state()));
  }

  /** Looks up when the last pass was; the next is planned by that. */
  void plan() {
    lookUp().onComplete(_ -> schedule());
  }

  private Future<?> lookUp() {
    return history
        .last()
        .onSuccess(found -> last = found)
        .onFailure(
            e -> LOG.atWarn().setCause(e).log("it could not be read when the last scrub was"));
  }

  private void schedule() {
    if (settings.interval().isEmpty() || closed || running != null) {
      return;
    }
    vertx.cancelTimer(timer);
    var now = Instant.now();
    var delay =
        new ScrubSchedule(settings.interval().get())
            .delay(last, now, ThreadLocalRandom.current().nextDouble());
    next = Optional.of(now.plus(delay));
    timer = vertx.setTimer(delay.toMillis(), _ -> lookUp().onComplete(_ -> runIfDue()));
  }

  /** Another process may have ended one meanwhile. */
  private void runIfDue() {
    var due = settings.interval().map(ScrubSchedule::new);
    if (due.isPresent() && due.get().isDue(last, Instant.now())) {
      run();
    } else {
      schedule();
    }
  }

  private Asked run() {
    if (running != null || closed) {
      return new Asked(false, state());
    }
    var scrub = new Scrub(vertx, settings, workers, System::nanoTime);
    var now = Instant.now();
    running = scrub;
    pass = ulids.next().value();
    started = Optional.of(now);
    failure = Optional.empty();
    next = Optional.empty();
    vertx.cancelTimer(timer);
    findings.clear();
    LOG.info("scrub started");
    tell(Event.Stage.STARTED, ScrubTotals.NONE, now);
    ended = scrub.run(this::found).compose(totals -> end(now, totals), cause -> fail(now, cause));
    return new Asked(true, state());
  }

  private void found(Finding finding) {
    if (findings.size() == ScrubState.MOST_FINDINGS) {
      findings.removeFirst();
    }
    findings.addLast(finding);
    LOG.atWarn()
        .addKeyValue("repository", finding.repository())
        .addKeyValue("tags", finding.tags())
        .addKeyValue("status", finding.kind().id())
        .addKeyValue("digest", finding.digest())
        .addKeyValue("error", finding.error())
        .addKeyValue("quarantined", finding.quarantined())
        .log("scrub found damage");
    events.publish(
        new Event.ScrubFound(
            occasion(),
            finding.repository(),
            finding.kind().id(),
            finding.digest(),
            finding.tags(),
            finding.error(),
            finding.quarantined()));
  }

  private Future<Void> end(Instant began, ScrubTotals totals) {
    var record = new ScrubRecord(began, Instant.now(), totals);
    return history
        .add(record)
        .onFailure(e -> LOG.atWarn().setCause(e).log("it could not be noted that a scrub ended"))
        .otherwiseEmpty()
        .onComplete(
            _ -> {
              LOG.atInfo()
                  .addKeyValue("repositories", totals.repositories())
                  .addKeyValue("manifests", totals.manifests())
                  .addKeyValue("blobs", totals.blobs())
                  .addKeyValue("bytes", totals.bytes())
                  .addKeyValue("findings", totals.findings())
                  .addKeyValue("quarantined", totals.quarantined())
                  .log("scrub finished");
              last = Optional.of(record);
              settle();
              tell(Event.Stage.FINISHED, totals, began);
            });
  }

  private Future<Void> fail(Instant began, Throwable cause) {
    failure = Optional.of(String.valueOf(cause.getMessage()));
    if (!closed) {
      LOG.atWarn().setCause(cause).log("scrub failed");
    }
    var totals = settle();
    tell(Event.Stage.FAILED, totals, began);
    return Future.succeededFuture();
  }

  private ScrubTotals settle() {
    if (running != null) {
      progress = running.soFar();
      before = before.plus(progress);
      running = null;
    }
    schedule();
    return progress;
  }

  private void tell(Event.Stage stage, ScrubTotals totals, Instant began) {
    events.publish(
        new Event.Scrubbed(
            occasion(),
            stage,
            totals.repositories(),
            totals.manifests(),
            totals.blobs(),
            totals.bytes(),
            totals.findings(),
            totals.quarantined(),
            Duration.between(began, Instant.now()),
            failure));
  }

  private Occasion occasion() {
    return Occasion.ofProcess(ulids.next(), Instant.now());
  }

  private ScrubState state() {
    var now = running == null ? progress : running.soFar();
    return new ScrubState(
        pass,
        running != null,
        started,
        now,
        failure,
        last,
        next,
        running == null ? before : before.plus(now),
        List.copyOf(findings));
  }

  /** Ends what runs; the stores are no longer used when this succeeds. */
  Future<?> close() {
    closed = true;
    vertx.cancelTimer(timer);
    if (running != null) {
      running.stop();
    }
    return ended.otherwiseEmpty();
  }
}
