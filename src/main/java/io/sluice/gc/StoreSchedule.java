package io.sluice.gc;

import io.sluice.config.GcConfig;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * When one store is collected, and that it is by one at a time here. Confined to the gc verticle's
 * context.
 *
 * <p>What is due follows from what the last run has left in the store, of whatever process: it is
 * read again before a run begins. So neither a restart nor a second replica makes the runs more
 * frequent. (Two that begin at the same moment do no harm.)
 */
final class StoreSchedule {
  private static final Duration SOONEST = Duration.ofMinutes(1);
  private static final Duration LATEST = Duration.ofMinutes(10);

  /** Longer alarms ring in between, and are set anew. */
  private static final Duration LONGEST = Duration.ofDays(1);

  /** Of what waits for a confirmation, so much is told one by one. */
  private static final int MOST_WITHHELD = 100;

  private final Alarms alarms;
  private final Collecting.Factory collectors;
  private final GcRuns runs;
  private final GcReports reports;
  private final String process;

  private GcStore store;
  private GcSettings settings;
  private Optional<GcRun> last = Optional.empty();
  private Optional<GcState.Failure> lastError = Optional.empty();
  private Optional<Instant> next = Optional.empty();
  private Runnable alarm = () -> {};
  private @Nullable Run running;
  private boolean confirmedNext;
  private boolean closed;

  StoreSchedule(
      Alarms alarms,
      Collecting.Factory collectors,
      GcRuns runs,
      GcReports reports,
      String process,
      GcStore store,
      GcSettings settings) {
    this.alarms = alarms;
    this.collectors = collectors;
    this.runs = runs;
    this.reports = reports;
    this.process = process;
    this.store = store;
    this.settings = settings;
  }

  /** The first look comes after some minutes, a random time, so that replicas don't coincide. */
  void start() {
    alarm.run();
    next = Optional.empty();
    if (times().isScheduled() && running == null && !closed) {
      var soon = SOONEST.plus(times(LATEST.minus(SOONEST), alarms.random()));
      var interval = store.gc().interval();
      setAlarm(soon.compareTo(interval) < 0 ? soon : interval);
    }
  }

  /** Goes by these from now on; a run that is going on ends by the old ones. */
  void use(GcStore other, GcSettings otherSettings) {
    boolean otherTimes =
        !store.gc().equals(other.gc()) || !settings.undo().equals(otherSettings.undo());
    store = other;
    settings = otherSettings;
    if (otherTimes) {
      start();
    }
  }

  /** The plan doesn't have this store any more. */
  void turnOff() {
    var gc = store.gc();
    use(
        store.with(
            new GcConfig(
                false, gc.delay(), gc.interval(), gc.timeWindow(), gc.maxSchedulerDelay())),
        settings);
  }

  boolean isEnabled() {
    return store.gc().enabled();
  }

  /** Begins a run at once; see {@link GcCommands.RunGc}. */
  void run(boolean confirmed) {
    if (running == null) {
      begin(0, confirmed);
    } else if (confirmed && !running.confirmed) {
      confirmedNext = true;
    }
  }

  /** Lets a run end early; completes when it has. */
  Future<Void> close() {
    closed = true;
    alarm.run();
    return running == null ? Future.succeededFuture() : running.over;
  }

  Future<GcState.StoreState> state() {
    return runs.newest()
        .onSuccess(found -> last = newer(found, last))
        // How it stands here is known also when the store is not there.
        .transform(
            _ ->
                Future.succeededFuture(
                    new GcState.StoreState(
                        store.route(),
                        store.gc().enabled(),
                        Optional.ofNullable(running).map(Run::state),
                        last,
                        lastError,
                        next)));
  }

  private static Optional<GcRun> newer(Optional<GcRun> found, Optional<GcRun> known) {
    boolean isKnown =
        found.isEmpty() || known.isPresent() && known.get().ended().isAfter(found.get().ended());
    return isKnown ? known : found;
  }

  private DueTimes times() {
    return new DueTimes(store.gc(), store.grace(), settings.undo());
  }

  private void setAlarm(Duration delay) {
    alarm.run();
    next = Optional.of(alarms.now().plus(delay));
    alarm = alarms.after(delay.compareTo(LONGEST) < 0 ? delay : LONGEST, this::look);
  }

