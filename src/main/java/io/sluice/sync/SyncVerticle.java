package io.sluice.sync;

import io.sluice.bus.Bus;
import io.sluice.events.EventPublisher;
import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.sluice.ulid.Ulids;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Owns the upstreams, the downloads, and what is believed of both; serves {@link SyncCommands}. One
 * instance in a process: what is fetched is fetched once.
 */
public final class SyncVerticle extends VerticleBase {
  private static final int SPOOL_THREADS = 4;

  /** A write to a spool that takes longer is worth a warning. */
  private static final long SPOOL_WRITE_SECONDS = 60;

  private final SyncSettings settings;
  private final SyncPlan plan;
  private final Traffic traffic;
  private @Nullable SyncService service;

  /**
   * The one instance.
   *
   * @param plan at the start; {@link SyncCommands.UsePlan} replaces it
   * @param traffic also counted by those who answer without asking here
   */
  public SyncVerticle(SyncSettings settings, SyncPlan plan, Traffic traffic) {
    this.settings = settings;
    this.plan = plan;
    this.traffic = traffic;
  }

  /** Fails when the folder for spools can't be used. */
  @Override
  public Future<?> start() {
    var workers =
        vertx.createSharedWorkerExecutor(
            "sluice-spool", SPOOL_THREADS, SPOOL_WRITE_SECONDS, TimeUnit.SECONDS);
    var started =
        new SyncService(
            vertx,
            Bus.of(vertx),
            new EventPublisher(vertx),
            new Ulids(InstantSource.system()),
            workers,
            settings,
            traffic);
    service = started;
    return started.use(plan).onSuccess(_ -> started.register());
  }

  /** Ends the downloads; what has come of them is dropped. */
  @Override
  public Future<?> stop() {
    return service == null
        ? Future.succeededFuture()
        : service.close(new RegistryException(new RegistryError.ShuttingDown()));
  }
}
