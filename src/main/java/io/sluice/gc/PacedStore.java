package io.sluice.gc;

import io.sluice.store.ListRequest;
import io.sluice.store.Listing;
import io.sluice.store.ObjectStore;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.util.Collection;

/** A store, as far as a collection uses it, at its pace. */
final class PacedStore {
  private final ObjectStore objects;
  private final Pace pace;

  PacedStore(ObjectStore objects, Pace pace) {
    this.objects = objects;
    this.pace = pace;
  }

  Future<Listing> list(ListRequest request) {
    return pace.turn().compose(_ -> objects.list(request));
  }

  Future<Buffer> read(String key) {
    return pace.turn().compose(_ -> objects.read(key));
  }

  Future<Void> put(String key, ByteBuffer content) {
    return pace.turn().compose(_ -> objects.put(key, content));
  }

  Future<Void> delete(Collection<String> keys) {
    return pace.turn().compose(_ -> objects.delete(keys));
  }

  Future<Void> turn() {
    return pace.turn();
  }

  /** Without waiting for a turn: for who has waited already. */
  ObjectStore now() {
    return objects;
  }
}
