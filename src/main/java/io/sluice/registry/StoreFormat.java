package io.sluice.registry;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.store.ObjectNotFound;
import io.sluice.store.ObjectStore;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * {@code format.json}: says whose layout a store has, so that nobody writes into one that they
 * don't understand.
 */
public final class StoreFormat {
  private static final String OURS = "{\"format\":\"sluice\",\"version\":1}\n";

  private StoreFormat() {}

  /** Marks a new store; fails with {@link IllegalStateException} when it is of another version. */
  public static Future<Void> check(ObjectStore store) {
    return store
        .read(Layout.FORMAT)
        .compose(StoreFormat::compare)
        .recover(
            cause ->
                cause instanceof ObjectNotFound
                    ? store.put(
                        Layout.FORMAT, ByteBuffer.wrap(OURS.getBytes(StandardCharsets.UTF_8)))
                    : Future.failedFuture(cause));
  }

  /** Fails with {@link ObjectNotFound} if nobody has begun to store here. */
  public static Future<Void> require(ObjectStore store) {
    return store.read(Layout.FORMAT).compose(StoreFormat::compare);
  }

  private static Future<Void> compare(Buffer found) {
    try {
      var json = new ObjectMapper().readTree(found.getBytes());
      if (json.path("format").asText().equals("sluice") && json.path("version").asInt() == 1) {
        return Future.succeededFuture();
      }
    } catch (IOException e) {
      // not JSON, so not ours either
    }
    return Future.failedFuture(
        new IllegalStateException(
            "the store's format.json is not of this version of Sluice (format sluice, version 1): "
                + found.toString().strip()));
  }
}
