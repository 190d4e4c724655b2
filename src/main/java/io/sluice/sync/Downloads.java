package io.sluice.sync;

import io.sluice.bus.Bus;
import io.sluice.events.EventPublisher;
import io.sluice.oci.Digest;
import io.sluice.oci.RepositoryName;
import io.sluice.sync.Remote.Source;
import io.sluice.ulid.Ulids;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The downloads of this process: one for each blob of a repository, however many want it. Confined
 * to the sync verticle's context.
 *
 * <p>Two repositories that want the same content download it each: that one may read it in the one
 * says nothing about the other.
 */
final class Downloads {

  /** What is downloaded. */
  record Key(RepositoryName repository, Digest digest) {}

  /** What they all need. */
  record Shared(
      Vertx vertx,
      Bus bus,
      EventPublisher events,
      Ulids ulids,
      Spools spools,
      long maxBlobSize,
      Duration progressInterval,
      Consumer<Download> onClosed) {}

  private final Shared shared;
  private final Map<Key, Download> running = new LinkedHashMap<>();

  /** Those that are over, and whose spool somebody still reads. */
  private final Set<Download> lingering = new LinkedHashSet<>();

  private @Nullable Throwable closing;

  Downloads(
      Vertx vertx,
      Bus bus,
      EventPublisher events,
      Ulids ulids,
      Spools spools,
      SyncSettings settings) {
    this.shared =
        new Shared(
            vertx,
            bus,
            events,
            ulids,
            spools,
            settings.maxBlobSize(),
            settings.progressInterval(),
            lingering::remove);
  }

  /** The one that runs, if one does. */
  Optional<Download> running(Key key) {
    return Optional.ofNullable(running.get(key));
  }

  /**
   * The one that runs, or a new one.
   *
   * @param inBackground nobody waits for it
   */
  Download of(Key key, List<Source> sources, boolean inBackground) {
    @Nullable Download known = running.get(key);
    if (known != null) {
      if (!inBackground) {
        known.hurry();
      }
      return known;
    }
    var download = new Download(shared, key, sources, inBackground);
    running.put(key, download);
    if (closing != null) {
      download.cancel(closing);
    }
    download
        .start()
        .onComplete(
            _ -> {
              running.remove(key);
              if (download.readers() > 0) {
                lingering.add(download);
                if (shared.spools().space().isScarce()) {
                  download.spare();
                }
              }
            });
    return download;
  }

  Collection<Download> all() {
    return running.values();
  }

  /** There is no room for another spool: those that can be read from the store are given back. */
  void spareSpools() {
    List.copyOf(lingering).forEach(Download::spare);
  }

  /** Ends them all, and those that somebody begins yet; completes when nothing is under way. */
  Future<Void> close(Throwable reason) {
    closing = reason;
    var ending = new ArrayList<Future<?>>();
    for (var download : List.copyOf(running.values())) {
      ending.add(download.stored().otherwiseEmpty());
      download.cancel(reason);
    }
    return Future.join(ending).eventually(() -> shared.spools().close(reason)).mapEmpty();
  }
}
