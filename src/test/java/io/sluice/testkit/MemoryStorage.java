package io.sluice.testkit;

import io.sluice.server.StoreFactory;
import io.sluice.store.ObjectStore;
import io.sluice.store.memory.MemoryObjectStore;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Stores in memory, one for each {@code rootDirectory}. */
final class MemoryStorage implements Storage {
  private final boolean streaming;
  private final Map<Path, MemoryObjectStore> stores = new ConcurrentHashMap<>();
  private final Map<Path, StreamingObjectStore> streams = new ConcurrentHashMap<>();

  MemoryStorage(boolean streaming) {
    this.streaming = streaming;
  }

  @Override
  public Path stores() {
    return Path.of("memory");
  }

  @Override
  public StoreFactory factory() {
    return (vertx, config) -> {
      var memory =
          stores.computeIfAbsent(config.rootDirectory(), _ -> new MemoryObjectStore(vertx));
      ObjectStore store =
          streaming
              ? streams.computeIfAbsent(
                  config.rootDirectory(), _ -> new StreamingObjectStore(vertx, memory))
              : memory;
      return Future.succeededFuture(store);
    };
  }

  @Override
  public List<String> keys() {
    var keys = new ArrayList<String>();
    stores.forEach((root, store) -> store.keys().forEach(key -> keys.add("/" + key)));
    return keys;
  }

  @Override
  public List<String> unfinished() {
    var unfinished = new ArrayList<String>();
    stores.forEach(
        (root, store) -> {
          if (store.pendingCount() > 0) {
            unfinished.add(store.pendingCount() + " multipart writes in " + root);
          }
        });
    streams.forEach(
        (root, store) -> {
          if (store.open() > 0) {
            unfinished.add(store.open() + " open streams from " + root);
          }
        });
    return unfinished;
  }

  @Override
  public void close() {}
}
