package io.sluice.sync.upstream;

import io.sluice.config.Secret;
import io.sluice.oci.RegistryException;
import io.sluice.oci.RepositoryName;
import io.sluice.sync.upstream.Authorizer.Given;
import io.sluice.sync.upstream.UpstreamStatus.LastError;
import io.sluice.sync.upstream.UpstreamStatus.State;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * One URL of an upstream: how often it may be asked, who we are there, and what became of it.
 * Confined to one context; fails with {@link UpstreamFailure}.
 */
final class UpstreamHost {
  private final String name;
  private final Origin origin;
  private final Failures failures;
  private final RateLimits limits;
  private final Rest rest;
  private final Pace pace;
  private final Redirects redirects;
  private final Authorizer authorizer;
  private long requests;
  private long failed;
  private Optional<LastError> lastError = Optional.empty();

  UpstreamHost(
      Vertx vertx,
      Wire wire,
      Upstream.Settings settings,
      URI url,
      Duration bodyIdle,
      LongSupplier nanos) {
    var written = Origin.of(url);
    this.name = written.name();
    this.origin = DockerHub.spokenTo(written);
    this.failures = new Failures(name);
    this.limits = new RateLimits(nanos);
    this.rest = new Rest(nanos);
    this.pace = new Pace(vertx, settings.config().reqPerSec());
    boolean mayLeaveTls = !settings.config().tlsVerify() || !origin.tls();
    this.redirects = new Redirects(vertx, wire, failures, origin, mayLeaveTls, bodyIdle);
    this.authorizer =
        new Authorizer(
            vertx,
            failures,
            origin,
            DockerHub.login(written, settings.logins()),
            settings.logins(),
            new TokenService(redirects, failures, limits),
            nanos);
  }

  /** As the operator wrote it. */
  String name() {
    return name;
  }

  Failures failures() {
    return failures;
  }

  /** Where a link of one of its answers leads to, if it stays here: path and query. */
  Optional<String> ownTarget(Url from, String link) {
    return from.resolve(link)
        .filter(url -> url.origin().host().equals(origin.host()))
        .map(Url::target);
  }

  /** How a repository is called there; fails with NOT_FOUND if none can be called so. */
  Future<String> repository(String repository) {
    try {
      var name = DockerHub.repository(origin, repository);
      return Future.succeededFuture(RepositoryName.parse(name).value());
    } catch (RegistryException _) {
      return Future.failedFuture(failures.notFound("can't have a repository of that name"));
    }
  }

  /** Asks, and reads the answer to its end. */
  <T> Future<T> ask(Ask ask, Function<Answer, Future<T>> read) {
    return begin(ask, (answer, pass) -> read.apply(answer).onSuccess(_ -> pass.alive()));
  }

  /** Asks for something that is read when this is long over. */
  Future<BlobStream> open(Ask ask, Function<Answer, Future<OpenBlob>> read) {
    return begin(
        ask,
        (answer, pass) ->
            read.apply(answer)
                .map(
                    open -> {
                      pass.answered();
                      open.body()
                          .ended()
                          .onSuccess(_ -> pass.alive())
                          .onFailure(cause -> note(cause, pass));
                      return open.stream();
                    }));
  }

  /** What {@link #open} looks after: the stream for others, and the body behind it. */
  record OpenBlob(BlobStream stream, AnswerBody body) {}

  private <T> Future<T> begin(Ask ask, BiFunction<Answer, Rest.Pass, Future<T>> read) {
    return mayAsk()
        .compose(_ -> pace.turn())
        .compose(_ -> mayAsk())
        .compose(
            _ ->
                rest.enter()
                    .map(pass -> passed(ask, pass, read))
                    .orElseGet(() -> Future.failedFuture(failures.resting(rest.left()))));
  }

