package io.sluice.sync;

import io.sluice.bus.Bus;
import io.sluice.events.EventPublisher;
import io.sluice.oci.RegistryError;
import io.sluice.oci.RepositoryName;
import io.sluice.oci.Tag;
import io.sluice.registry.StoredManifest;
import io.sluice.sync.SyncCommands.GetSyncState;
import io.sluice.sync.SyncCommands.PullBlob;
import io.sluice.sync.SyncCommands.PullManifest;
import io.sluice.sync.SyncCommands.PullReferrers;
import io.sluice.sync.SyncCommands.Pulled;
import io.sluice.sync.SyncCommands.StatUpstreamBlob;
import io.sluice.sync.SyncCommands.UpstreamTags;
import io.sluice.sync.SyncCommands.UsePlan;
import io.sluice.ulid.Ulids;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.util.List;

/** Everything of synchronisation put together. Confined to the sync verticle's context. */
final class SyncService {
  private final Bus bus;
  private final Traffic traffic;
  private final Spools spools;
  private final Remotes remotes;
  private final Downloads downloads;
  private final ManifestPulls manifests;
  private final BlobPulls blobs;
  private final Prefetch prefetch;
  private final ReferrerPulls referrers;
  private final Listed<RepositoryName, Tag> tags;
  private final Mirror mirror;
  private final Retries retries;

  SyncService(
      Vertx vertx,
      Bus bus,
      EventPublisher events,
      Ulids ulids,
      WorkerExecutor workers,
      SyncSettings settings,
      Traffic traffic) {
    this.bus = bus;
    this.traffic = traffic;
    spools = new Spools(settings, workers, ulids);
    remotes = new Remotes(vertx, settings.maxManifestSize());
    downloads = new Downloads(vertx, bus, events, ulids, spools, settings);
    spools.whenScarce(downloads::spareSpools);
    var checks = new Checks(System::nanoTime);
    var intake = new Intake(bus, events, ulids);
    var first = new FirstSource(remotes, checks);
    var fetches = new Fetches(first, intake, traffic);
    manifests = new ManifestPulls(vertx, bus, remotes, checks, intake, fetches, traffic);
    blobs = new BlobPulls(remotes, downloads, checks, first, traffic);
    prefetch = new Prefetch(remotes, downloads, manifests);
    referrers = new ReferrerPulls(bus, remotes, manifests, prefetch, System::nanoTime);
    tags = new Listed<>(System::nanoTime);
    mirror = new Mirror(vertx, bus, remotes, intake, downloads);
    retries = new Retries(vertx, remotes, this::pull);
  }

  void register() {
    bus.serve(PullManifest.ADDRESS, this::manifest);
    bus.serve(PullBlob.ADDRESS, (PullBlob c) -> blobs.pull(c));
    bus.serve(StatUpstreamBlob.ADDRESS, (StatUpstreamBlob c) -> blobs.stat(c));
    bus.serve(PullReferrers.ADDRESS, (PullReferrers c) -> referrers.pull(c));
    bus.serve(UpstreamTags.ADDRESS, this::tags);
    bus.serve(GetSyncState.ADDRESS, (GetSyncState _) -> Future.succeededFuture(state()));
    bus.serve(UsePlan.ADDRESS, (UsePlan c) -> use(c.plan()));
  }

  /** Fails, and changes nothing, when there is something to fetch and no place for it. */
  Future<Void> use(SyncPlan plan) {
    return (plan.registries().isEmpty() ? Future.<Void>succeededFuture() : spools.prepare())
        .onSuccess(
            _ -> {
              remotes.use(plan);
              mirror.use(remotes.all());
            });
  }

  /** Ends the downloads, and then the connections. */
  Future<Void> close(Throwable reason) {
    mirror.close();
    retries.close();
    return downloads.close(reason).eventually(remotes::close);
  }

  private Future<Pulled<StoredManifest>> manifest(PullManifest command) {
    var unknown = new RegistryError.ManifestUnknown(command.repository(), command.reference());
    return pull(command)
        .onFailure(cause -> retries.after(command, cause))
        .recover(cause -> Future.failedFuture(Failures.toClient(cause, unknown)));
  }

  private Future<Pulled<StoredManifest>> pull(PullManifest command) {
    return manifests
        .pull(command)
        .onSuccess(
            pulled -> {
              if (command.whole()) {
                prefetch.begin(
                    command.repository(),
                    pulled.what(),
                    remotes.sources(command.repository(), command.ns()));
              }
            });
  }

  private Future<Pulled<List<Tag>>> tags(UpstreamTags command) {
    return tags.of(
        command.repository(),
        remotes.sources(command.repository(), command.ns()),
        remotes.plan().own().ttl(),
        source -> source.remote().upstream().tags(source.repository()));
  }

  private SyncState state() {
    return new SyncState(
        remotes.all().stream().map(this::state).toList(),
        downloads.all().stream().map(SyncService::state).toList(),
        spools.space().used(),
        spools.space().total());
  }

  private SyncState.UpstreamState state(Remote remote) {
    var host = remote.upstream().name();
    return new SyncState.UpstreamState(
        remote.upstream().status(),
        remote.slots().taken(),
        remote.slots().waiting(),
        traffic.hits(host),
        traffic.misses(host),
        mirror.state(remote));
  }

  private static SyncState.RunningDownload state(Download download) {
    var progress = download.progress();
    return new SyncState.RunningDownload(
        download.key().repository(),
        download.key().digest(),
        progress.upstream(),
        progress.received(),
        progress.size(),
        download.readers(),
        progress.since());
  }
}
