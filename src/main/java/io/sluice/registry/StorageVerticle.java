package io.sluice.registry;

import io.sluice.bus.Bus;
import io.sluice.ulid.Ulids;
import io.sluice.upload.MemoryBudget;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Owns the stores and everything that is known about them in memory; serves {@link Commands}. One
 * instance in a process: it decides, the requests' contexts move the bytes.
 */
public final class StorageVerticle extends VerticleBase {
  /**
   * The share of the memory that is set apart for the first bytes of uploads; the rest is for
   * parts.
   */
  private static final int HEADS_SHARE = 16;

  private static final Duration EXPIRE_EVERY = Duration.ofHours(1);

  private final StorageSettings settings;
  private @Nullable RepositoryStores stores;

  public StorageVerticle(StorageSettings settings) {
    this.settings = settings;
  }

  @Override
  public Future<?> start() {
    int partSize = settings.main().objects().partSize();
    for (var route : settings.routes().values()) {
      partSize = Math.max(partSize, route.objects().partSize());
    }
    long heads = settings.memory() / HEADS_SHARE;
    var shared =
        new RepositoryStore.Shared(
            vertx,
            new Ulids(InstantSource.system()),
            new MemoryBudget(heads, Blobs.INLINE, false),
            new MemoryBudget(settings.memory() - heads, partSize, true),
            vertx.createSharedWorkerExecutor(
                "sluice-hash", Runtime.getRuntime().availableProcessors()));
    var opened = new RepositoryStores(shared, settings);
    stores = opened;
    vertx.setPeriodic(EXPIRE_EVERY.toMillis(), _ -> opened.expire());
    return opened
        .open()
        .onSuccess(
            _ -> {
              new StorageService(opened).register(Bus.of(vertx));
              opened.expire();
            });
  }

  /** Records all uploads, then lets go of the stores. */
  @Override
  public Future<?> stop() {
    return stores == null ? Future.succeededFuture() : stores.close();
  }
}
