package io.sluice.sync.login;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.TrustOptions;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/**
 * Calls to services that give logins: small answers, in bounded time, no redirect followed. Fails
 * with {@link LoginFailure}, which names the service and what is wrong, and nothing that was sent.
 */
final class TokenCalls {
  private static final int MAX_ANSWER_BYTES = 256 * 1024;
  private static final int CONNECT_MILLIS = 5_000;

  private final HttpClient client;
  private final long timeoutMillis;

  /** An answer, whatever its status. */
  record Answer(int status, Map<String, String> headers, Buffer body) {}

  TokenCalls(Vertx vertx, Optional<TrustOptions> trust, long timeoutMillis) {
    var options = new HttpClientOptions().setConnectTimeout(CONNECT_MILLIS);
    trust.ifPresent(options::setTrustOptions);
    this.client = vertx.createHttpClient(options);
    this.timeoutMillis = timeoutMillis;
  }

  Future<Answer> post(URI url, Map<String, String> headers, String body) {
    return call(HttpMethod.POST, url, headers, Buffer.buffer(body));
  }

  Future<Answer> get(URI url, Map<String, String> headers) {
    return call(HttpMethod.GET, url, headers, Buffer.buffer());
  }

  Future<Void> close() {
    return client.close();
  }

  /** Scheme, host and path: a query may hold what is nobody's business. */
  static String shown(URI url) {
    var port = url.getPort() < 0 ? "" : ":" + url.getPort();
    return url.getScheme() + "://" + url.getHost() + port + url.getRawPath();
  }

  private Future<Answer> call(
      HttpMethod method, URI url, Map<String, String> headers, Buffer body) {
    RequestOptions options;
    try {
      options = new RequestOptions().setMethod(method).setAbsoluteURI(url.toURL());
    } catch (java.net.MalformedURLException | IllegalArgumentException e) {
      return Future.failedFuture(new LoginFailure("the URL of the service is none"));
    }
    headers.forEach(options::putHeader);
    var sent = client.request(options);
    return sent.compose(request -> request.send(body).compose(it -> read(request, it)))
        .timeout(timeoutMillis, TimeUnit.MILLISECONDS)
        .recover(
            e -> {
              sent.onSuccess(HttpClientRequest::reset);
              return Future.failedFuture(
                  new LoginFailure(shown(url) + " gave no login: " + reason(e)));
            });
  }

  private static Future<Answer> read(HttpClientRequest request, HttpClientResponse response) {
    var whole = Promise.<Answer>promise();
    var body = Buffer.buffer();
    response
        .handler(
            part -> {
              if (body.length() + part.length() > MAX_ANSWER_BYTES) {
                whole.tryFail(new LoginFailure("its answer is too long"));
                request.reset();
              } else {
                body.appendBuffer(part);
              }
            })
        .exceptionHandler(whole::tryFail)
        .endHandler(
            _ -> {
              var headers = new java.util.TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
              response.headers().forEach(headers::put);
              whole.tryComplete(new Answer(response.statusCode(), headers, body));
            });
    return whole.future();
  }

  private static String reason(Throwable e) {
    return switch (e) {
      case LoginFailure failure -> String.valueOf(failure.getMessage());
      case UnknownHostException _, UnresolvedAddressException _ -> "there is no such host";
      case SSLException _ -> "its certificate is not trusted, or it doesn't speak TLS";
      case TimeoutException _ -> "it did not answer in time";
      case ConnectException _ -> "it can't be reached";
      default -> "the connection was lost";
    };
  }
}
