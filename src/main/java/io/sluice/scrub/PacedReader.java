package io.sluice.scrub;

import io.sluice.oci.Digest;
import io.sluice.store.Content;
import io.sluice.store.ObjectStore;
import io.sluice.store.Steps;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.stream.LongStream;

/**
 * Reads objects at a pace, in pieces: between two of them nothing is held, neither memory nor a
 * connection. Confined to the pass's context; one object at a time.
 */
final class PacedReader {
  /** What is asked of the store at once. */
  private static final int PIECE = 4 << 20;

  private static final int BUFFER = 256 << 10;

  /** A quarter of a millisecond at the 300 MB/s of a CPU without SHA instructions. */
  private static final int ON_LOOP = 64 << 10;

  private final Pace pace;
  private final WorkerExecutor workers;
  private final Tally tally;

  PacedReader(Pace pace, WorkerExecutor workers, Tally tally) {
    this.pace = pace;
    this.workers = workers;
    this.tally = tally;
  }

  /** A small object whole. */
  Future<Buffer> read(ObjectStore store, String key, long size) {
    return pace.take(size)
        .compose(_ -> store.read(key))
        .onSuccess(
            bytes -> {
              tally.objects++;
              tally.bytes += bytes.length();
            });
  }

  /** The digest of the first {@code size} bytes of an object, which must have so many. */
  Future<Digest> digest(ObjectStore store, String key, long size, Digest.Algorithm algorithm) {
    var hasher = algorithm.newHasher();
    Iterable<Long> offsets =
        () -> LongStream.iterate(0, at -> at < size, at -> at + PIECE).boxed().iterator();
    return Steps.each(
            offsets,
            at -> {
              long length = Math.min(PIECE, size - at);
              return pace.take(length)
                  .compose(_ -> store.open(key, at, length))
                  .compose(content -> hash(content, hasher))
                  .onSuccess(_ -> tally.bytes += length);
            })
        .map(
            _ -> {
              tally.objects++;
              return Digest.of(algorithm, hasher);
            });
  }

  /** The digest of bytes at hand. */
  Future<Digest> digest(Buffer bytes, Digest.Algorithm algorithm) {
    var hasher = algorithm.newHasher();
    return update(hasher, bytes).map(_ -> Digest.of(algorithm, hasher));
  }

  private Future<Void> hash(Content content, MessageDigest hasher) {
    return switch (content) {
      case Content.InMemory memory -> update(hasher, memory.bytes());
      case Content.InFile file -> blocking(() -> hash(file, hasher));
      case Content.Streamed streamed -> hash(streamed, hasher);
    };
  }

  private Future<Void> update(MessageDigest hasher, Buffer bytes) {
    if (bytes.length() <= ON_LOOP) {
      hasher.update(bytes.getBytes());
      return Future.succeededFuture();
    }
    return blocking(() -> hasher.update(bytes.getBytes()));
  }

  private static void hash(Content.InFile file, MessageDigest hasher) throws IOException {
    try (var channel = file.channel()) {
      var buffer = ByteBuffer.allocate((int) Math.min(BUFFER, file.length()));
      for (long at = 0; at < file.length(); ) {
        buffer.clear().limit((int) Math.min(buffer.capacity(), file.length() - at));
        int read = channel.read(buffer, file.offset() + at);
        if (read < 0) {
          throw new EOFException("the object has become shorter");
        }
        hasher.update(buffer.flip());
        at += read;
      }
    }
  }

  private Future<Void> hash(Content.Streamed content, MessageDigest hasher) {
    Promise<Void> promise = Promise.promise();
    var stream = content.stream();
    var received = new long[1];
    stream.exceptionHandler(promise::tryFail);
    stream.endHandler(
        _ -> {
          if (received[0] == content.length()) {
            promise.tryComplete();
          } else {
            promise.tryFail(new EOFException("the store sent less than was asked for"));
          }
        });
    stream.handler(
        bytes -> {
          received[0] += bytes.length();
          if (bytes.length() <= ON_LOOP) {
            hasher.update(bytes.getBytes());
            return;
          }
          stream.pause();
          update(hasher, bytes)
              .onSuccess(_ -> stream.resume())
              .onFailure(
                  cause -> {
                    content.close();
                    promise.tryFail(cause);
                  });
        });
    stream.resume();
    return promise.future();
  }

  private Future<Void> blocking(Work work) {
    return workers
        .executeBlocking(
            () -> {
              work.run();
              return true;
            },
            false)
        .mapEmpty();
  }

  @FunctionalInterface
  private interface Work {
    void run() throws IOException;
  }
}
