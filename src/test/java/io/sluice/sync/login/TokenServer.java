package io.sluice.sync.login;

import io.sluice.Await;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** A service that gives tokens: keeps what it was sent, and answers as the test says. */
final class TokenServer implements AutoCloseable {
  private final HttpServer server;
  private final List<Sent> sent = new CopyOnWriteArrayList<>();
  private volatile Consumer<HttpServerRequest> answer = answering(200, "{}");

  /** A request, and its body as text. */
  record Sent(String method, String path, MultiMap headers, String body) {
    Map<String, String> form() {
      var form = new TreeMap<String, String>();
      for (var pair : body.split("&", -1)) {
        var parts = pair.split("=", 2);
        form.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
      }
      return form;
    }
  }

  TokenServer(Vertx vertx) {
    server =
        Await.result(
            vertx
                .createHttpServer()
                .requestHandler(
                    request ->
                        request
                            .body()
                            .onSuccess(
                                body -> {
                                  sent.add(
                                      new Sent(
                                          request.method().name(),
                                          request.path(),
                                          request.headers(),
                                          body.toString()));
                                  answer.accept(request);
                                }))
                .listen(0, "127.0.0.1"));
  }

  void answers(int status, String body) {
    answer = answering(status, body);
  }

  void answersBy(Consumer<HttpServerRequest> handler) {
    answer = handler;
  }

  private static Consumer<HttpServerRequest> answering(int status, String body) {
    return request ->
        request.response().setStatusCode(status).putHeader("Metadata-Flavor", "Google").end(body);
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.actualPort() + path);
  }

  List<Sent> sent() {
    return sent;
  }

  Sent last() {
    return sent.getLast();
  }

  @Override
  public void close() {
    Await.result(server.close());
  }
}
