package io.sluice.sync.upstream;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import java.util.Optional;

/**
 * Sends a request and follows where its answers point to, as an upstream does with blobs that an
 * object store has. Credentials stay with the one they are for. Confined to the context of its
 * {@link Wire}.
 */
final class Redirects {
  private static final int MOST = 5;

  private final Vertx vertx;
  private final Wire wire;
  private final Failures failures;
  private final Origin upstream;
  private final boolean mayLeaveTls;
  private final Duration bodyIdle;
  private final Addresses addresses;

  /**
   * @param mayLeaveTls whether https may point to http
   */
  Redirects(
      Vertx vertx,
      Wire wire,
      Failures failures,
      Origin upstream,
      boolean mayLeaveTls,
      Duration bodyIdle) {
    this.vertx = vertx;
    this.wire = wire;
    this.failures = failures;
    this.upstream = upstream;
    this.mayLeaveTls = mayLeaveTls;
    this.bodyIdle = bodyIdle;
    this.addresses = new Addresses(vertx, failures, upstream);
  }

  /**
   * The last answer, which is no redirect.
   *
   * @param authorization only ever sent to the origin of {@code url}
   */
  Future<Answer> send(
      HttpMethod method, Url url, MultiMap headers, Optional<String> authorization) {
    return new Journey(method, url.origin(), headers, authorization).to(url, MOST);
  }

  private final class Journey {
    private final HttpMethod method;
    private final Origin authorized;
    private final MultiMap headers;
    private final Optional<String> authorization;

    Journey(
        HttpMethod method, Origin authorized, MultiMap headers, Optional<String> authorization) {
      this.method = method;
      this.authorized = authorized;
      this.headers = headers;
      this.authorization = authorization;
    }

    Future<Answer> to(Url url, int left) {
      boolean own = url.origin().equals(upstream);
      Future<Optional<SocketAddress>> address =
          own
              ? Future.succeededFuture(Optional.empty())
              : addresses.of(url.origin()).map(Optional::of);
      return address
          .compose(it -> wire.send(failures, method, url, headersFor(url), own, it))
          .compose(
              response -> {
                var answer = new Answer(vertx, failures, bodyIdle, response, url);
                return isRedirect(answer.status())
                    ? follow(answer, left)
                    : Future.succeededFuture(answer);
              });
    }

    private MultiMap headersFor(Url url) {
      var all = MultiMap.caseInsensitiveMultiMap().addAll(headers);
      if (url.origin().equals(authorized)) {
        authorization.ifPresent(value -> all.set(HttpHeaders.AUTHORIZATION, value));
      }
      return all;
    }

    private Future<Answer> follow(Answer answer, int left) {
      answer.drop();
      var next = answer.header("Location").flatMap(answer.from()::resolve);
      if (next.isEmpty()) {
        return Future.failedFuture(failures.lying("redirects us to nowhere"));
      }
      if (left == 0) {
        return Future.failedFuture(failures.lying("redirects us more than " + MOST + " times"));
      }
      if (answer.from().origin().tls() && !next.get().origin().tls() && !mayLeaveTls) {
        return Future.failedFuture(
            failures.lying("redirects us from https to http (" + next.get() + ")"));
      }
      return to(next.get(), left - 1);
    }
  }

  private static boolean isRedirect(int status) {
    return switch (status) {
      case 301, 302, 303, 307, 308 -> true;
      default -> false;
    };
  }
}
