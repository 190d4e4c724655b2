package io.sluice.sync;

import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.sluice.registry.Commands.OpenedBlob;
import io.sluice.sync.Remote.Source;
import io.sluice.sync.SyncCommands.PullBlob;
import io.sluice.sync.SyncCommands.StatUpstreamBlob;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;

/** Blobs that clients want and that are not here. Confined to the sync verticle's context. */
final class BlobPulls {
  private final Remotes remotes;
  private final Downloads downloads;
  private final Checks checks;
  private final Traffic traffic;

  BlobPulls(Remotes remotes, Downloads downloads, Checks checks, Traffic traffic) {
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
    if (cause instanceof RegistryException known
        && known.error() instanceof RegistryError.BlobUnknown) {
      sources.forEach(source -> checks.missing(source, command.digest()));
    }
  }

  Future<Long> stat(StatUpstreamBlob command) {
    var running = downloads.running(new Downloads.Key(command.repository(), command.digest()));
    return running.isPresent()
        ? running.get().size()
        : stat(command, remotes.sources(command.repository(), command.ns()), 0, Optional.empty());
  }

  private Future<Long> stat(
      StatUpstreamBlob command, List<Source> sources, int index, Optional<Throwable> before) {
    var unknown = new RegistryError.BlobUnknown(command.digest());
    if (index == sources.size()) {
      return Future.failedFuture(
          before
              .map(cause -> Failures.toClient(cause, unknown))
              .orElseGet(() -> new RegistryException(unknown)));
    }
    var source = sources.get(index);
    var missTtl = remotes.plan().own().missTtl();
    if (checks.isMissing(source, command.digest(), missTtl)) {
      return stat(command, sources, index + 1, before);
    }
    return source
        .remote()
        .upstream()
        .blobSize(source.repository(), command.digest())
        .recover(
            cause -> {
              boolean notFound = Failures.isNotFound(cause);
              if (notFound) {
                checks.missing(source, command.digest());
              }
              return stat(
                  command,
                  sources,
                  index + 1,
                  before.isPresent() || notFound ? before : Optional.of(cause));
            });
  }
}
