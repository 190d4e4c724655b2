package io.sluice.api;

import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * An answer of one JSON object after the other, each in a line ({@code application/x-ndjson}), at
 * the client's pace. Confined to the context of whoever writes, which is another one than the
 * response's.
 *
 * <p>What is there is sent at once; what comes while that is on its way is collected, and goes
 * together. When that is much, the writer has to wait.
 */
final class LineStream {
  private static final CharSequence TYPE = HttpHeaders.createOptimized("application/x-ndjson");
  private static final int MUCH = 16 << 10;

  private final Context home;
  private final HttpServerResponse response;
  private Buffer collected = Buffer.buffer();
  private @Nullable Context writer;
  private @Nullable Future<Void> sending;

  /** To be made on the response's context. The answer begins with the first line. */
  LineStream(HttpServerResponse response) {
    this.home = Vertx.currentContext();
    this.response = response;
  }

  /** Completes when there is room for more; fails with {@link ClientGone}. */
  Future<Void> write(JsonObject line) {
    collected.appendBuffer(line.toBuffer()).appendByte((byte) '\n');
    writer = Vertx.currentContext();
    var before = sending;
    if (before == null) {
      // Doesn't wait for what it sends; who comes next may.
      send();
      return Future.succeededFuture();
    }
    return collected.length() < MUCH ? Future.succeededFuture() : before;
  }

  private void send() {
    var next = collected;
    collected = Buffer.buffer();
    var here = Vertx.currentContext();
    Promise<Void> done = ((ContextInternal) here).promise();
    sending = done.future();
    // Back by a task of its own, since it may have been sent before this method ends.
    home.runOnContext(
        _ -> push(next).onComplete(result -> here.runOnContext(_ -> wasSent(result, done))));
  }

  /** A failure stays, for whoever writes next. */
  private void wasSent(AsyncResult<Void> result, Promise<Void> done) {
    if (result.succeeded()) {
      sending = null;
      if (collected.length() > 0) {
        send();
      }
    }
    done.handle(result);
  }

  /**
   * On the response's context, when nobody writes any more: sends what is left, and a last line.
   * The answer is not ended with that.
   */
  Future<Void> last(JsonObject line) {
    var context = writer;
    if (context == null) {
      return push(line.toBuffer().appendByte((byte) '\n'));
    }
    Promise<Void> done = ((ContextInternal) home).promise();
    context.runOnContext(_ -> write(line).compose(_ -> sent()).onComplete(done));
    return done.future();
  }

  private Future<Void> sent() {
    return sending == null ? Future.succeededFuture() : sending.compose(_ -> sent());
  }

  private Future<Void> push(Buffer lines) {
    if (response.closed() || response.ended()) {
      return Future.failedFuture(new ClientGone(new IllegalStateException("it reads no more")));
    }
    if (!response.headWritten()) {
      response
          .setChunked(true)
          .putHeader(HttpHeaders.CONTENT_TYPE, TYPE)
          .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    }
    return response.write(lines).recover(cause -> Future.failedFuture(new ClientGone(cause)));
  }
}
