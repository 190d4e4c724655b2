package io.sluice.gc;

import io.sluice.bus.Bus;
import io.sluice.events.EventPublisher;
import io.sluice.gc.GcCommands.GetGcState;
import io.sluice.gc.GcCommands.PreviewGc;
import io.sluice.gc.GcCommands.RunGc;
import io.sluice.gc.GcCommands.UseGcPlan;
import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.sluice.ulid.Ulids;
import io.vertx.core.Future;
import java.util.LinkedHashMap;
import java.util.Map;

/** Which command is answered by what. Confined to the gc verticle's context. */
final class GcService {
  private final Collecting.Factory collectors;
  private final Map<String, StoreSchedule> schedules = new LinkedHashMap<>();
  private GcPlan plan;
  private boolean previewing;
  private boolean closed;

  /**
   * Has a schedule for each store, which {@link #start} starts.
   *
   * @param process who we are, for people
   */
  GcService(
      Alarms alarms,
      Collecting.Factory collectors,
      EventPublisher events,
      Ulids ulids,
      String process,
      GcPlan plan) {
    this.collectors = collectors;
    this.plan = plan;
    for (var store : plan.stores()) {
      schedules.put(
          store.route(),
          new StoreSchedule(
              alarms,
              collectors,
              new GcRuns(store.objects(), ulids, alarms::now),
              new GcReports(events, ulids, alarms, store.route()),
              process,
              store,
              plan.settings(store)));
    }
  }

  void register(Bus bus) {
    bus.serve(RunGc.ADDRESS, this::run);
    bus.serve(GetGcState.ADDRESS, (GetGcState _) -> state());
    bus.serve(PreviewGc.ADDRESS, this::preview);
    bus.serve(UseGcPlan.ADDRESS, this::use);
  }

  void start() {
    schedules.values().forEach(StoreSchedule::start);
  }

  /** Ends what is going on; completes when it has ended. */
  Future<Void> close() {
    closed = true;
    return Future.join(schedules.values().stream().map(StoreSchedule::close).toList()).mapEmpty();
  }

  private Future<Void> use(UseGcPlan command) {
    plan = command.plan();
    schedules.forEach(
        (route, schedule) ->
            plan.stores().stream()
                .filter(store -> store.route().equals(route))
                .findFirst()
                .ifPresentOrElse(
                    store -> schedule.use(store, plan.settings(store)), schedule::turnOff));
    return Future.succeededFuture();
  }

  private Future<GcState> run(RunGc command) {
    var enabled = schedules.values().stream().filter(StoreSchedule::isEnabled).toList();
    if (enabled.isEmpty()) {
      return Future.failedFuture(
          new RegistryException(
              new RegistryError.Unsupported(
                  "garbage collection is off: storage.gc is false, and that of every sub-path")));
    }
    enabled.forEach(schedule -> schedule.run(command.confirmed()));
    return state();
  }

  private Future<GcState> state() {
    var states = schedules.values().stream().map(StoreSchedule::state).toList();
    return Future.all(states).map(_ -> new GcState(states.stream().map(Future::result).toList()));
  }

  private Future<GcTotals> preview(PreviewGc command) {
    if (previewing) {
      return Future.failedFuture(
          new RegistryException(
              new RegistryError.TooManyRequests("another preview is going on", 10)));
    }
    previewing = true;
    var preview = new Preview(command, collectors, () -> closed);
    return preview.over(plan).onComplete(_ -> previewing = false);
  }
}
