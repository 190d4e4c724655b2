package io.sluice.upload;

import io.sluice.oci.Digest;
import io.sluice.store.Content;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.EOFException;
import java.nio.ByteBuffer;

/**
 * Computes a digest from what is stored. The one case in which an upload's bytes are read again.
 */
final class ReadBack {
  private static final int CHUNK = 256 << 10;

  private ReadBack() {}

  static Future<Digest> digest(
      UploadResources resources, String key, long size, Digest.Algorithm algorithm) {
    var digest = new StreamDigest(resources.hashing(), algorithm);
    return resources
        .store()
        .open(key, 0, size)
        .compose(
            content ->
                switch (content) {
                  case Content.InMemory memory ->
                      digest
                          .update(ByteBuffer.wrap(memory.bytes().getBytes()))
                          .compose(_ -> digest.finish());
                  case Content.InFile file ->
                      resources.hashing().executeBlocking(() -> hash(file, algorithm), false);
                  case Content.Streamed streamed -> hash(streamed, digest);
                });
  }

  private static Digest hash(Content.InFile file, Digest.Algorithm algorithm)
      throws java.io.IOException {
    var hasher = algorithm.newHasher();
    var buffer = ByteBuffer.allocate(CHUNK);
    try (var channel = file.channel()) {
      long at = file.offset();
      long end = at + file.length();
      while (at < end) {
        buffer.clear().limit((int) Math.min(CHUNK, end - at));
        int read = channel.read(buffer, at);
        if (read < 0) {
          throw new EOFException("the object is shorter than what was written");
        }
        hasher.update(buffer.flip());
        at += read;
      }
    }
    return Digest.of(algorithm, hasher);
  }

  private static Future<Digest> hash(Content.Streamed content, StreamDigest digest) {
    Promise<Digest> promise = Promise.promise();
    var stream = content.stream();
    stream.exceptionHandler(promise::tryFail);
    stream.endHandler(_ -> digest.finish().onComplete(promise));
    stream.handler(
        bytes -> {
          stream.pause();
          digest.update(ByteBuffer.wrap(bytes.getBytes())).onSuccess(_ -> stream.resume());
        });
    stream.resume();
    return promise.future();
  }
}
