package io.sluice.upload;

import io.sluice.oci.Digest;
import io.vertx.core.Future;

/**
 * Computes a digest from what is stored. The one case in which an upload's bytes are read again.
 */
final class ReadBack {
  private ReadBack() {}

  static Future<Digest> digest(
      UploadResources resources, String key, long size, Digest.Algorithm algorithm) {
    var digest = new StreamDigest(resources.hashing(), algorithm);
    return resources
        .store()
        .open(key, 0, size)
        .compose(content -> Contents.forEach(resources, content, digest::update))
        .compose(_ -> digest.finish());
  }
}
