package io.sluice.testkit.upstream;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.util.Optional;
import java.util.regex.Pattern;

/** Sends one blob as the script has it. Confined to the request's context. */
final class BlobAnswer {
  private static final int CHUNK = 16 << 10;
  private static final Pattern RANGE = Pattern.compile("bytes=([0-9]+)-");

  private final Script script;
  private final HttpServerRequest request;
  private final HttpServerResponse response;
  private final RemoteBlob blob;
  private final Optional<Gate> gate;
  private final Context context;
  private final long cutAfter;
  private long from;
  private long at;
  private long end;
  private Future<Void> written = Future.succeededFuture();

  BlobAnswer(Script script, HttpServerRequest request, RemoteBlob blob) {
    this.script = script;
    this.request = request;
    this.response = request.response();
    this.blob = blob;
    this.gate = script.gate(blob.digest());
    this.context = Vertx.currentContext();
    this.end = blob.size();
    this.cutAfter = request.method().name().equals("HEAD") ? -1 : script.takeCut();
  }

  void send() {
    response.exceptionHandler(_ -> {});
    response.putHeader("Content-Type", "application/octet-stream");
    if (script.is(Mood.GZIP)) {
      response.putHeader("Content-Encoding", "gzip");
    }
    applyRange();
    if (script.is(Mood.UNKNOWN_LENGTH) || script.is(Mood.ENDLESS_BODIES)) {
      response.setChunked(true);
    } else {
      response.putHeader("Content-Length", Long.toString(end - from));
    }
    if (request.method().name().equals("HEAD")) {
      response.end();
      return;
    }
    if (script.is(Mood.SHORT_BODIES)) {
      end -= 10;
    }
    if (script.is(Mood.LONG_BODIES)) {
      end += 10;
    }
    written = response.writeHead();
    at = from;
    go();
  }

  private void applyRange() {
    var range = RANGE.matcher(String.valueOf(request.getHeader("Range")));
    if (!range.matches() || script.is(Mood.WITHOUT_RANGES)) {
      return;
    }
    from = Long.parseLong(range.group(1)) + (script.is(Mood.WRONG_RANGES) ? 1 : 0);
    response
        .setStatusCode(206)
        .putHeader("Content-Range", "bytes %d-%d/%d".formatted(from, end - 1, end));
  }

  private void go() {
    while (!response.closed()) {
      if (cutAfter >= 0 && at - from >= cutAfter) {
        cut();
        return;
      }
      if (at >= end && !script.is(Mood.ENDLESS_BODIES)) {
        finish();
        return;
      }
      long allowed = gate.map(Gate::allowed).orElse(Long.MAX_VALUE);
      if (allowed <= at) {
        gate.get().whenBeyond(at, () -> context.runOnContext(_ -> go()));
        return;
      }
      if (response.writeQueueFull()) {
        response.drainHandler(_ -> go());
        return;
      }
      write(allowed);
    }
  }

  private void write(long allowed) {
    long most = cutAfter >= 0 ? from + cutAfter - at : Long.MAX_VALUE;
    long left = script.is(Mood.ENDLESS_BODIES) ? Long.MAX_VALUE : end - at;
    long real = at < blob.size() ? blob.size() - at : Long.MAX_VALUE;
    int length =
        (int) Math.min(Math.min(CHUNK, real), Math.min(Math.min(left, most), allowed - at));
    var bytes = at < blob.size() ? blob.buffer(at, length) : Buffer.buffer(new byte[length]);
    if (script.is(Mood.OTHER_BYTES)) {
      bytes.setByte(0, (byte) ~bytes.getByte(0));
    }
    at += length;
    written = response.write(bytes);
  }

  private void finish() {
    if (script.is(Mood.SHORT_BODIES)) {
      cut();
    } else {
      response.end();
    }
  }

  /** When what was written has left, the connection goes. */
  private void cut() {
    written.onComplete(
        _ -> {
          if (request.version() == HttpVersion.HTTP_2) {
            response.reset();
          } else {
            request.connection().close();
          }
        });
  }
}
