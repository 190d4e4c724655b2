package io.sluice.gc;

import io.sluice.bus.Bus;
import io.sluice.events.EventPublisher;
import io.sluice.oci.RepositoryName;
import io.sluice.registry.Commands.ExpireUploads;
import io.sluice.store.ObjectStore;
import io.sluice.ulid.Ulids;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Collects the stores when they are due, or when somebody asks; serves {@link GcCommands}. One
 * instance in a process; deployed after the verticle that owns the stores, undeployed before it.
 */
public final class GcVerticle extends VerticleBase {
  /** A collection that doesn't stop by then fails, since its store is closed. */
  private static final long STOP_SECONDS = 2;

  private final GcPlan plan;
  private final boolean besideStorage;
  private @Nullable GcService service;
  private @Nullable PullTimes pulls;

  private GcVerticle(GcPlan plan, boolean besideStorage) {
    this.plan = plan;
    this.besideStorage = besideStorage;
  }

  /** Goes by the plan until {@link GcCommands.UseGcPlan} brings another. */
  public static GcVerticle of(GcPlan plan) {
    return new GcVerticle(plan, true);
  }

  /** One where no registry runs: it takes no note of pulls, and leaves uploads alone. */
  public static GcVerticle alone(GcPlan plan) {
    return new GcVerticle(plan, false);
  }

  @Override
  public Future<?> start() {
    var ulids = new Ulids(InstantSource.system());
    var bus = Bus.of(vertx);
    if (besideStorage) {
      pulls = new PullTimes(vertx, this::objectsOf, ulids);
    }
    var started =
        new GcService(
            Alarms.standard(vertx),
            besideStorage
                ? Collecting.withUploads(
                    vertx, ulids, route -> bus.request(new ExpireUploads(route)))
                : Collecting.standard(vertx, ulids),
            new EventPublisher(vertx),
            ulids,
            process(),
            plan);
    service = started;
    started.register(bus);
    started.start();
    return Future.succeededFuture();
  }

  /** Where a repository is: by the first of several components, as Zot routes. */
  private ObjectStore objectsOf(RepositoryName repository) {
    var first = repository.firstComponentOfSeveral();
    GcStore found = plan.stores().getFirst();
    for (var store : plan.stores()) {
      if (store.route().equals(first) && !first.isEmpty()) {
        return store.objects();
      }
      found = store.route().isEmpty() ? store : found;
    }
    return found.objects();
  }

  /** Lets what is going on end early, and writes down what was pulled. */
  @Override
  public Future<?> stop() {
    var ends = new ArrayList<Future<?>>();
    if (service != null) {
      ends.add(service.close());
    }
    if (pulls != null) {
      ends.add(pulls.close());
    }
    return ends.isEmpty()
        ? Future.succeededFuture()
        : Future.join(ends).timeout(STOP_SECONDS, TimeUnit.SECONDS).otherwiseEmpty();
  }

  /** The container's name, or the machine's, and the process. */
  public static String process() {
    var host = System.getenv("HOSTNAME");
    long pid = ProcessHandle.current().pid();
    return host == null || host.isEmpty() ? "process " + pid : host + ", process " + pid;
  }
}