  private <T> Future<T> passed(
      Ask ask, Rest.Pass pass, BiFunction<Answer, Rest.Pass, Future<T>> read) {
    return authorizer
        .now(ask.scope())
        .compose(given -> send(ask, given, /* last= */ false))
        .compose(answer -> expected(ask, answer))
        .compose(answer -> read.apply(answer, pass))
        .onFailure(cause -> note(cause, pass));
  }

  private Future<Void> mayAsk() {
    var limited = limits.left();
    if (!limited.isZero()) {
      return Future.failedFuture(failures.limited(limited));
    }
    var resting = rest.left();
    return resting.isZero()
        ? Future.succeededFuture()
        : Future.failedFuture(failures.resting(resting));
  }

  private Future<Answer> send(Ask ask, Optional<Given> given, boolean last) {
    requests++;
    return redirects
        .send(
            ask.method(),
            new Url(origin, ask.target()),
            ask.headers(),
            given.map(Given::header).map(Secret::value))
        .compose(
            answer -> {
              limits.read(answer.headers());
              return answer.status() == 401 && answer.from().origin().equals(origin)
                  ? challenged(ask, answer, given, last)
                  : Future.succeededFuture(answer);
            });
  }

  /** Sends it again with what the answer asks for; a second time if that was not taken. */
  private Future<Answer> challenged(Ask ask, Answer answer, Optional<Given> given, boolean last) {
    answer.drop();
    if (given.isPresent()) {
      authorizer.refused(ask.scope());
      if (last || !given.get().renewable()) {
        return Future.failedFuture(failures.refused("does not let us have " + ask.what()));
      }
    }
    return authorizer
        .challenged(Challenge.parse(answer.allOf("WWW-Authenticate")), ask.scope())
        .compose(next -> send(ask, Optional.of(next), given.isPresent()));
  }

  private Future<Answer> expected(Ask ask, Answer answer) {
    int status = answer.status();
    if (status == 200 || status == 206) {
      return Future.succeededFuture(answer);
    }
    answer.drop();
    return Future.failedFuture(unexpected(ask, answer));
  }

  private UpstreamFailure unexpected(Ask ask, Answer answer) {
    int status = answer.status();
    if (ask.absent().contains(status)) {
      return failures.notFound("has no " + ask.what());
    }
    boolean own = answer.from().origin().equals(origin);
    return switch (status) {
      case 429 -> failures.limited(limits.limit(answer.headers()));
      case 416 -> failures.lying("has less of the " + ask.what() + " than it had");
      case 401, 403, 451 ->
          own
              ? failures.refused("does not let us have " + ask.what() + " (" + status + ")")
              : failures.failing(
                  "sends us to " + answer.from() + ", which answers with status " + status);
      default ->
          failures.failing(
              "answers with status "
                  + status
                  + (own ? "" : " (at " + answer.from().origin().name() + ")"));
    };
  }

  private void note(Throwable cause, Rest.Pass pass) {
    if (!(cause instanceof UpstreamFailure failure)) {
      pass.dropped();
      return;
    }
    switch (failure.kind()) {
      case UNREACHABLE, FAILING -> pass.failed();
      case NOT_FOUND, REFUSED, LIMITED, LYING -> pass.alive();
    }
    if (failure.kind() != UpstreamFailure.Kind.NOT_FOUND) {
      failed++;
      lastError = Optional.of(new LastError(String.valueOf(failure.getMessage()), Instant.now()));
    }
  }

  UpstreamStatus status(List<UpstreamStatus> mirrors) {
    var limited = limits.left();
    var state = !limited.isZero() ? State.LIMITED : rest.isResting() ? State.RESTING : State.OPEN;
    Optional<Instant> until =
        switch (state) {
          case OPEN -> Optional.empty();
          case LIMITED -> Optional.of(Instant.now().plus(limited));
          case RESTING -> Optional.of(Instant.now().plus(rest.left()));
        };
    return new UpstreamStatus(
        name, state, until, lastError, requests, failed, limits.told(), mirrors);
  }
}
