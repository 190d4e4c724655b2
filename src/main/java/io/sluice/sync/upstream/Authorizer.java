package io.sluice.sync.upstream;

import io.sluice.config.Secret;
import io.sluice.sync.login.Login;
import io.sluice.sync.login.LoginSource;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;

/** Says to one host who we are, in the way that it once asked for. Confined to one context. */
final class Authorizer {

  /*
   * The way is remembered, so that only the very first request is answered with 401. What we may do is our own
   * choice (the scope), not the challenge's. A name and a password go to the upstream itself, to the token service that
   * is known to be its own, and to one that the operator has named a login for; whoever else an answer
   * names is asked as nobody.
   */
  private static final Map<String, String> KNOWN_REALMS =
      Map.of("registry-1.docker.io", "auth.docker.io", "registry.gitlab.com", "gitlab.com");

  private static final int MOST_TOKENS = 1_000;
  private static final Duration LONGEST_MARGIN = Duration.ofSeconds(30);

  /** How a host wants to be told. */
  private sealed interface Way {
    record Bearer(Url realm, Optional<String> service) implements Way {}

    record Basic() implements Way {}
  }

  /**
   * What is sent.
   *
   * @param renewable whether another one may be taken where this one was not
   */
  record Given(Secret header, boolean renewable) {}

  private record Kept(Given given, long until) {}

