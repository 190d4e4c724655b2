package io.sluice.sync.upstream;

import io.sluice.oci.Digest;
import io.vertx.core.buffer.Buffer;

/**
 * A manifest as an upstream sent it.
 *
 * @param digest of these bytes: computed here, and the one that was asked for or promised
 * @param mediaType without parameters; the manifest's own word where the answer had none
 */
public record RemoteManifest(Digest digest, String mediaType, Buffer bytes) {}
