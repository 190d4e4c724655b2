package io.sluice.bench;

import io.sluice.oci.Digest;
import io.vertx.core.buffer.Buffer;

/**
 * A blob to push, described rather than held: {@code shared} bytes of the endless {@link Content},
 * then its own.
 *
 * @param shared how many bytes come from {@link Content#chunk}
 * @param rest what follows them; only read
 */
record Blob(Digest digest, long shared, Buffer rest) {

  /** A blob that is in memory as a whole, such as a config; hashes on the calling thread. */
  static Blob of(byte[] bytes) {
    return new Blob(Digest.sha256(bytes), 0, Buffer.buffer(bytes));
  }

  long size() {
    return shared + rest.length();
  }
}
