package io.sluice.upload;

import io.sluice.store.Content;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.EOFException;
import java.nio.ByteBuffer;
import java.util.function.Function;

/** Reads what the store opened, whichever form it comes in. */
final class Contents {
  private static final int CHUNK = 1 << 20;

  private Contents() {}

  /**
   * Hands all bytes to {@code sink}, piece by piece, each when it is done with the one before. The
   * content is used up, also when something fails.
   */
  static Future<Void> forEach(
      UploadResources resources, Content content, Function<ByteBuffer, Future<Void>> sink) {
    return switch (content) {
      case Content.InMemory memory -> sink.apply(ByteBuffer.wrap(memory.bytes().getBytes()));
      case Content.InFile file ->
          chunks(
                  resources,
                  file,
                  0,
                  ByteBuffer.allocate((int) Math.min(CHUNK, file.length())),
                  sink)
              .eventually(
                  () ->
                      resources
                          .hashing()
                          .executeBlocking(
                              () -> {
                                file.close();
                                return true;
                              },
                              false));
      case Content.Streamed streamed -> pieces(streamed, sink);
    };
  }

  private static Future<Void> chunks(
      UploadResources resources,
      Content.InFile file,
      long at,
      ByteBuffer buffer,
      Function<ByteBuffer, Future<Void>> sink) {
    if (at == file.length()) {
      return Future.succeededFuture();
    }
    return resources
        .hashing()
        .executeBlocking(
            () -> {
              buffer.clear().limit((int) Math.min(buffer.capacity(), file.length() - at));
              if (file.channel().read(buffer, file.offset() + at) < 0) {
                throw new EOFException("the object is shorter than what was written");
              }
              return buffer.flip().remaining();
            },
            false)
        .compose(
            read ->
                sink.apply(buffer).compose(_ -> chunks(resources, file, at + read, buffer, sink)));
  }

  private static Future<Void> pieces(
      Content.Streamed content, Function<ByteBuffer, Future<Void>> sink) {
    Promise<Void> promise = Promise.promise();
    var stream = content.stream();
    stream.exceptionHandler(promise::tryFail);
    stream.endHandler(_ -> promise.tryComplete());
    stream.handler(
        bytes -> {
          stream.pause();
          sink.apply(ByteBuffer.wrap(bytes.getBytes()))
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
}
