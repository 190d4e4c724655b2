package io.sluice.registry;

import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.sluice.oci.RepositoryName;
import io.sluice.store.ObjectStore;
import io.sluice.ulid.Ulids;
import io.sluice.upload.MemoryBudget;
import io.sluice.upload.Uploads;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.time.Duration;

/**
 * Everything that works on one {@link ObjectStore}, put together. Confined to the storage
 * verticle's context.
 */
final class RepositoryStore {
  final ObjectStore objects;
  final Uploads uploads;
  final Blobs blobs;
  final Manifests manifests;
  final Tags tags;
  final Restores restores;
  final Referrers referrers;
  final Catalog catalog;

  /** What all stores of a process share. */
  record Shared(
      Vertx vertx, Ulids ulids, MemoryBudget heads, MemoryBudget parts, WorkerExecutor hashing) {}

  RepositoryStore(Shared shared, StorageSettings settings, StorageSettings.StoreSettings own) {
    objects = own.objects();
    var ulids = shared.ulids();
    var grace = new Grace(own.grace(), own.nanos());
    Duration trustFor = settings.trustFor();
    var links = new BlobLinks(objects, ulids, grace, trustFor);
    var revisions = new Revisions(objects, ulids, grace, trustFor, settings.cacheBytes() / 2);
    var deletions = new Deletions(objects, ulids);
    var references = new References(objects, revisions);
    var foundations = new Foundations(links, revisions, grace);
    tags = new Tags(objects, ulids, grace, trustFor, settings.tagHistory());
    referrers = new Referrers(objects, ulids, grace, revisions, tags);
    catalog = new Catalog(objects);
    blobs =
        new Blobs(
            objects,
            links,
            deletions,
            references,
            ulids,
            own.dedupe(),
            own.redirect(),
            settings.cacheBytes() / 2,
            grace);
    manifests =
        new Manifests(
            foundations, revisions, tags, referrers, catalog, deletions, references, grace);
    restores = new Restores(objects, tags, revisions, manifests);
    uploads =
        new Uploads(
            shared.vertx(),
            objects,
            shared.heads(),
            shared.parts(),
            shared.hashing(),
            ulids,
            settings.uploads());
  }

  /** Fails with {@code NameUnknown} if the repository has no manifest. */
  Future<Void> requireRepository(RepositoryName name) {
    return manifests
        .exists(name)
        .compose(
            exists ->
                exists
                    ? Future.succeededFuture()
                    : Future.failedFuture(
                        new RegistryException(new RegistryError.NameUnknown(name))));
  }
}
