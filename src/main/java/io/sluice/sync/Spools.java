package io.sluice.sync;

import io.sluice.oci.Digest;
import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.sluice.ulid.Ulids;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where spools are kept, and how much of them. Confined to the sync verticle's context. */
final class Spools {
  private static final Logger LOG = LoggerFactory.getLogger(Spools.class);
  private static final String PREFIX = "sluice-";
  private static final String SUFFIX = ".spool";

  private final SyncSettings settings;
  private final WorkerExecutor workers;
  private final Ulids ulids;
  private final SpoolSpace space = new SpoolSpace();
  private final Set<Spool> open = new HashSet<>();
  private boolean isPrepared;

  Spools(SyncSettings settings, WorkerExecutor workers, Ulids ulids) {
    this.settings = settings;
    this.workers = workers;
    this.ulids = ulids;
  }

  /** Called when a download waits for room: spools that nobody needs are to be closed. */
  void whenScarce(Runnable action) {
    space.whenScarce(action);
  }

  SpoolSpace space() {
    return space;
  }

  /**
   * A spool for a blob of so many bytes, as soon as there is room for it.
   *
   * @param size -1 when it isn't known: then it takes room as it grows
   */
  Future<Spool> open(long size, Digest.Algorithm algorithm) {
    if (size >= 0 && size <= Spool.IN_MEMORY) {
      return Future.succeededFuture(new Spool(workers, null, algorithm, space, 0));
    }
    long bytes = Math.max(size, Spool.IN_MEMORY);
    return space
        .acquire(bytes)
        .compose(_ -> workers.executeBlocking(this::create, false))
        .map(file -> keep(new Spool(workers, file, algorithm, space, bytes)))
        .onFailure(_ -> space.release(bytes));
  }

  private Spool keep(Spool spool) {
    open.add(spool);
    spool.gone().onComplete(_ -> open.remove(spool));
    return spool;
  }

  /** Closes all that are still open; completes when they are. */
  Future<Void> close(Throwable reason) {
    var closing = List.copyOf(open);
    closing.forEach(spool -> spool.close(reason));
    return Future.join(closing.stream().map(Spool::gone).toList()).mapEmpty();
  }

  private SpoolFile create() {
    try {
      return SpoolFile.create(settings.downloadDir().resolve(PREFIX + ulids.next() + SUFFIX));
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  /**
   * Makes the folder, and removes what a process may have left there that was killed in the moment
   * between making a file and taking its name away; once. Fails when the folder can't be used.
   */
  Future<Void> prepare() {
    return isPrepared
        ? Future.succeededFuture()
        : workers
            .executeBlocking(this::prepareFolder, false)
            .onSuccess(
                room -> {
                  isPrepared = true;
                  space.resize(room);
                })
            .mapEmpty();
  }

  private long prepareFolder() {
    try {
      var folder = settings.downloadDir();
      Files.createDirectories(folder);
      removeLeftovers(folder);
      // Whether it can be written to shows now, and not with the first image.
      create().close();
      return settings.spool().isPresent()
          ? settings.spool().get().bytes()
          : Files.getFileStore(folder).getUsableSpace() / 2;
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  private static RegistryException unusable(IOException e) {
    return new RegistryException(
        new RegistryError.StoreUnavailable(
            "extensions.sync.downloadDir can't be used: "
                + e.getClass().getSimpleName()
                + ": "
                + e.getMessage()));
  }

  private static void removeLeftovers(Path folder) throws IOException {
    try (var left = Files.newDirectoryStream(folder, PREFIX + "*" + SUFFIX)) {
      for (var file : left) {
        // One that another process has just made stays usable for it.
        Files.deleteIfExists(file);
        LOG.atInfo().addKeyValue("file", file).log("a spool of an earlier process was removed");
      }
    }
  }
}
