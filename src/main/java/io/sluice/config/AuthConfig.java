package io.sluice.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Who may come in: {@code http.auth}. With nothing configured, everybody may.
 *
 * @param htpasswd (htpasswd.path) users with bcrypt or SHA-crypt hashes
 * @param apiKey users may create API keys; on whenever OpenID is
 * @param failDelay how long an answer 401 or 403 waits; a bare number is seconds; default 0
 * @param sessionKeysFile the keys of session cookies; without it, sessions end with the process
 * @param secureSession cookies go over https only; default: whether TLS is on
 */
public record AuthConfig(
    Optional<Path> htpasswd,
    Optional<LdapConfig> ldap,
    Optional<BearerConfig> bearer,
    Optional<OpenIdConfig> openId,
    boolean apiKey,
    Duration failDelay,
    Optional<Path> sessionKeysFile,
    SessionDriver sessionDriver,
    boolean secureSession,
    Optional<MtlsConfig> mtls) {

  private static final Duration MAX_FAIL_DELAY = Duration.ofHours(1);

  /** Where sessions are kept. */
  public sealed interface SessionDriver {
    /** On the local disk. */
    record Local() implements SessionDriver {}

    /** In a Redis that replicas share. */
    record Redis(RedisConfig redis) implements SessionDriver {}
  }

  static AuthConfig none() {
    return new AuthConfig(
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        false,
        Duration.ZERO,
        Optional.empty(),
        new SessionDriver.Local(),
        false,
        Optional.empty());
  }

  /** Whether any method is configured that tells one user from another. */
  public boolean canIdentify() {
    return htpasswd.isPresent()
        || ldap.isPresent()
        || bearer.isPresent()
        || openId.isPresent()
        || mtls.isPresent();
  }

  static AuthConfig read(Section auth, Optional<TlsConfig> tls) {
    var openId = auth.section("openid").map(OpenIdConfig::read);
    var sessionKeysFile = auth.path("sessionKeysFile");
    var sessionDriver = readSessionDriver(auth.section("sessionDriver").tolerant());
    if (sessionDriver instanceof SessionDriver.Redis && sessionKeysFile.isPresent()) {
      auth.problem("sessionKeysFile", "cannot go with sessions in Redis", "one of the two");
    }
    var mtls = auth.section("mtls").map(MtlsConfig::read);
    if (mtls.isPresent() && tls.flatMap(TlsConfig::caCert).isEmpty()) {
      auth.section("mtls").problem("needs certificates of clients", "http.tls.cacert as well");
    }
    return new AuthConfig(
        readHtpasswd(auth.section("htpasswd")),
        auth.section("ldap").map(LdapConfig::read),
        auth.section("bearer").map(BearerConfig::read),
        openId,
        auth.flag("apikey", false) || openId.isPresent(),
        readFailDelay(auth),
        sessionKeysFile,
        sessionDriver,
        auth.flag("secureSession", tls.isPresent()),
        mtls);
  }

  private static Optional<Path> readHtpasswd(Section htpasswd) {
    return htpasswd.path("path");
  }

  // The one duration that Zot counts in seconds when it has no unit.
  private static Duration readFailDelay(Section auth) {
    var expected =
        "seconds, or " + GoDuration.EXPECTED + ", at most " + GoDuration.format(MAX_FAIL_DELAY);
    return auth.parsed("failDelay", AuthConfig::seconds, expected)
        .filter(
            delay ->
                auth.require(
                    !delay.isNegative() && delay.compareTo(MAX_FAIL_DELAY) <= 0,
                    "failDelay",
                    "is out of range",
                    expected))
        .orElse(Duration.ZERO);
  }

  private static Duration seconds(String text) {
    return text.matches("[0-9]{1,9}")
        ? Duration.ofSeconds(Long.parseLong(text))
        : GoDuration.parse(text);
  }

  private static SessionDriver readSessionDriver(Section driver) {
    var name = driver.choice("name", Map.of("local", "local", "redis", "redis"));
    if (driver.isPresent()) {
      driver.required(name, "name", "local", "one of local, redis");
    }
    return name.filter("redis"::equals).isPresent()
        ? new SessionDriver.Redis(RedisConfig.read(driver, "zotsession"))
        : new SessionDriver.Local();
  }
}
