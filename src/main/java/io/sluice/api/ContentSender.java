package io.sluice.api;

import io.sluice.store.Content;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpVersion;
import java.io.EOFException;
import java.nio.ByteBuffer;

/**
 * Sends content as the body of an answer whose headers are set: as fast as the client takes it, and
 * no faster.
 */
final class ContentSender {
  private static final int CHUNK = 128 << 10;

  private ContentSender() {}

  static Future<Void> send(Exchange exchange, Content content) {
    var response = exchange.response();
    return switch (content) {
      case Content.InMemory(Buffer bytes) -> response.end(bytes);
      case Content.InFile file ->
          (exchange.request().version() == HttpVersion.HTTP_2 || exchange.request().isSSL()
                  ? sendChunks(exchange, file, 0)
                  : response.sendFile(file.channel(), file.offset(), file.length()))
              .onComplete(_ -> exchange.vertx().executeBlocking(() -> close(file), false));
      case Content.Streamed streamed -> {
        exchange.whenOver(streamed::close);
        // A stream that fails must not end the answer: it would pass for complete.
        yield streamed.stream()
            .pipe()
            .endOnFailure(false)
            .to(response)
            .onFailure(_ -> streamed.close());
      }
    };
  }

  private static boolean close(Content.InFile file) {
    file.close();
    return true;
  }

  /** HTTP/2 frames its data and TLS encrypts it, so the kernel can't send the file by itself. */
  private static Future<Void> sendChunks(Exchange exchange, Content.InFile file, long sent) {
    long left = file.length() - sent;
    if (left == 0) {
      return exchange.response().end();
    }
    return exchange
        .vertx()
        .executeBlocking(() -> read(file, sent, (int) Math.min(left, CHUNK)), false)
        .compose(
            bytes ->
                exchange
                    .response()
                    .write(bytes)
                    .compose(_ -> sendChunks(exchange, file, sent + bytes.length())));
  }

  private static Buffer read(Content.InFile file, long at, int length) throws java.io.IOException {
    var bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      if (file.channel().read(bytes, file.offset() + at + bytes.position()) < 0) {
        throw new EOFException("the object is shorter than its link says");
      }
    }
    return Buffer.buffer(bytes.array());
  }
}
