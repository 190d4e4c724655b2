package io.sluice.api;

import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.sluice.upload.UploadWriter;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request, read when it is wanted and only as fast as it is taken. Confined to the
 * request's context; the request must be paused.
 */
final class RequestBody {

  /**
   * So much of a body that nobody wants is read and thrown away, to keep the connection; beyond, it
   * is closed.
   */
  private static final long DISCARD = 1 << 20;

  private static final long DISCARD_MILLIS = 5000;

  /** RFC 9113, 7. */
  private static final long NO_ERROR = 0;

  private final Vertx vertx;
  private final HttpServerRequest request;
  private final Connections.Connection.Activity activity;
  private boolean continued;
  private @Nullable Promise<Void> reading;
  private @Nullable Throwable gone;

  RequestBody(Vertx vertx, HttpServerRequest request, Connections.Connection.Activity activity) {
    this.vertx = vertx;
    this.request = request;
    this.activity = activity;
    // From the beginning: a client that goes before its body is wanted must be known by then.
    request.exceptionHandler(this::gone);
  }

  private void gone(Throwable cause) {
    gone = cause;
    if (reading != null) {
      reading.tryFail(new ClientGone(cause));
    }
  }

  /** How many bytes were announced, or -1 (chunked coding, HTTP/2 without a length). */
  long announced() {
    var header = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    try {
      return header == null ? (isBodyless() ? 0 : -1) : Long.parseLong(header);
    } catch (NumberFormatException e) {
      throw new RegistryException(
          new RegistryError.RequestInvalid(
              "Content-Length", header == null ? "" : header, "a number of bytes"));
    }
  }

  /** HTTP/1.1 has a body only if one of two headers says so. */
  private boolean isBodyless() {
    return isHttp2() ? request.isEnded() : request.getHeader(HttpHeaders.TRANSFER_ENCODING) == null;
  }

  /**
   * Writes all of it into an upload; fails when the client goes away in the middle, or the upload
   * fails.
   *
   * @param expected how many bytes it has by the client's word, or -1; more are not written, and
   *     fewer fail as well
   */
  Future<Void> writeTo(UploadWriter writer, long expected) {
    Promise<Void> done = Promise.promise();
    var count = new long[1];
    writer.exceptionHandler(done::tryFail);
    writer.drainHandler(
        _ -> {
          activity.awaitBody();
          request.resume();
        });
    read(
        done,
        bytes -> {
          long room = expected < 0 ? bytes.length() : expected - count[0];
          count[0] += bytes.length();
          if (bytes.length() > room) {
            writer.write(bytes.slice(0, (int) room));
            done.tryFail(mismatch(expected, count[0]));
            return;
          }
          writer.write(bytes).onFailure(done::tryFail);
          if (writer.writeQueueFull()) {
            activity.stopAwaiting();
            request.pause();
          }
        });
    return done.future()
        .onComplete(
            _ -> {
              writer.drainHandler(null);
              writer.exceptionHandler(null);
            })
        .compose(
            _ ->
                expected >= 0 && count[0] < expected
                    ? Future.failedFuture(mismatch(expected, count[0]))
                    : Future.succeededFuture());
  }

  private static RegistryException mismatch(long expected, long actual) {
    return new RegistryException(new RegistryError.SizeMismatch(expected, actual));
  }

  /** All of it in memory; fails with this error when there are more bytes than {@code limit}. */
  Future<Buffer> collect(int limit, RegistryError tooLarge) {
    if (announced() > limit) {
      return Future.failedFuture(new RegistryException(tooLarge));
    }
    Promise<Void> done = Promise.promise();
    var body = Buffer.buffer();
    read(
        done,
        bytes -> {
          if (body.length() + bytes.length() > limit) {
            done.tryFail(new RegistryException(tooLarge));
          } else {
            body.appendBuffer(bytes);
          }
        });
    return done.future().map(body);
  }

  private interface Sink {
    void take(Buffer bytes);
  }

  private void read(Promise<Void> done, Sink sink) {
    reading = done;
    if (gone != null) {
      done.tryFail(new ClientGone(gone));
      return;
    }
    request.endHandler(_ -> done.tryComplete());
    request.handler(
        bytes -> {
          activity.awaitBody();
          if (!done.future().isComplete()) {
            sink.take(bytes);
          }
        });
    done.future()
        .onComplete(
            result -> {
              activity.stopAwaiting();
              if (result.failed()) {
                request.pause();
              }
            });
    sendContinue();
    activity.awaitBody();
    request.resume();
  }

  private void sendContinue() {
    var expect = request.getHeader(HttpHeaders.EXPECT);
    if (expect != null && expect.equalsIgnoreCase("100-continue") && !continued) {
      continued = true;
      request.response().writeContinue();
    }
  }

  /**
   * Whether the answer should say that the connection will be closed: a large body is on its way
   * that nobody wants.
   */
  boolean mustClose() {
    if (isHttp2()) {
      return false; // its connections are not bound to one request
    }
    boolean waiting = request.getHeader(HttpHeaders.EXPECT) != null && !continued;
    var length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    return !request.isEnded() && (waiting || length != null && length.length() > 6);
  }

  /** After the answer: gets rid of what is left of the body. */
  void discard() {
    if (request.isEnded() || gone != null) {
      return;
    }
    // A request without a body looks like one that goes on until it is read to its end.
    var timer = new long[] {-1};
    var left = new long[] {DISCARD};
    request.exceptionHandler(_ -> vertx.cancelTimer(timer[0]));
    request.endHandler(_ -> vertx.cancelTimer(timer[0]));
    request.handler(
        bytes -> {
          left[0] -= bytes.length();
          if (left[0] < 0) {
            refuseRest();
          }
        });
    request.resume();
    if (!request.isEnded()) {
      timer[0] = vertx.setTimer(DISCARD_MILLIS, _ -> refuseRest());
    }
  }

  /** RFC 9113, 8.1: after the answer, a stream may be reset without an error. */
  private void refuseRest() {
    if (isHttp2()) {
      request.response().reset(NO_ERROR);
    } else {
      request.connection().close();
    }
  }

  private boolean isHttp2() {
    return request.version() == HttpVersion.HTTP_2;
  }
}
