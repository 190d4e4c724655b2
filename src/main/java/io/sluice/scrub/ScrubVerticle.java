package io.sluice.scrub;

import io.sluice.bus.Bus;
import io.sluice.events.EventPublisher;
import io.sluice.ulid.Ulids;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.WorkerExecutor;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Runs scrubs in the background, by the clock and when {@link ScrubCommands} ask for one. One
 * instance in a process, deployed after the storage verticle and undeployed before it.
 */
public final class ScrubVerticle extends VerticleBase {
  private final ScrubSettings settings;
  private @Nullable ScrubService service;
  private @Nullable WorkerExecutor workers;

  public ScrubVerticle(ScrubSettings settings) {
    this.settings = settings;
  }

  @Override
  public Future<?> start() {
    var hashing = vertx.createSharedWorkerExecutor("sluice-scrub", 1);
    var started =
        new ScrubService(
            vertx, new EventPublisher(vertx), new Ulids(InstantSource.system()), hashing, settings);
    workers = hashing;
    service = started;
    started.register(Bus.of(vertx));
    started.plan();
    return Future.succeededFuture();
  }

  /** Ends the pass that runs, soon; the next process does it again from the beginning. */
  @Override
  public Future<?> stop() {
    Future<?> closed = service == null ? Future.succeededFuture() : service.close();
    return closed.eventually(() -> workers == null ? Future.succeededFuture() : workers.close());
  }
}
