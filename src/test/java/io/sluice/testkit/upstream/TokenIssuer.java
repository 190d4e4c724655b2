package io.sluice.testkit.upstream;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Gives tokens at {@code /token} of the server that it belongs to. Thread safe. */
public final class TokenIssuer {
  static final String PATH = "/token";

  private final Map<String, String> users = new ConcurrentHashMap<>();
  private final Map<String, String> scopes = new ConcurrentHashMap<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final AtomicInteger number = new AtomicInteger();
  private volatile String service = "scripted";
  private volatile String field = "token";
  private volatile int lifetime = 300;
  private volatile Optional<String> raw = Optional.empty();

  /** From now on only users with their passwords get a token that is good for anything. */
  public TokenIssuer user(String name, String password) {
    users.put(name, password);
    return this;
  }

  /** Forgets a user. */
  public void dismiss(String name) {
    users.remove(name);
    users.put("somebody else", "with another password");
  }

  public TokenIssuer service(String name) {
    service = name;
    return this;
  }

  /** In seconds, as {@code expires_in}; 0 to say nothing. */
  public TokenIssuer lifetime(int seconds) {
    lifetime = seconds;
    return this;
  }

  /** The token is called so in the answer: {@code token} or {@code access_token}. */
  public TokenIssuer as(String name) {
    field = name;
    return this;
  }

  /** Answers this in place of a token. */
  public TokenIssuer answers(String body) {
    raw = Optional.of(body);
    return this;
  }

  /** No token that was given is good any more. */
  public void revoke() {
    scopes.clear();
  }

  /** The scopes that tokens were asked for, in order. */
  public List<String> asked() {
    return List.copyOf(asked);
  }

  String service() {
    return service;
  }

  boolean accepts(Optional<String> authorization, String scope) {
    return authorization
        .filter(it -> it.startsWith("Bearer "))
        .map(it -> scopes.get(it.substring("Bearer ".length())))
        .filter(scope::equals)
        .isPresent();
  }

  void issue(HttpServerRequest request) {
    var scope = String.valueOf(request.getParam("scope"));
    asked.add(scope);
    var authorization = Optional.ofNullable(request.getHeader("Authorization"));
    if (authorization.isPresent() && !isKnown(authorization.get())
        || !service.equals(request.getParam("service"))) {
      request.response().setStatusCode(401).end();
      return;
    }
    var token = "t" + number.incrementAndGet();
    if (users.isEmpty() || authorization.isPresent()) {
      scopes.put(token, scope);
    }
    var json = new JsonObject().put(field, token);
    if (lifetime > 0) {
      json.put("expires_in", lifetime);
    }
    request.response().putHeader("Content-Type", "application/json").end(raw.orElse(json.encode()));
  }

  private boolean isKnown(String authorization) {
    return credentials().contains(authorization);
  }

  private List<String> credentials() {
    var all = new ArrayList<String>();
    users.forEach((name, password) -> all.add(basic(name, password)));
    return all;
  }

  static String basic(String name, String password) {
    var pair = (name + ":" + password).getBytes(StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(pair);
  }
}
