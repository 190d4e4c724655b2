package io.sluice.sync;

import io.sluice.store.Content;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * What a reader still wants of a blob that is in the store by now, piece by piece; one read at a
 * time. Confined to the reader's context.
 */
final class StoredRest {
  private final Vertx vertx;
  private final Content content;
  private final Queue<Buffer> ahead = new ArrayDeque<>();
  private long offset;
  private @Nullable Promise<Buffer> wanted;
  private @Nullable Throwable failure;

  /** Takes the content over. */
  StoredRest(Vertx vertx, Content content) {
    this.vertx = vertx;
    this.content = content;
    if (content instanceof Content.Streamed streamed) {
      listen(streamed.stream());
    }
  }

  /** The next bytes; a stream's pieces may be larger than {@code most}. */
  Future<Buffer> read(int most) {
    return switch (content) {
      case Content.InMemory(Buffer bytes) -> {
        int from = (int) offset;
        int length = Math.min(most, bytes.length() - from);
        offset += length;
        yield Future.succeededFuture(bytes.slice(from, from + length));
      }
      case Content.InFile file ->
          vertx
              .executeBlocking(
                  () -> read(file, (int) Math.min(most, file.length() - offset)), false)
              .onSuccess(bytes -> offset += bytes.length());
      case Content.Streamed streamed -> {
        Promise<Buffer> next = Promise.promise();
        if (!ahead.isEmpty()) {
          next.complete(ahead.remove());
        } else if (failure != null) {
          next.fail(failure);
        } else {
          wanted = next;
          streamed.stream().fetch(1);
        }
        yield next.future();
      }
    };
  }

  void close() {
    var _ =
        vertx.executeBlocking(
            () -> {
              content.close();
              return true;
            },
            false);
  }

  private void listen(ReadStream<Buffer> stream) {
    stream.exceptionHandler(this::fail);
    stream.endHandler(_ -> fail(new EOFException("the stored blob ended before its size")));
    stream.handler(
        bytes -> {
          stream.pause();
          var reader = wanted;
          wanted = null;
          if (reader == null) {
            // It was on its way already.
            ahead.add(bytes);
          } else {
            reader.complete(bytes);
          }
        });
  }

  private void fail(Throwable cause) {
    failure = cause;
    if (wanted != null) {
      wanted.tryFail(cause);
    }
  }

  private Buffer read(Content.InFile file, int length) throws IOException {
    var bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      if (file.channel().read(bytes, file.offset() + offset + bytes.position()) < 0) {
        throw new EOFException("the stored blob is shorter than its link says");
      }
    }
    return Buffer.buffer(bytes.array());
  }
}
