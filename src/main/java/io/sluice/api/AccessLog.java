package io.sluice.api;

import io.vertx.core.http.HttpVersion;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line for each request, when it is over: in Zot's words, with the true latency. Confined to
 * the request's context.
 */
final class AccessLog {
  private static final Logger LOG = LoggerFactory.getLogger("io.sluice.access");

  private final Exchange exchange;
  private final List<Runnable> whenOver = new ArrayList<>();
  private boolean done;

  AccessLog(Exchange exchange) {
    this.exchange = exchange;
  }

  /** What else is to be done when the answer was given, or can't be given any more. */
  void whenOver(Runnable action) {
    if (done) {
      action.run();
    } else {
      whenOver.add(action);
    }
  }

  void watch() {
    var response = exchange.response();
    response.endHandler(_ -> over(true));
    // HTTP/2 tells of the stream's end before it tells of the answer's.
    boolean streamed = exchange.request().version() == HttpVersion.HTTP_2;
    response.closeHandler(_ -> over(streamed && response.ended()));
    response.exceptionHandler(_ -> over(false));
  }

  private void over(boolean complete) {
    if (done) {
      return;
    }
    done = true;
    whenOver.forEach(Runnable::run);
    if (!LOG.isInfoEnabled()) {
      return;
    }
    var request = exchange.request();
    LOG.atInfo()
        .addKeyValue("clientIP", exchange.clientAddress())
        .addKeyValue("user", exchange.actor())
        .addKeyValue("method", request.method().name())
        .addKeyValue("path", ShownTarget.of(request.uri()))
        .addKeyValue("statusCode", exchange.response().getStatusCode())
        .addKeyValue("latencyMs", exchange.elapsed().toNanos() / 1_000_000.0)
        .addKeyValue("bytesRead", request.bytesRead())
        .addKeyValue("bodySize", exchange.response().bytesWritten())
        .addKeyValue("complete", complete)
        .addKeyValue("userAgent", exchange.userAgent())
        .addKeyValue("requestId", exchange.requestId())
        .log("HTTP API");
  }
}
