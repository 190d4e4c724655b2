package io.sluice.api;

import io.sluice.access.Access;
import io.sluice.access.Caller;
import io.sluice.access.Credentials;
import io.sluice.config.AccessControlConfig.Action;
import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.sluice.oci.RepositoryName;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * What stands between a request and what it asks for: how often, who, and whether they may. The
 * decisions themselves are made in {@code access}.
 */
final class Admission {
  private Admission() {}

  /** Fails when the client has asked for too much of late. */
  static void limit(Exchange exchange) {
    var wait =
        exchange.inForce().rates().acquire(exchange.method().name(), exchange.clientAddress());
    if (!wait.isZero()) {
      throw later("this client makes more requests than http.ratelimit allows", wait);
    }
  }

  /**
   * Finds out who asks, and tells the exchange. Fails with {@code Unauthorized}, or with {@code
   * TooManyRequests}.
   */
  static Future<Void> identify(Exchange exchange) {
    var access = exchange.inForce().access();
    var credentials =
        Credentials.parse(exchange.request().headers().getAll(HttpHeaders.AUTHORIZATION));
    return access
        .enter(credentials, exchange.certificate(), exchange.clientAddress())
        .compose(
            entry ->
                switch (entry) {
                  case Access.Entry.In(var caller) -> {
                    exchange.isFrom(caller);
                    yield Future.succeededFuture();
                  }
                  case Access.Entry.Out(var reason, var claimed) -> {
                    claimed.ifPresent(exchange::claimsToBe);
                    yield Future.failedFuture(
                        new RegistryException(new RegistryError.Unauthorized(reason, true)));
                  }
                  case Access.Entry.Later(var retryAfter, var reason) ->
                      Future.failedFuture(later(reason, retryAfter));
                });
  }

  private static RegistryException later(String reason, Duration wait) {
    // Rounded up: whoever comes a moment too early would only be sent away again.
    long seconds = Math.max(1, wait.plusMillis(999).toSeconds());
    return new RegistryException(
        new RegistryError.TooManyRequests(reason, (int) Math.min(seconds, 3600)));
  }

  /** An action on a repository. */
  record Wanted(Action action, RepositoryName repository) {}

  /** What a request with this method wants at that endpoint; empty if it is of no repository. */
  static Optional<Wanted> wanted(Endpoint endpoint, String method) {
    return Optional.ofNullable(
        switch (endpoint) {
          case Endpoint.Root _, Endpoint.Catalog _, Endpoint.Discover _, Endpoint.SyncStatus _ ->
              null;
          case Endpoint.GcStatus _, Endpoint.GcPreview _ -> null;
          // Of which repository, its body says.
          case Endpoint.Restore _ -> null;
          case Endpoint.HistoryOf e -> new Wanted(Action.READ, e.repository());
          case Endpoint.Scrub _ -> null;
          case Endpoint.Tags e -> new Wanted(Action.READ, e.repository());
          case Endpoint.ReferrersOf e -> new Wanted(Action.READ, e.repository());
          // Whatever is done with a session is part of a push; nobody but who began it finds it.
          case Endpoint.NewUpload e -> new Wanted(Action.CREATE, e.repository());
          case Endpoint.UploadOf e -> new Wanted(Action.CREATE, e.repository());
          case Endpoint.Blob e ->
              new Wanted(method.equals("DELETE") ? Action.DELETE : Action.READ, e.repository());
          case Endpoint.ManifestOf e ->
              new Wanted(
                  switch (method) {
                    case "PUT" -> Action.CREATE;
                    case "DELETE" -> Action.DELETE;
                    default -> Action.READ;
                  },
                  e.repository());
        });
  }

