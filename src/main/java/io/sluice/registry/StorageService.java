package io.sluice.registry;

import io.sluice.bus.Bus;
import io.sluice.oci.Tag;
import io.sluice.registry.Commands.BeginUpload;
import io.sluice.registry.Commands.CancelUpload;
import io.sluice.registry.Commands.CheckStorage;
import io.sluice.registry.Commands.DeleteApiKey;
import io.sluice.registry.Commands.DeleteBlob;
import io.sluice.registry.Commands.DeleteManifest;
import io.sluice.registry.Commands.ExpireUploads;
import io.sluice.registry.Commands.FindApiKey;
import io.sluice.registry.Commands.FindTag;
import io.sluice.registry.Commands.FinishUpload;
import io.sluice.registry.Commands.GetManifest;
import io.sluice.registry.Commands.KeepManifest;
import io.sluice.registry.Commands.LeaseUpload;
import io.sluice.registry.Commands.ListApiKeys;
import io.sluice.registry.Commands.ListHistory;
import io.sluice.registry.Commands.ListReferrers;
import io.sluice.registry.Commands.ListRepositories;
import io.sluice.registry.Commands.ListTags;
import io.sluice.registry.Commands.MountBlob;
import io.sluice.registry.Commands.NamedBy;
import io.sluice.registry.Commands.OpenBlob;
import io.sluice.registry.Commands.Page;
import io.sluice.registry.Commands.PutApiKey;
import io.sluice.registry.Commands.PutManifest;
import io.sluice.registry.Commands.RestoreTag;
import io.sluice.registry.Commands.StatBlob;
import io.sluice.registry.Commands.TouchApiKey;
import io.sluice.registry.Commands.UploadOffset;
import io.sluice.upload.UploadHandle;
import io.vertx.core.Future;
import java.util.Optional;

/** Which command is answered by what. */
final class StorageService {
  private final RepositoryStores stores;

  StorageService(RepositoryStores stores) {
    this.stores = stores;
  }

  void register(Bus bus) {
    bus.serve(
        StatBlob.ADDRESS,
        (StatBlob c) ->
            stores.of(c.repository()).blobs.stat(c.repository(), c.digest(), c.relied()));
    bus.serve(
        OpenBlob.ADDRESS,
        (OpenBlob c) ->
            stores.of(c.repository()).blobs.open(c.repository(), c.digest(), c.range()));
    bus.serve(MountBlob.ADDRESS, this::mount);
    bus.serve(
        DeleteBlob.ADDRESS,
        (DeleteBlob c) -> stores.of(c.repository()).blobs.delete(c.repository(), c.digest()));

    bus.serve(
        BeginUpload.ADDRESS,
        (BeginUpload c) ->
            Future.succeededFuture(
                stores.of(c.repository()).uploads.begin(c.repository(), c.owner(), c.algorithm())));
    bus.serve(
        LeaseUpload.ADDRESS, (LeaseUpload c) -> storeOf(c.upload()).uploads.lease(c.upload()));
    bus.serve(
        UploadOffset.ADDRESS, (UploadOffset c) -> storeOf(c.upload()).uploads.offset(c.upload()));
    bus.serve(
        CancelUpload.ADDRESS, (CancelUpload c) -> storeOf(c.upload()).uploads.cancel(c.upload()));
    bus.serve(FinishUpload.ADDRESS, this::finish);
    bus.serve(ExpireUploads.ADDRESS, (ExpireUploads c) -> stores.expire(c.route()));

    bus.serve(
        GetManifest.ADDRESS,
        (GetManifest c) -> stores.of(c.repository()).manifests.get(c.repository(), c.reference()));
    bus.serve(PutManifest.ADDRESS, (PutManifest c) -> stores.of(c.repository()).manifests.put(c));
    bus.serve(
        KeepManifest.ADDRESS, (KeepManifest c) -> stores.of(c.repository()).manifests.keep(c));
    bus.serve(
        DeleteManifest.ADDRESS,
        (DeleteManifest c) ->
            stores
                .of(c.repository())
                .manifests
                .delete(c.repository(), c.reference(), c.refuseCollision()));
    bus.serve(RestoreTag.ADDRESS, (RestoreTag c) -> stores.of(c.repository()).restores.restore(c));
    bus.serve(
        ListHistory.ADDRESS, (ListHistory c) -> stores.of(c.repository()).restores.history(c));
    bus.serve(
        ListReferrers.ADDRESS,
        (ListReferrers c) -> stores.of(c.repository()).referrers.list(c.repository(), c.subject()));

    bus.serve(FindTag.ADDRESS, this::findTag);
    bus.serve(ListTags.ADDRESS, this::listTags);
    bus.serve(ListRepositories.ADDRESS, (ListRepositories c) -> stores.list(c.last(), c.limit()));
    bus.serve(PutApiKey.ADDRESS, (PutApiKey c) -> stores.apiKeys.put(c.key()));
    bus.serve(FindApiKey.ADDRESS, (FindApiKey c) -> stores.apiKeys.find(c.user(), c.hash()));
    bus.serve(ListApiKeys.ADDRESS, (ListApiKeys c) -> stores.apiKeys.list(c.user()));
    bus.serve(DeleteApiKey.ADDRESS, (DeleteApiKey c) -> stores.apiKeys.delete(c.user(), c.uuid()));
    bus.serve(
        TouchApiKey.ADDRESS, (TouchApiKey c) -> stores.apiKeys.touch(c.user(), c.uuid(), c.at()));
    bus.serve(CheckStorage.ADDRESS, (CheckStorage _) -> stores.status());
  }

  /** Links don't reach from one store into another; the client then uploads. */
  private Future<Boolean> mount(MountBlob command) {
    var store = stores.of(command.repository());
    boolean elsewhere = command.from().isPresent() && stores.of(command.from().get()) != store;
    return elsewhere
        ? Future.succeededFuture(false)
        : store.blobs.mount(
            command.repository(), command.digest(), command.from(), command.readable());
  }

  private Future<Long> finish(FinishUpload command) {
    var store = storeOf(command.upload());
    return store
        .uploads
        .seal(command.upload(), command.digest())
        .compose(received -> store.blobs.add(command.upload().repository(), received));
  }

  private RepositoryStore storeOf(UploadHandle upload) {
    return stores.of(upload.repository());
  }

  private Future<Optional<NamedBy>> findTag(FindTag command) {
    var tags = stores.of(command.repository()).tags;
    return tags.value(command.repository(), command.tag())
        .compose(
            found ->
                found.isEmpty()
                    ? Future.succeededFuture(Optional.<NamedBy>empty())
                    : (command.withOrigin()
                            ? tags.origin(found.get())
                            : Future.succeededFuture(Optional.<TagOrigin>empty()))
                        .map(
                            origin ->
                                Optional.of(
                                    new NamedBy(
                                        found.get().digest(),
                                        found.get().isFromUpstream(),
                                        origin))));
  }

  private Future<Page<Tag>> listTags(ListTags command) {
    var store = stores.of(command.repository());
    return store
        .tags
        .list(command.repository(), command.last(), command.limit() + 1)
        .compose(
            tags ->
                tags.isEmpty()
                    ? store.requireRepository(command.repository()).map(new Page<>(tags, false))
                    : Future.succeededFuture(Page.of(tags, command.limit())));
  }
}
