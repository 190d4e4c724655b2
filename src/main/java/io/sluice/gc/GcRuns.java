package io.sluice.gc;

import io.sluice.registry.Layout;
import io.sluice.store.Listing;
import io.sluice.store.Listings;
import io.sluice.store.ObjectNotFound;
import io.sluice.store.ObjectStore;
import io.sluice.ulid.Ulids;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What stands in a store of its collections that have ended: {@code gc/runs/<ulid>}, JSON, the
 * newest ten. So the interval outlasts restarts, and several processes share it.
 */
final class GcRuns {
  private static final Logger LOG = LoggerFactory.getLogger(GcRuns.class);
  private static final String FOLDER = Layout.COLLECTIONS + "runs/";
  private static final int KEPT = 10;

  private final ObjectStore store;
  private final Ulids ulids;
  private final InstantSource clock;

  GcRuns(ObjectStore store, Ulids ulids, InstantSource clock) {
    this.store = store;
    this.ulids = ulids;
    this.clock = clock;
  }

  /**
   * The newest one. Its times are by this process's clock, whatever the clock of the process says
   * that has written it: when it ended, the store knows.
   */
  Future<Optional<GcRun>> newest() {
    return Listings.all(store, FOLDER)
        .compose(
            entries ->
                entries.isEmpty()
                    ? Future.succeededFuture(Optional.empty())
                    : read(entries.getLast()));
  }

  private Future<Optional<GcRun>> read(Listing.Entry entry) {
    var ended = clock.instant().minus(entry.age());
    return store
        .read(entry.key())
        .map(bytes -> parse(entry.key(), bytes, ended))
        .recover(
            cause ->
                cause instanceof ObjectNotFound
                    ? Future.succeededFuture(Optional.empty())
                    : Future.failedFuture(cause));
  }

  private static Optional<GcRun> parse(String key, Buffer bytes, Instant ended) {
    try {
      return Optional.of(GcJson.run(bytes.toJsonObject(), ended));
    } catch (DecodeException | ClassCastException | IllegalArgumentException e) {
      LOG.atWarn()
          .addKeyValue("key", key)
          .addKeyValue("error", e.toString())
          .log("what an earlier collection left can't be read");
      return Optional.empty();
    }
  }

  /** Adds one, and removes those that nobody asks for any more. */
  Future<Void> add(GcRun run) {
    var bytes = ByteBuffer.wrap(GcJson.of(run).toBuffer().getBytes());
    return store
        .put(FOLDER + ulids.next(), bytes)
        .compose(_ -> Listings.all(store, FOLDER))
        .compose(entries -> trim(entries));
  }

  private Future<Void> trim(List<Listing.Entry> entries) {
    return entries.size() <= KEPT
        ? Future.succeededFuture()
        : store.delete(
            entries.subList(0, entries.size() - KEPT).stream().map(Listing.Entry::key).toList());
  }
}
