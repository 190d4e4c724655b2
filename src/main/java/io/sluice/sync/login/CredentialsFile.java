package io.sluice.sync.login;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.config.Secret;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code extensions.sync.credentialsFile} holds: by host, {@code username} and {@code
 * password}. Hosts may be written as URLs and with a port; one without a port is for all of them.
 * Immutable; prints no login.
 */
public final class CredentialsFile {
  /** Nobody has a login. */
  public static final CredentialsFile NONE = new CredentialsFile(Map.of());

  private static final ObjectMapper JSON =
      new ObjectMapper(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final Map<RegistryHost, Login> logins;

  private CredentialsFile(Map<RegistryHost, Login> logins) {
    this.logins = logins;
  }

  /**
   * Parses the file's text.
   *
   * @throws IllegalArgumentException with a message that completes "the file …", names the place,
   *     and repeats no value
   */
  public static CredentialsFile parse(String text) {
    var json = read(text);
    if (!json.isObject()) {
      throw new IllegalArgumentException("is no JSON object of hosts");
    }
    var logins = new LinkedHashMap<RegistryHost, Login>();
    int position = 0;
    for (var entry : json.properties()) {
      position++;
      var host = host(entry.getKey(), position);
      var login = login(entry.getValue(), host);
      if (logins.put(host, login) != null) {
        throw new IllegalArgumentException("has two entries for " + named(host));
      }
    }
    return new CredentialsFile(logins);
  }

  /** The login for a host, the one with its port before the one for any port. */
  public Optional<LoginSource> forHost(String hostAndPort) {
    var host = RegistryHost.parse(hostAndPort);
    return Optional.ofNullable(logins.get(host))
        .or(
            () ->
                logins.entrySet().stream()
                    .filter(entry -> isFor(entry.getKey(), host))
                    .map(Map.Entry::getValue)
                    .findFirst())
        .map(login -> LoginSource.of(Optional.of(login)));
  }

  /** A host without a port is at a usual one: the login of another port is not for it. */
  private static boolean isFor(RegistryHost entry, RegistryHost host) {
    return entry.agreesWith(host)
        && (entry.port() == 0
            || host.port() != 0
            || entry.port() == RegistryHost.HTTPS
            || entry.port() == RegistryHost.HTTP);
  }

  private static JsonNode read(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      // The parser's own words repeat what it has found, which may be a password.
      var at = e.getLocation();
      boolean twice = String.valueOf(e.getOriginalMessage()).startsWith("Duplicate field");
      throw new IllegalArgumentException(
          (twice ? "has a key for the second time" : "is not JSON")
              + (at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr()));
    }
  }

  private static RegistryHost host(String text, int position) {
    try {
      return RegistryHost.parse(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "has a key that " + e.getMessage() + ": entry " + position);
    }
  }

  private static Login login(JsonNode entry, RegistryHost host) {
    return new Login(value(entry, "username", host), new Secret(value(entry, "password", host)));
  }

  private static String value(JsonNode entry, String key, RegistryHost host) {
    var value = entry.path(key);
    if (!value.isTextual() || value.textValue().isEmpty()) {
      throw new IllegalArgumentException("has no " + key + " for " + named(host));
    }
    return value.textValue();
  }

  private static String named(RegistryHost host) {
    return host.port() == 0 ? host.name() : host.name() + ":" + host.port();
  }

  /** By content: what is made from the one is as good as what is made from the other. */
  @Override
  public boolean equals(Object other) {
    return other instanceof CredentialsFile file && logins.equals(file.logins);
  }

  @Override
  public int hashCode() {
    return logins.hashCode();
  }

  @Override
  public String toString() {
    return "CredentialsFile" + logins.keySet();
  }
}
