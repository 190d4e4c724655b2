package io.sluice.api;

import static io.sluice.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Await;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Lines from one context to a client of another. */
class LineStreamTest {
  private static final int MANY = 200_000;

  private final Vertx vertx = Vertx.vertx();
  private final Context writer = vertx.getOrCreateContext();
  private final AtomicInteger written = new AtomicInteger();
  private final Promise<Void> over = Promise.promise();

  @AfterEach
  void close() {
    Await.result(vertx.close());
  }

  private int serve(int lines) {
    var server =
        vertx
            .createHttpServer()
            .requestHandler(
                request -> {
                  var stream = new LineStream(request.response());
                  Promise<Void> all = Promise.promise();
                  writer.runOnContext(_ -> write(stream, 0, lines).onComplete(all));
                  var home = vertx.getOrCreateContext();
                  all.future()
                      .onComplete(
                          result ->
                              home.runOnContext(
                                  _ ->
                                      (result.succeeded()
                                              ? stream
                                                  .last(new JsonObject().put("end", lines))
                                                  .compose(_ -> request.response().end())
                                              : Future.<Void>failedFuture(result.cause()))
                                          .onComplete(this::ended)));
                })
            .listen(0, "127.0.0.1");
    return Await.result(server).actualPort();
  }

  private void ended(AsyncResult<Void> result) {
    boolean first = result.succeeded() ? over.tryComplete() : over.tryFail(result.cause());
    assertThat(first || over.future().isComplete()).isTrue();
  }

  private Future<Void> write(LineStream stream, int from, int lines) {
    for (int i = from; i < lines; i++) {
      var room = stream.write(new JsonObject().put("line", i).put("why", "not among the newest"));
      written.incrementAndGet();
      if (!room.isComplete()) {
        int next = i + 1;
        return room.compose(_ -> write(stream, next, lines));
      }
      if (room.failed()) {
        return room;
      }
    }
    return Future.succeededFuture();
  }

  @Test
  void everyLineComesOnceAndInOrder() throws Exception {
    int port = serve(20_000);
    try (var client = HttpClient.newHttpClient()) {
      var answer =
          client.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port)).build(),
              BodyHandlers.ofString());
      var lines = answer.body().lines().toList();
      assertThat(lines).hasSize(20_001);
      for (int i = 0; i < 20_000; i++) {
        assertThat(lines.get(i)).startsWith("{\"line\":" + i + ",");
      }
      assertThat(lines.getLast()).isEqualTo("{\"end\":20000}");
    }
  }

  /** It may be on its way before the writer has gone on. */
  @Test
  void howeverQuicklyALineIsSentTheEndComesBehindIt() throws Exception {
    int port = serve(1);
    try (var client = HttpClient.newHttpClient()) {
      for (int i = 0; i < 3000; i++) {
        var answer =
            client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port))
                    .timeout(Duration.ofSeconds(10))
                    .build(),
                BodyHandlers.ofString());
        assertThat(answer.body().lines().toList().getLast()).isEqualTo("{\"end\":1}");
      }
    }
  }

  @Test
  void whoReadsNothingHoldsTheWriterUpAndWhoLeavesEndsIt() throws IOException {
    int port = serve(MANY);
    try (var socket = new Socket()) {
      socket.setReceiveBufferSize(4 << 10);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      socket
          .getOutputStream()
          .write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(socket.getInputStream().read()).isEqualTo('H');
      assertThat(over.future().isComplete()).isFalse();
    }
    eventually(over::future, future -> assertThat(future.failed()).isTrue());
    assertThat(over.future().cause()).isInstanceOf(ClientGone.class);
    assertThat(written.get()).isLessThan(MANY);
  }
}
