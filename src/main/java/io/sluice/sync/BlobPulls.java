package io.sluice.sync;

import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.sluice.registry.Commands.OpenedBlob;
import io.sluice.sync.Remote.Source;
import io.sluice.sync.SyncCommands.PullBlob;
import io.sluice.sync.SyncCommands.StatUpstreamBlob;
import io.vertx.core.Future;
import java.util.List;

/** Blobs that clients want and that are not here. Confined to the sync verticle's context. */
final class BlobPulls {
  private final Remotes remotes;
  private final Downloads downloads;
  private final Checks checks;
  private final FirstSource first;
  private final Traffic traffic;

  BlobPulls(
      Remotes remotes, Downloads downloads, Checks checks, FirstSource first, Traffic traffic) {
    this.first = first;
    this.remotes = remotes;
    this.downloads = downloads;
    this.checks = checks;
    this.traffic = traffic;
  }

  Future<OpenedBlob> pull(PullBlob command) {
    var digest = command.digest();
    var key = new Downloads.Key(command.repository(), digest);
    var sources =
        remotes.sources(command.repository(), command.ns()).stream()
            .filter(source -> !checks.isMissing(source, digest, remotes.plan().own().missTtl()))
            .toList();
    if (sources.isEmpty() && downloads.running(key).isEmpty()) {
      return Future.failedFuture(new RegistryException(new RegistryError.BlobUnknown(digest)));
    }
    if (!sources.isEmpty()) {
      traffic.miss(sources.getFirst().host());
    }
    return downloads
        .of(key, sources, false)
        .open(command.range())
        .onFailure(cause -> noteMiss(cause, sources, command));
  }

  private void noteMiss(Throwable cause, List<Source> sources, PullBlob command) {
    if (RegistryException.says(cause, RegistryError.BlobUnknown.class)) {
      sources.forEach(source -> checks.missing(source, command.digest()));
    }
  }

  Future<Long> stat(StatUpstreamBlob command) {
    var running = downloads.running(new Downloads.Key(command.repository(), command.digest()));
    return running.isPresent()
        ? running.get().size()
        : first
            .thatHas(
                command.digest(),
                remotes.sources(command.repository(), command.ns()),
                source ->
                    source.remote().upstream().blobSize(source.repository(), command.digest()))
            .recover(
                cause ->
                    Future.failedFuture(
                        Failures.toClient(cause, new RegistryError.BlobUnknown(command.digest()))));
  }
}