  /** Fails unless the caller may do what the request wants. */
  static void require(Exchange exchange, Endpoint endpoint) {
    var wanted = exchange.wanted();
    if (wanted.isEmpty()) {
      requireEntry(
          exchange, endpoint instanceof Endpoint.Root && isDockerWithoutCredentials(exchange));
      if (isForAdmins(endpoint)) {
        requireAdmin(exchange);
      }
      return;
    }
    var repository = wanted.get().repository();
    // Who may only move tags may push a manifest; whether it does no more, storage sees.
    boolean movesTag =
        endpoint instanceof Endpoint.ManifestOf
            && wanted.get().action() == Action.CREATE
            && exchange.may(Action.UPDATE, repository);
    if (!movesTag) {
      require(exchange, wanted.get().action(), repository);
    }
  }

  private static boolean isForAdmins(Endpoint endpoint) {
    return switch (endpoint) {
      case Endpoint.SyncStatus _, Endpoint.GcStatus _, Endpoint.GcPreview _, Endpoint.Scrub _ ->
          true;
      default -> false;
    };
  }

  /** Fails unless the caller may let a tag of the repository name something: create or move it. */
  static void requireTagging(Exchange exchange, RepositoryName repository) {
    exchange.wants(Optional.of(new Wanted(Action.CREATE, repository)));
    if (!exchange.may(Action.UPDATE, repository)) {
      require(exchange, Action.CREATE, repository);
    }
  }

  /** Fails unless the caller may see, and start, what concerns the whole registry. */
  private static void requireAdmin(Exchange exchange) {
    var access = exchange.inForce().access();
    if (access.policy().isAdmin(exchange.caller())) {
      return;
    }
    throw exchange.caller().isAnonymous() && access.takesPasswords()
        ? unauthorized("whoever wants this has to log in")
        : denied("only those whom http.accessControl.adminPolicy names may do this");
  }

  /** Fails unless the caller may come in. */
  private static void requireEntry(Exchange exchange, boolean sendToLogin) {
    var access = exchange.inForce().access();
    if (!access.policy().admits(exchange.caller()) || sendToLogin) {
      throw exchange.caller().isAnonymous() && access.takesPasswords()
          ? unauthorized("a user name and a password are needed")
          : denied("nobody may do this without a client certificate");
    }
  }

  private static void require(Exchange exchange, Action action, RepositoryName repository) {
    if (exchange.may(action, repository)) {
      return;
    }
    var access = exchange.inForce().access();
    if (!exchange.caller().isAnonymous()) {
      throw denied("the user may not " + action.key() + " in " + repository);
    }
    throw access.takesPasswords() && access.policy().isWorthLoggingIn(action, repository)
        ? unauthorized("whoever wants to " + action.key() + " in " + repository + " has to log in")
        : denied("an anonymous client may not " + action.key() + " in " + repository);
  }

  /** Fails unless a user has logged in, and not by an API key that is for less than all. */
  static Caller.User requireUser(Exchange exchange) {
    return switch (exchange.caller()) {
      case Caller.User user when user.scopes().areAll() -> user;
      case Caller.User _ -> throw denied("an API key with scopes may not do this");
      case Caller.Anonymous _ ->
          throw exchange.inForce().access().takesPasswords()
              ? unauthorized("a user name and a password are needed")
              : denied("nobody may do this without a client certificate");
    };
  }

  /**
   * Docker asks the root whether it has to log in, and believes a 200 for good: it would never send
   * its credentials where anonymous clients may come in as well.
   */
  private static boolean isDockerWithoutCredentials(Exchange exchange) {
    var agent = exchange.userAgent();
    return exchange.caller().isAnonymous()
        && exchange.inForce().access().policy().isMixed()
        && exchange.inForce().access().takesPasswords()
        && (agent.startsWith("docker/") || agent.contains("Docker-Client"));
  }

  /** Whether the client shows people a form of its own, so that a challenge would only disturb. */
  static boolean asksForItself(Exchange exchange) {
    var client = exchange.request().getHeader("X-ZOT-API-CLIENT");
    return client != null && client.toLowerCase(Locale.ROOT).equals("zot-ui");
  }

  private static RegistryException unauthorized(String reason) {
    return new RegistryException(new RegistryError.Unauthorized(reason, false));
  }

  private static RegistryException denied(String reason) {
    return new RegistryException(new RegistryError.Denied(reason));
  }
}
