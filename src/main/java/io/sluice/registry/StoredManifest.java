package io.sluice.registry;

import io.sluice.oci.Digest;
import io.sluice.oci.Manifest;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;

/**
 * A manifest as it was pushed.
 *
 * @param mediaType the {@code Content-Type} it is served with
 * @param bytes never changed by anybody
 */
public record StoredManifest(Digest digest, String mediaType, Buffer bytes) {

  /**
   * Reads the object of a revision: a line of JSON, then the manifest.
   *
   * @throws IllegalStateException when it is damaged
   */
  public static StoredManifest decode(Digest digest, Buffer object) {
    try {
      var revision = StoredRevision.parse(object);
      return new StoredManifest(digest, revision.mediaType(), revision.manifest());
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException("the stored manifest " + digest + " is damaged", e);
    }
  }

  /** What it says; it was checked when it was pushed. */
  public Future<Manifest> read() {
    return ManifestReader.read(bytes, mediaType);
  }
}
