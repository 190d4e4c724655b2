package io.sluice.bench;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One event loop of the client with its connections, on which some lanes repeat an operation: each
 * begins the next when the last one has ended (so, other than real clients, they wait for a slow
 * registry, and percentiles know nothing of requests that would have come meanwhile). Its methods
 * can be called from anywhere; what they do is confined to the verticle's context.
 */
final class Loop extends VerticleBase {

  /** After an error, so that a registry that refuses everything isn't all that is measured. */
  private static final long PAUSE_MILLIS = 10;

  private final Target target;
  private final int connections;
  private volatile @Nullable Running running;
  private @Nullable RegistryClient client;
  private @Nullable Context home;

  Loop(Target target, int connections) {
    this.target = target;
    this.connections = connections;
  }

  @Override
  public Future<?> start() {
    home = context;
    client = new RegistryClient(vertx, target, connections);
    return Future.succeededFuture();
  }

  /** Does something with the client, on its context. */
  <T> Future<T> with(Function<RegistryClient, Future<T>> action) {
    var promise = Promise.<T>promise();
    var mine = started(client);
    started(home)
        .runOnContext(_ -> Future.succeededFuture(mine).compose(action).onComplete(promise));
    return promise.future();
  }

  /**
   * Repeats the operation on as many lanes as there are connections, and answers what came of it.
   */
  Future<Tally> repeat(Workload workload, Limit limit) {
    return with(
        mine -> {
          var phase = new Running(mine, workload, limit, connections);
          running = phase;
          for (int i = 0; i < connections; i++) {
            phase.next();
          }
          return phase.result.future();
        });
  }

  /** Ends the phase that runs, if any, with what was counted until now. */
  void abandon() {
    var phase = running;
    if (phase != null) {
      started(home).runOnContext(_ -> phase.end());
    }
  }

  private static <T> T started(@Nullable T value) {
    if (value == null) {
      throw new IllegalStateException("not deployed");
    }
    return value;
  }

  /** A phase on this event loop. Confined to its context. */
  private final class Running {
    private final RegistryClient client;
    private final Workload workload;
    private final Limit limit;
    private final Tally tally = new Tally();
    private final Promise<Tally> result = Promise.promise();
    private final long retriesBefore;
    private int lanes;

    Running(RegistryClient client, Workload workload, Limit limit, int lanes) {
      this.client = client;
      this.workload = workload;
      this.limit = limit;
      this.lanes = lanes;
      this.retriesBefore = client.retries();
    }

    void next() {
      if (result.future().isComplete() || !limit.take()) {
        if (--lanes == 0) {
          end();
        }
        return;
      }
      long begun = System.nanoTime();
      Future.succeededFuture(client)
          .compose(workload::once)
          .onComplete(
              bytes -> {
                if (!result.future().isComplete()) {
                  tally.success(System.nanoTime() - begun, bytes);
                }
                next();
              },
              this::failed);
    }

    void end() {
      if (!result.future().isComplete()) {
        tally.retried(client.retries() - retriesBefore);
        result.complete(tally);
      }
    }

    private void failed(Throwable cause) {
      var failure = RegistryFailure.of("client", cause);
      if (!result.future().isComplete()) {
        tally.failure(String.valueOf(failure.getMessage()));
      }
      vertx.setTimer(Math.max(PAUSE_MILLIS, failure.pause().toMillis()), _ -> next());
    }
  }
}
