package io.sluice.config;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where and how we serve: the section {@code http}.
 *
 * @param address to bind; default 127.0.0.1
 * @param port to bind, 0 for one that the system chooses; default 8080
 * @param externalUrl how clients reach us: for redirects of logins. No slash at the end
 * @param allowOrigin the value of {@code Access-Control-Allow-Origin}; empty for {@code *}, then
 *     without credentials
 * @param readTimeout how long a client may send nothing while we read its request. Zot limits the
 *     whole request with it, which cuts large uploads; here it is an <i>idle</i> limit. Default 60
 *     s, zero or less for none
 * @param writeTimeout how long a client may take nothing of an answer; an idle limit as well
 * @param realm of Basic authentication; default {@code Authorization Required}
 * @param compat what we accept besides OCI
 * @param auth who may come in, and how they prove it
 * @param accessControl who may do what; empty: whoever is in may do everything
 */
public record HttpConfig(
    String address,
    int port,
    Optional<URI> externalUrl,
    Optional<String> allowOrigin,
    Optional<Duration> readTimeout,
    Optional<Duration> writeTimeout,
    String realm,
    Set<Compat> compat,
    Optional<TlsConfig> tls,
    Optional<RateLimitConfig> rateLimit,
    AuthConfig auth,
    Optional<AccessControlConfig> accessControl) {

  private static final int DEFAULT_PORT = 8080;
  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(60);

  /** Media types besides those of OCI. */
  public enum Compat {
    /** Docker's manifests and manifest lists, version 2, schema 2. */
    DOCKER2S2
  }

  static HttpConfig defaults() {
    return new HttpConfig(
        "127.0.0.1",
        DEFAULT_PORT,
        Optional.empty(),
        Optional.empty(),
        Optional.of(DEFAULT_TIMEOUT),
        Optional.of(DEFAULT_TIMEOUT),
        "Authorization Required",
        Set.of(),
        Optional.empty(),
        Optional.empty(),
        AuthConfig.none(),
        Optional.empty());
  }

  HttpConfig withPort(int other) {
    return new HttpConfig(
        address,
        other,
        externalUrl,
        allowOrigin,
        readTimeout,
        writeTimeout,
        realm,
        compat,
        tls,
        rateLimit,
        auth,
        accessControl);
  }

  static HttpConfig read(Section http) {
    var defaults = defaults();
    var tls = http.section("tls").map(TlsConfig::read).flatMap(configured -> configured);
    var auth = AuthConfig.read(http.section("auth"), tls);
    var accessControl = http.section("accessControl").map(AccessControlConfig::read);
    accessControl.ifPresent(access -> requireAuthentication(access, auth, http));
    return new HttpConfig(
        // Written as "", an address means every one and a port any one, as to Zot.
        http.string("address").orElse(http.has("address") ? "0.0.0.0" : defaults.address()),
        http.integer("port", http.has("port") ? 0 : defaults.port(), 0, 65_535),
        http.httpUrl("externalUrl").map(HttpConfig::withoutSlash),
        http.string("allowOrigin"),
        idleLimit(http, "readTimeout"),
        idleLimit(http, "writeTimeout"),
        http.string("realm").orElse(defaults.realm()),
        Set.copyOf(http.knownOf("compat", Map.of("docker2s2", Compat.DOCKER2S2), "has no effect")),
        tls,
        http.section("ratelimit").map(RateLimitConfig::read),
        auth,
        accessControl);
  }

  private static void requireAuthentication(
      AccessControlConfig access, AuthConfig auth, Section http) {
    if (!auth.canIdentify() && !access.isForAnonymousOnly()) {
      http.section("accessControl")
          .problem(
              "grants rights to users, but nothing can tell who a user is",
              "http.auth with htpasswd, ldap, openid, bearer or mtls, or nothing but anonymousPolicy");
    }
  }

  private static Optional<Duration> idleLimit(Section http, String key) {
    return Optional.of(http.duration(key, DEFAULT_TIMEOUT)).filter(Duration::isPositive);
  }

  private static URI withoutSlash(URI url) {
    return URI.create(url.toString().replaceFirst("/+$", ""));
  }
}
