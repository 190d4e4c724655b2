package io.sluice.gc;

import io.sluice.Await;
import io.sluice.config.GcConfig;
import io.sluice.config.RetentionConfig;
import io.sluice.config.TimeWindow;
import io.sluice.events.EventPublisher;
import io.sluice.oci.RepositoryName;
import io.sluice.store.memory.MemoryObjectStore;
import io.sluice.ulid.Ulids;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** A store in memory, and processes with schedules for it, whose collectors do what a test says. */
final class ScheduledStore {
  /** More than any chain of steps here has. */
  private static final int TURNS = 60;

  static final Duration GRACE = Duration.ofMinutes(5);

  final VirtualAlarms alarms = new VirtualAlarms();
  final List<Run> runs = new ArrayList<>();
  final MemoryObjectStore objects;
  private final Vertx vertx;
  private final Context context;

  GcConfig gc = new GcConfig(true, GRACE, Duration.ofHours(1), Optional.empty(), Duration.ZERO);
  RetentionConfig retention = new RetentionConfig(false, GRACE, List.of());
  Duration undo = GRACE;

  /** How the next runs end. */
  Supplier<Future<GcTotals>> ending = () -> Future.succeededFuture(GcTotals.NONE);

  /** What the next runs find first. */
  List<Doomed> findings = List.of();

  List<Withheld> withheld = List.of();

  /** One that was begun. */
  record Run(String by, Instant time, boolean confirmed, boolean preview, BooleanSupplier stop) {}

  ScheduledStore(Vertx vertx) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.objects = new MemoryObjectStore(vertx, alarms::now);
  }

  /** Another process on the store; its schedule has yet to be started. */
  StoreSchedule process(String name) {
    return new StoreSchedule(
        alarms,
        (store, settings) -> collector(name),
        new GcRuns(objects, ulids(), alarms::now),
        new GcReports(new EventPublisher(vertx), ulids(), alarms, ""),
        name,
        store(),
        settings());
  }

  /** All processes there are in one; its schedules are started. */
  GcService service(GcStore... stores) {
    return new GcService(
        alarms,
        (store, settings) -> collector(store.route()),
        new EventPublisher(vertx),
        ulids(),
        "a",
        new GcPlan(List.of(stores), Optional.empty(), 50, 100, Path.of("spill")));
  }

  GcStore store() {
    return new GcStore("", objects, gc, retention, GRACE, System::nanoTime);
  }

  GcSettings settings() {
    return new GcSettings(List.of(store()), undo, 50, 100, Path.of("spill"));
  }

  private Ulids ulids() {
    return new Ulids(alarms::now);
  }

  private Collecting collector(String by) {
    return new Collecting() {
      @Override
      public Future<GcTotals> collect(GcSink sink, boolean confirmed, BooleanSupplier stop) {
        runs.add(new Run(by, alarms.now(), confirmed, false, stop));
        return end(sink);
      }

      @Override
      public Future<GcTotals> preview(
          RetentionConfig policy,
          Optional<RepositoryName> only,
          GcSink sink,
          BooleanSupplier stop) {
        runs.add(new Run(by, alarms.now(), false, true, stop));
        findings =
            findings.stream().filter(it -> only.isEmpty() || only.equals(it.repository())).toList();
        return end(sink);
      }
    };
  }

  private Future<GcTotals> end(GcSink sink) {
    var end = Future.<Void>succeededFuture();
    for (var doomed : findings) {
      end = end.compose(_ -> sink.accept(doomed));
    }
    withheld.forEach(sink::withheld);
    return end.compose(_ -> ending.get());
  }

  void every(Duration interval) {
    gc = new GcConfig(gc.enabled(), GRACE, interval, gc.timeWindow(), Duration.ZERO);
  }

  void within(String window) {
    gc =
        new GcConfig(
            true, GRACE, gc.interval(), Optional.of(TimeWindow.parse(window)), Duration.ZERO);
  }

  /** Does something on the schedules' context, and lets all that follows from it happen. */
  void does(Runnable action) {
    asks(
        () -> {
          action.run();
          return Future.succeededFuture();
        });
    settle();
  }

  <T> T asks(Callable<Future<T>> call) {
    Promise<T> promise = Promise.promise();
    context.runOnContext(
        _ -> {
          try {
            call.call().onComplete(promise);
          } catch (Exception e) {
            promise.fail(e);
          }
        });
    return Await.result(promise.future());
  }

  private void settle() {
    for (int i = 0; i < TURNS; i++) {
      asks(Future::succeededFuture);
    }
  }

  void pass(Duration time) {
    var end = alarms.now().plus(time);
    while (asks(() -> Future.succeededFuture(alarms.ringUntil(end)))) {
      settle();
    }
  }

  /** When runs were begun, in minutes since then. */
  List<Long> minutesSince(Instant start) {
    return runs.stream().map(run -> Duration.between(start, run.time).toMinutes()).toList();
  }
}