  private void look() {
    runs.newest()
        .onComplete(
            found -> {
              if (closed || running != null) {
                return;
              }
              if (found.failed()) {
                reports.trouble(
                    "it can't be found out whether a garbage collection is due", found.cause());
                failed(found.cause());
              } else {
                last = newer(found.result(), last);
                decide();
              }
            });
  }

  private void decide() {
    if (!times().isScheduled()) {
      next = Optional.empty();
      return;
    }
    var now = alarms.now();
    var due = times().after(last, now);
    var time = times().opening(due.time().isAfter(now) ? due.time() : now);
    if (time.isAfter(now)) {
      setAlarm(Duration.between(now, time).plus(times(times().jitter(), alarms.random())));
    } else {
      begin(due.followUps(), false);
    }
  }

  private void begin(int followUps, boolean confirmed) {
    alarm.run();
    next = Optional.empty();
    running = new Run(followUps, confirmed);
    running.begin();
  }

  /** Tries again after a part of the interval. */
  private void failed(Throwable cause) {
    lastError = Optional.of(new GcState.Failure(alarms.now(), String.valueOf(cause.getMessage())));
    if (times().isScheduled()) {
      var interval = store.gc().interval();
      var part = interval.dividedBy(DueTimes.PART);
      var pause = part.compareTo(SOONEST) < 0 ? SOONEST : part;
      setAlarm(pause.compareTo(interval) < 0 ? pause : interval);
    }
  }

  private final class Run {
    private final Instant started = alarms.now();
    private final int followUps;
    private final boolean confirmed;
    private final boolean dryRun = store.retention().dryRun();
    private final List<Withheld> withheld = new ArrayList<>();
    private GcTotals soFar = GcTotals.NONE;
    private Future<Void> over = Future.succeededFuture();

    Run(int followUps, boolean confirmed) {
      this.followUps = followUps;
      this.confirmed = confirmed;
    }

    void begin() {
      reports.began(dryRun);
      over =
          attempt(
                  () -> {
                    var collector = collectors.of(store, settings);
                    return dryRun
                        ? collector.preview(
                            store.retention(), Optional.empty(), sink(), () -> closed)
                        : collector.collect(sink(), confirmed, () -> closed);
                  })
              .transform(result -> ended(result.result(), result.cause()));
    }

    private Future<GcTotals> attempt(Supplier<Future<GcTotals>> collection) {
      try {
        return collection.get();
      } catch (RuntimeException e) {
        return Future.failedFuture(e);
      }
    }

    private GcSink sink() {
      return new GcSink() {
        @Override
        public Future<Void> accept(Doomed doomed) {
          soFar = soFar.plus(doomed);
          if (dryRun) {
            reports.wouldRemove(doomed);
          } else {
            reports.removed(doomed);
          }
          return Future.succeededFuture();
        }

        @Override
        public void withheld(Withheld found) {
          if (withheld.size() < MOST_WITHHELD) {
            withheld.add(found);
          }
        }

        @Override
        public void progress(GcTotals totals) {
          soFar = totals;
        }
      };
    }

    private Future<Void> ended(@Nullable GcTotals totals, @Nullable Throwable cause) {
      var took = Duration.between(started, alarms.now());
      if (closed) {
        reports.stopped(soFar, took);
        return Future.succeededFuture();
      }
      if (cause != null || totals == null) {
        running = null;
        var error = cause == null ? new IllegalStateException("no totals") : cause;
        reports.failed(error, soFar, took);
        failed(error);
        next();
        return Future.succeededFuture();
      }
      var run =
          new GcRun(started, alarms.now(), process, dryRun, confirmed, followUps, totals, withheld);
      return runs.add(run)
          .onFailure(
              e ->
                  reports.trouble(
                      "it could not be written down that a garbage collection has ended", e))
          .otherwiseEmpty()
          .onComplete(_ -> recorded(run));
    }

    private void recorded(GcRun run) {
      running = null;
      last = Optional.of(run);
      lastError = Optional.empty();
      reports.ended(run);
      if (!closed && !next()) {
        decide();
      }
    }

    /** What somebody has asked for meanwhile. */
    private boolean next() {
      boolean asked = confirmedNext;
      confirmedNext = false;
      if (asked) {
        StoreSchedule.this.begin(0, true);
      }
      return asked;
    }

    GcState.Running state() {
      return new GcState.Running(started, confirmed, soFar);
    }
  }

  private static Duration times(Duration duration, double factor) {
    return Duration.ofMillis((long) (duration.toMillis() * factor));
  }
}
