package io.sluice.testkit.s3;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.streams.ReadStream;
import io.vertx.core.streams.WriteStream;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntConsumer;

/**
 * One request on its way through {@link FaultyS3}. Confined to the proxy's context.
 *
 * <p>The server has to see what the client signed: the path as it was sent, all headers, and {@code
 * Host} naming the proxy.
 */
final class ProxiedRequest {
  /** Those that are for one connection, and what the two HTTP implementations add themselves. */
  private static final Set<String> NOT_FORWARDED =
      Set.of("connection", "expect", "host", "keep-alive", "transfer-encoding");

  private final FaultyS3 proxy;
  private final HttpServerRequest request;
  private final HttpServerResponse response;
  private final S3Operation operation;
  private final Counts counts;
  private boolean ended;

  ProxiedRequest(FaultyS3 proxy, HttpServerRequest request, S3Operation operation, Counts counts) {
    this.proxy = proxy;
    this.request = request;
    this.response = request.response();
    this.operation = operation;
    this.counts = counts;
  }

  /** Counts it as in flight until it was answered or its connection has gone. */
  void begin() {
    counts.began(operation);
    request.exceptionHandler(_ -> end());
    response.exceptionHandler(_ -> end());
    response.endHandler(_ -> end());
    response.closeHandler(_ -> end());
  }

  private void end() {
    if (!ended) {
      ended = true;
      counts.ended();
    }
  }

  /** Goes on with a request that was paused. */
  void proceed(Fault fault) {
    if (ended) {
      return;
    }
    switch (fault) {
      case Fault.Refuse refuse -> discardThen(() -> refuse(refuse.refusal()));
      case Fault.Hang _ -> discardThen(() -> {});
      case Fault.RefuseAfterwards _,
          Fault.CutRequest _,
          Fault.CutAnswer _,
          Fault.CutAnswerAfterHead _,
          Fault.Delay _,
          Fault.None _ ->
          forward(fault);
    }
  }

  private void discardThen(Runnable then) {
    request.handler(chunk -> counts.sent(operation, chunk.length()));
    request.endHandler(_ -> then.run());
    request.resume();
  }

  private void refuse(Refusal refusal) {
    response.setStatusCode(refusal.status());
    refusal.headers().forEach(response::putHeader);
    response.putHeader("Content-Type", "application/xml");
    response.putHeader("x-amz-request-id", "0A1B2C3D4E5F");
    response.putHeader(
        "Date", DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC)));
    if (request.method().equals(HttpMethod.HEAD)) {
      response.end();
    } else {
      response.end(refusal.body());
    }
  }

  private void forward(Fault fault) {
    proxy
        .upstream(request.method(), request.uri())
        .onComplete(it -> forward(it, fault), _ -> cut());
  }

  private void forward(HttpClientRequest upstream, Fault fault) {
    // First: else a reset is logged as an error.
    upstream.exceptionHandler(_ -> cut());
    if (ended) {
      upstream.reset();
      return;
    }
    upstream.authority(request.authority());
    request
        .headers()
        .forEach(
            (name, value) -> {
              if (isForwarded(name)) {
                upstream.headers().add(name, value);
              }
            });
    upstream.setChunked(request.headers().contains("Transfer-Encoding"));
    upstream.response().onComplete(it -> answer(it, fault), _ -> cut());
    // Whoever goes first takes the other along.
    response.closeHandler(
        _ -> {
          end();
          upstream.reset();
        });
    request.exceptionHandler(
        _ -> {
          end();
          upstream.reset();
        });
    long cutAfter = fault instanceof Fault.CutRequest cut ? cut.bytes() : Long.MAX_VALUE;
    pump(
        request,
        upstream,
        cutAfter,
        bytes -> counts.sent(operation, bytes),
        () -> {
          cut();
          upstream.reset();
        });
  }

  private void answer(HttpClientResponse answer, Fault fault) {
    if (ended) {
      return;
    }
    answer.exceptionHandler(_ -> cut());
    if (fault instanceof Fault.RefuseAfterwards(Refusal refusal)) {
      answer.handler(_ -> {});
      answer.endHandler(_ -> refuse(refusal));
      return;
    }
    long cutAfter = fault instanceof Fault.CutAnswer cut ? cut.bytes() : Long.MAX_VALUE;
    if (cutAfter == 0) {
      cut();
      return;
    }
    response.setStatusCode(answer.statusCode()).setStatusMessage(answer.statusMessage());
    answer
        .headers()
        .forEach(
            (name, value) -> {
              if (isForwarded(name)) {
                response.headers().add(name, value);
              }
            });
    response.setChunked(answer.headers().contains("Transfer-Encoding"));
    if (fault instanceof Fault.CutAnswerAfterHead) {
      response.writeHead().onComplete(_ -> cut());
      return;
    }
    pump(
        answer,
        response,
        cutAfter,
        bytes -> counts.answered(operation, bytes),
        // What was written is to arrive; a reset could overtake it.
        () -> response.write(Buffer.buffer()).onComplete(_ -> cut()));
  }

  /** Passes a body on, with back-pressure, until its end or a number of bytes. */
  private static void pump(
      ReadStream<Buffer> from,
      WriteStream<Buffer> to,
      long cutAfter,
      IntConsumer count,
      Runnable cut) {
    var left = new long[] {cutAfter};
    from.handler(
        chunk -> {
          if (left[0] <= 0) {
            return;
          }
          var part = chunk.length() <= left[0] ? chunk : chunk.slice(0, (int) left[0]);
          left[0] -= part.length();
          count.accept(part.length());
          to.write(part);
          if (left[0] == 0) {
            cut.run();
          } else if (to.writeQueueFull()) {
            from.pause();
            to.drainHandler(_ -> from.resume());
          }
        });
    from.endHandler(
        _ -> {
          if (left[0] > 0) {
            to.end();
          }
        });
    from.resume();
  }

  private static boolean isForwarded(String header) {
    return !NOT_FORWARDED.contains(header.toLowerCase(Locale.ROOT));
  }

  private void cut() {
    if (!ended) {
      request.connection().close();
      end();
    }
  }
}