  private final Vertx vertx;
  private final Failures failures;
  private final Origin upstream;
  private final Optional<LoginSource> login;
  private final Function<String, Optional<LoginSource>> logins;
  private final TokenService tokens;
  private final LongSupplier nanos;
  private final Map<String, Future<Given>> fetching = new HashMap<>();
  private final LinkedHashMap<String, Kept> kept =
      new LinkedHashMap<>(16, 0.75f, /* accessOrder= */ true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Kept> eldest) {
          return size() > MOST_TOKENS;
        }
      };
  private Optional<Way> way = Optional.empty();

  /**
   * @param login for the upstream itself
   * @param logins by host, with the port if that is not the usual one
   */
  Authorizer(
      Vertx vertx,
      Failures failures,
      Origin upstream,
      Optional<LoginSource> login,
      Function<String, Optional<LoginSource>> logins,
      TokenService tokens,
      LongSupplier nanos) {
    this.vertx = vertx;
    this.failures = failures;
    this.upstream = upstream;
    this.login = login;
    this.logins = logins;
    this.tokens = tokens;
    this.nanos = nanos;
  }

  /** What to send with a request, as far as that is known; empty for nothing. */
  Future<Optional<Given>> now(String scope) {
    return way.map(it -> given(it, scope).map(Optional::of))
        .orElseGet(() -> Future.succeededFuture(Optional.empty()));
  }

  /** What to send after an answer of 401. */
  Future<Given> challenged(List<Challenge> challenges, String scope) {
    var bearer =
        challenges.stream()
            .filter(it -> it.scheme().equals("bearer") && it.parameter("realm").isPresent())
            .findFirst();
    if (bearer.isPresent()) {
      var realm = Url.parse(bearer.get().parameter("realm").orElse(""));
      if (realm.isEmpty() || upstream.tls() && !realm.get().origin().tls()) {
        return Future.failedFuture(
            failures.lying("names a token service that is not at a URL of https"));
      }
      return remember(new Way.Bearer(realm.get(), bearer.get().parameter("service")), scope);
    }
    if (challenges.stream().noneMatch(it -> it.scheme().equals("basic"))) {
      return Future.failedFuture(
          failures.refused("does not let us in, and names no way in that we know"));
    }
    return remember(new Way.Basic(), scope);
  }

  /** What was sent was not taken. */
  void refused(String scope) {
    kept.remove(scope);
    way.flatMap(this::loginFor).ifPresent(LoginSource::refused);
  }

  private Future<Given> remember(Way told, String scope) {
    if (way.filter(told::equals).isEmpty()) {
      kept.clear();
      fetching.clear();
      way = Optional.of(told);
    }
    return given(told, scope);
  }

  private Future<Given> given(Way way, String scope) {
    return switch (way) {
      case Way.Basic _ -> basic();
      case Way.Bearer bearer -> token(bearer, scope);
    };
  }

  private Future<Given> basic() {
    return lookUp(login)
        .compose(
            found ->
                found
                    .map(it -> Future.succeededFuture(new Given(basic(it), true)))
                    .orElseGet(
                        () ->
                            Future.failedFuture(
                                failures.refused("wants a login, and none is configured"))));
  }

  private Future<Given> token(Way.Bearer bearer, String scope) {
    var known = kept.get(scope);
    if (known != null && known.until - nanos.getAsLong() > 0) {
      return Future.succeededFuture(new Given(known.given.header, true));
    }
    var running = fetching.get(scope);
    if (running != null) {
      return running;
    }
    var fetched = fetch(bearer, scope, /* again= */ true);
    if (!fetched.isComplete()) {
      fetching.put(scope, fetched);
      fetched.onComplete(_ -> fetching.remove(scope, fetched));
    }
    return fetched;
  }

  private Future<Given> fetch(Way.Bearer bearer, String scope, boolean again) {
    var source = loginFor(bearer);
    return lookUp(source)
        .compose(
            found ->
                tokens
                    .fetch(bearer.realm, bearer.service, scope, found.map(Authorizer::basic))
                    .map(token -> keep(bearer, scope, token, found.isPresent()))
                    .recover(
                        cause -> {
                          if (!again || found.isEmpty() || !isRefused(cause)) {
                            return Future.failedFuture(cause);
                          }
                          source.ifPresent(LoginSource::refused);
                          return fetch(bearer, scope, /* again= */ false);
                        }));
  }

  private Given keep(Way.Bearer bearer, String scope, TokenService.Token token, boolean loggedIn) {
    var given = new Given(token.header(), loggedIn);
    if (way.filter(bearer::equals).isPresent()) {
      var tenth = token.lifetime().dividedBy(10);
      var margin = tenth.compareTo(LONGEST_MARGIN) < 0 ? tenth : LONGEST_MARGIN;
      kept.put(
          scope, new Kept(given, nanos.getAsLong() + token.lifetime().minus(margin).toNanos()));
    }
    return given;
  }

  /** Whose login a way takes, if we would show one at all. */
  private Optional<LoginSource> loginFor(Way way) {
    return switch (way) {
      case Way.Basic _ -> login;
      case Way.Bearer bearer -> {
        var realm = bearer.realm.origin();
        yield logins
            .apply(realm.name())
            .or(() -> isItsOwn(upstream, realm) ? login : Optional.empty());
      }
    };
  }

  /** Whether a token service is an upstream's own, so that it may see the upstream's login. */
  static boolean isItsOwn(Origin upstream, Origin realm) {
    return realm.equals(upstream)
        || upstream.tls() && realm.tls() && realm.name().equals(KNOWN_REALMS.get(upstream.name()));
  }

  private Future<Optional<Login>> lookUp(Optional<LoginSource> source) {
    if (source.isEmpty()) {
      return Future.succeededFuture(Optional.empty());
    }
    // Whatever completes it, we go on where our state is.
    var promise = ((ContextInternal) vertx.getOrCreateContext()).<Optional<Login>>promise();
    source.get().login().onComplete(promise);
    return promise
        .future()
        .recover(
            cause ->
                Future.failedFuture(
                    failures.refused("needs a login that can't be had: " + cause.getMessage())));
  }

  private static Secret basic(Login login) {
    var pair = login.username() + ":" + login.password().value();
    return new Secret(
        "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
  }

  private static boolean isRefused(Throwable cause) {
    return cause instanceof UpstreamFailure it && it.kind() == UpstreamFailure.Kind.REFUSED;
  }
}
