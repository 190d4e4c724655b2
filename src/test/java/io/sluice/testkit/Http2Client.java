package io.sluice.testkit;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.PemTrustOptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A client that speaks HTTP/2 over one plain connection, without asking whether it may. */
public final class Http2Client implements AutoCloseable {
  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  private final HttpClient client;
  private final int port;

  Http2Client(int port, boolean tls) {
    this.port = port;
    this.client =
        vertx
            .httpClientBuilder()
            .with(
                new HttpClientOptions()
                    .setProtocolVersion(HttpVersion.HTTP_2)
                    .setHttp2ClearTextUpgrade(false)
                    .setSsl(tls)
                    .setUseAlpn(tls)
                    .setTrustOptions(
                        tls
                            ? new PemTrustOptions()
                                .addCertValue(Buffer.buffer(Certificates.shared().pem()))
                            : null))
            // What fails here is told by futures; only the registry's log is looked at.
            .withConnectHandler(connection -> connection.exceptionHandler(_ -> {}))
            .build();
  }

  /** Sends a request; {@code headers} are names and values in turn. */
  public Future<Answer> ask(String method, String path, byte[] body, String... headers) {
    // On the one event loop from the start: a handler that came from elsewhere could be too late.
    Promise<Answer> promise = Promise.promise();
    vertx.runOnContext(
        _ ->
            open(method, path, headers)
                .compose(request -> request.send(Buffer.buffer(body)))
                .compose(response -> read(method + " " + path, response))
                .onComplete(promise));
    return promise.future();
  }

  public Answer answer(String method, String path, byte[] body, String... headers) {
    return await(ask(method, path, body, headers));
  }

  /** Sends a request's header, to be gone on with by hand. */
  public Future<HttpClientRequest> open(String method, String path, String... headers) {
    return client
        .request(HttpMethod.valueOf(method), port, "127.0.0.1", path)
        .map(
            request -> {
              request.exceptionHandler(_ -> {});
              for (int i = 0; i < headers.length; i += 2) {
                request.putHeader(headers[i], headers[i + 1]);
              }
              return request;
            });
  }

  private static Future<Answer> read(String asked, HttpClientResponse response) {
    var headers = new HashMap<String, List<String>>();
    response
        .headers()
        .forEach(
            header ->
                headers
                    .computeIfAbsent(
                        header.getKey().toLowerCase(Locale.ROOT), _ -> new ArrayList<>())
                    .add(header.getValue()));
    return response
        .body()
        .map(body -> new Answer(asked, response.statusCode(), headers, body.getBytes()));
  }

  public static <T> T await(Future<T> future) {
    try {
      return future.await(20, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("nothing happened for 20 s", e);
    }
  }

  @Override
  public void close() {
    await(vertx.close());
  }
}
