package io.sluice.config;

import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code http.auth.openid}: logins in the browser.
 *
 * @param providers by kind, each at most once
 * @param callbackAllowOrigins where a login may return to, besides the external URL
 */
public record OpenIdConfig(Map<Kind, Provider> providers, List<String> callbackAllowOrigins) {

  /** The providers that we speak to. */
  public enum Kind {
    GOOGLE("google"),
    GITLAB("gitlab"),
    GITHUB("github"),
    OIDC("oidc");

    private final String key;

    Kind(String key) {
      this.key = key;
    }

    /** The name in the configuration and in URLs. */
    public String key() {
      return key;
    }
  }

  /**
   * One provider.
   *
   * @param name what the login page shows
   * @param credentialsFile JSON with clientid and clientsecret, instead of these keys
   * @param keyPath a key to sign client assertions with
   */
  public record Provider(
      Optional<String> name,
      Optional<String> clientId,
      Optional<Secret> clientSecret,
      Optional<Path> credentialsFile,
      Optional<Path> keyPath,
      Optional<String> issuer,
      Optional<String> authUrl,
      Optional<String> tokenUrl,
      List<String> scopes,
      ClaimMapping claimMapping) {}

  /** The claims that hold a user's name and groups; default {@code email} and {@code groups}. */
  public record ClaimMapping(String username, String groups) {}

  static OpenIdConfig read(Section openId) {
    var section = openId.section("providers");
    var providers = new EnumMap<Kind, Provider>(Kind.class);
    for (var kind : Kind.values()) {
      section
          .section(kind.key())
          .map(OpenIdConfig::readProvider)
          .ifPresent(p -> providers.put(kind, p));
    }
    if (section.keys().isEmpty()) {
      openId.problem("providers", "", "are missing", "google, gitlab, github or oidc");
    }
    return new OpenIdConfig(
        Collections.unmodifiableMap(providers), openId.strings("callbackAllowOrigins"));
  }

  private static Provider readProvider(Section provider) {
    var credentialsFile = provider.path("credentialsFile");
    var clientId = provider.string("clientid");
    if (credentialsFile.isEmpty() && clientId.isEmpty()) {
      provider.problem(
          "credentialsFile",
          "is missing",
          "a file with clientid and clientsecret, or these keys here");
    }
    var mapping = provider.section("claimMapping");
    return new Provider(
        provider.string("name"),
        clientId,
        provider.secret("clientsecret"),
        credentialsFile,
        provider.path("keypath"),
        provider.string("issuer"),
        provider.string("authurl"),
        provider.string("tokenurl"),
        provider.strings("scopes"),
        new ClaimMapping(
            mapping.string("username").orElse("email"), mapping.string("groups").orElse("groups")));
  }
}
