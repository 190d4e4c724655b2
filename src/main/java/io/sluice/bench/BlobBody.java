package io.sluice.bench;

import io.vertx.core.Future;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.net.impl.ConnectionBase;

/**
 * Sends a blob as the body of a request, as fast as the socket takes it. Confined to the request's
 * context.
 */
final class BlobBody {
  private static final int WRITE_QUEUE = 512 << 10;

  private final HttpClientRequest request;
  private final Blob blob;
  private long sent;
  private boolean stopped;
  private boolean through;

  private BlobBody(HttpClientRequest request, Blob blob) {
    this.request = request;
    this.blob = blob;
  }

  /**
   * Sends with chunked transfer coding, and answers the response; when that comes before the body
   * is through, the rest is not sent and the connection is given up.
   */
  static Future<HttpClientResponse> send(HttpClientRequest request, Blob blob) {
    var body = new BlobBody(request.setChunked(true), blob);
    request.setWriteQueueMaxSize(WRITE_QUEUE);
    request.drainHandler(_ -> body.pump());
    // What goes wrong fails the response as well; without a handler it would be logged, too.
    request.exceptionHandler(_ -> body.stopped = true);
    body.pump();
    return request.response().compose(body::answered);
  }

  private void pump() {
    while (!stopped && !request.writeQueueFull()) {
      if (sent == blob.shared()) {
        stopped = true;
        request.end(blob.rest()).onSuccess(_ -> through = true);
        return;
      }
      var chunk = Content.chunk(sent, blob.shared() - sent);
      sent += chunk.length();
      if (request.write(chunk).failed()) {
        stopped = true;
      }
    }
  }

  private Future<HttpClientResponse> answered(HttpClientResponse response) {
    if (through) {
      return Future.succeededFuture(response);
    }
    stopped = true;
    response.end().onComplete(_ -> cut());
    return Future.succeededFuture(response);
  }

  /**
   * Closes the channel itself: a reset after the answer would leave the connection in the pool, and
   * closing it Vert.x's way waits for the writes that the server doesn't read.
   */
  private void cut() {
    if (request.connection() instanceof ConnectionBase connection) {
      var _ = connection.channel().close();
    } else {
      request.connection().close();
    }
  }
}
