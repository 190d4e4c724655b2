package io.sluice.bench;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A run: one scenario after the other, each prepared, warmed up and measured; then what was pushed
 * is deleted. Thread safe; to be run once.
 */
public final class Bench {
  private static final long CLEANUP_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final long CLEANUP_NANOS_INTERRUPTED = TimeUnit.SECONDS.toNanos(5);

  private static final long UNDEPLOY_SECONDS = 2;

  private final Vertx vertx;
  private final Context home;
  private final BenchSettings settings;
  private final Consumer<String> progress;
  private final Instant started = Instant.now();
  private final Stock stock;
  private final List<Result> results = new CopyOnWriteArrayList<>();
  private final Promise<Void> interruption = Promise.promise();
  private volatile Crew crew = new Crew(List.of());

  /**
   * @param progress is told what happens, in words for the user
   */
  public Bench(Vertx vertx, BenchSettings settings, Consumer<String> progress) {
    this.vertx = vertx;
    this.home = vertx.getOrCreateContext();
    this.settings = settings;
    this.progress = progress;
    this.stock = Stock.of(settings.repository().value(), settings.largeSize().bytes());
  }

  /**
   * Runs everything. Fails with {@link UnreachableException} when there is no registry; what goes
   * wrong later is in the report.
   */
  public Future<Report> run() {
    var all = connect();
    for (var scenario : settings.scenarios()) {
      all = all.compose(_ -> interrupted() ? Future.succeededFuture() : measure(scenario));
    }
    return all.compose(_ -> cleanUp())
        .map(notes -> new Report(started, settings, results, interrupted(), notes));
  }

  /** Ends it soon: {@link #run} then answers what was measured until now. */
  public void interrupt() {
    interruption.tryComplete();
    crew.loops.forEach(Loop::abandon);
  }

  private boolean interrupted() {
    return interruption.future().isComplete();
  }

  private Future<Void> connect() {
    return onLoops(
        1,
        ready ->
            ready
                .first()
                .with(RegistryClient::ping)
                .recover(
                    cause ->
                        Future.failedFuture(
                            new UnreachableException(
                                settings.target().base(),
                                RegistryFailure.of("GET /v2/", cause).kind())))
                .compose(
                    status ->
                        status == 401 || status == 403
                            ? Future.failedFuture(
                                new UnreachableException(
                                    settings.target().base(),
                                    "it answers "
                                        + status
                                        + "; it takes a name and password (--user) that may push"))
                            : Future.succeededFuture()));
  }

  private Future<Void> measure(Scenario scenario) {
    int concurrency = settings.concurrencyOf(scenario);
    var workload = scenario.workload(stock);
    return onLoops(
        concurrency,
        ready -> {
          progress.accept(scenario + ": prepares");
          return orInterrupted(ready.first().with(client -> workload.prepare(vertx, client)))
              .compose(_ -> warmUp(scenario, ready, workload))
              .compose(_ -> measured(scenario, concurrency, ready, workload))
              .otherwise(cause -> unprepared(scenario, concurrency, cause))
              .onSuccess(results::add)
              .mapEmpty();
        });
  }

  private Future<Void> warmUp(Scenario scenario, Crew ready, Workload workload) {
    if (settings.warmup().isZero() || interrupted()) {
      return Future.succeededFuture();
    }
    progress.accept(scenario + ": warms up");
    return ready.repeat(workload, Limit.lasting(settings.warmup())).mapEmpty();
  }

  private Future<Result> measured(
      Scenario scenario, int concurrency, Crew ready, Workload workload) {
    if (interrupted()) {
      return Future.succeededFuture(new Result(scenario, concurrency, Duration.ZERO, new Tally()));
    }
    progress.accept(scenario + ": measures");
    var limit =
        scenario == Scenario.PUSH_LARGE && settings.count().isPresent()
            ? Limit.of(settings.count().getAsInt())
            : Limit.lasting(settings.duration());
    return ready
        .repeat(workload, limit)
        .map(tally -> new Result(scenario, concurrency, Duration.ofNanos(limit.elapsed()), tally));
  }

