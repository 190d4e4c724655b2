package io.sluice.registry;

import io.sluice.oci.Manifest;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.concurrent.Callable;

/**
 * Reads manifests: large ones on a worker, since megabytes of JSON take longer than an event loop
 * may stand still. The answer comes on the caller's context.
 */
final class ManifestReader {

  /** Nearly all manifests are smaller; parsing as much takes about a millisecond. */
  private static final int ON_LOOP = 64 << 10;

  private ManifestReader() {}

  /** Reads one as {@link Manifest#parse} does. */
  static Future<Manifest> read(Buffer bytes, String mediaType) {
    return read(bytes, () -> Manifest.parse(bytes.getBytes(), mediaType));
  }

  /** Does something with the bytes of a manifest whose time grows with their number. */
  static <T> Future<T> read(Buffer bytes, Callable<T> reading) {
    var context = Vertx.currentContext();
    if (context != null && bytes.length() > ON_LOOP) {
      return context.executeBlocking(reading, false);
    }
    try {
      return Future.succeededFuture(reading.call());
    } catch (Exception e) {
      return Future.failedFuture(e);
    }
  }
}