  /** A scenario that can't be prepared has failed with one error, unless the user ended it. */
  private Result unprepared(Scenario scenario, int concurrency, Throwable cause) {
    var tally = new Tally();
    if (!interrupted()) {
      tally.failure("preparation: " + RegistryFailure.of("client", cause).getMessage());
    }
    return new Result(scenario, concurrency, Duration.ZERO, tally);
  }

  private Future<List<String>> cleanUp() {
    if (settings.keep()) {
      return Future.succeededFuture(
          List.of("What was pushed is kept in " + settings.repository() + "."));
    }
    progress.accept("deletes what was pushed");
    long nanos = interrupted() ? CLEANUP_NANOS_INTERRUPTED : CLEANUP_NANOS;
    return deploy(List.of(new Loop(settings.target(), Cleanup.CONNECTIONS)))
        .compose(
            ready ->
                ready
                    .first()
                    .with(client -> Cleanup.run(client, stock, nanos))
                    .eventually(ready::undeploy))
        .map(note -> note.map(List::of).orElseGet(List::of));
  }

  /** Spreads the lanes over the event loops, and takes them down in the end. */
  private Future<Void> onLoops(int lanes, Function<Crew, Future<Void>> action) {
    int count = Math.min(lanes, settings.eventLoops());
    var loops = new ArrayList<Loop>();
    for (int i = 0; i < count; i++) {
      loops.add(new Loop(settings.target(), lanes / count + (i < lanes % count ? 1 : 0)));
    }
    return deploy(loops)
        .compose(
            ready -> {
              crew = ready;
              return action.apply(ready).eventually(ready::undeploy);
            });
  }

  /** From our own context, since what a loop deploys would end with it. */
  private Future<Crew> deploy(List<Loop> loops) {
    var ready = new Crew(List.copyOf(loops));
    var deployed = Promise.<Crew>promise();
    home.runOnContext(
        _ ->
            Future.all(loops.stream().map(ready::deploy).toList()).map(ready).onComplete(deployed));
    return deployed.future();
  }

  private <T> Future<T> orInterrupted(Future<T> work) {
    var first = Promise.<T>promise();
    work.onComplete(
        result -> {
          if (result.succeeded()) {
            first.tryComplete(result.result());
          } else {
            first.tryFail(result.cause());
          }
        });
    interruption.future().onComplete(_ -> first.tryFail("interrupted"));
    return first.future();
  }

  /** The event loops that work on a scenario. Thread safe. */
  private final class Crew {
    private final List<Loop> loops;
    private final List<String> deployments = new CopyOnWriteArrayList<>();

    Crew(List<Loop> loops) {
      this.loops = loops;
    }

    /** The one that does what is to be done once. */
    Loop first() {
      return loops.getFirst();
    }

    Future<Tally> repeat(Workload workload, Limit limit) {
      var parts = loops.stream().map(loop -> loop.repeat(workload, limit)).toList();
      // An interruption that came before the phase was there to be ended.
      if (interrupted()) {
        loops.forEach(Loop::abandon);
      }
      return Future.all(parts)
          .map(
              _ -> {
                var sum = new Tally();
                parts.forEach(part -> sum.add(part.result()));
                return sum;
              });
    }

    Future<String> deploy(Loop loop) {
      return vertx.deployVerticle(loop).onSuccess(deployments::add);
    }

    /** Closing a connection waits until the registry has read what is under way: not for long. */
    Future<Void> undeploy() {
      return Future.join(deployments.stream().map(vertx::undeploy).toList())
          .timeout(UNDEPLOY_SECONDS, TimeUnit.SECONDS)
          .<Void>mapEmpty()
          .otherwiseEmpty();
    }
  }
}
