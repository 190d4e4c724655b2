package io.sluice.config;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where the credentials of an upstream come from, if they change: {@code credentialHelper}. */
public sealed interface CredentialHelperConfig {

  /** AWS's registries, with the credentials of the environment. */
  record Ecr() implements CredentialHelperConfig {}

  /** Google's registries, with the credentials of the environment. */
  record Gcp() implements CredentialHelperConfig {}

  /**
   * An OAuth 2 token endpoint: {@code oauth2CredentialHelper}.
   *
   * @param assertionFile a token that we show; or a key in signingFile to sign one with
   * @param username that goes with the token, where the upstream wants Basic authentication
   */
  record OAuth2(
      URI tokenUrl,
      Optional<Path> assertionFile,
      Optional<Path> signingFile,
      Optional<String> grantType,
      Optional<String> clientId,
      Optional<Path> clientSecretFile,
      List<String> scopes,
      Optional<String> username,
      Optional<String> audience,
      Optional<String> subjectTokenType,
      Optional<String> requestedTokenType)
      implements CredentialHelperConfig {}

  static Optional<CredentialHelperConfig> read(Section registry) {
    var kind =
        registry.choice("credentialHelper", Map.of("ecr", "ecr", "gcp", "gcp", "oauth2", "oauth2"));
    var section = registry.section("oauth2CredentialHelper");
    var oauth2 = section.map(CredentialHelperConfig::readOAuth2);
    if (kind.filter("oauth2"::equals).isPresent() && oauth2.isEmpty()) {
      registry.problem("oauth2CredentialHelper", "is missing", "a section with a tokenURL");
    }
    return kind.flatMap(
        known ->
            switch (known) {
              case "ecr" -> Optional.of(new Ecr());
              case "gcp" -> Optional.of(new Gcp());
              default -> oauth2;
            });
  }

  private static OAuth2 readOAuth2(Section helper) {
    return new OAuth2(
        helper.required(
            helper.httpUrl("tokenURL"), "tokenURL", URI.create(""), Weakly.URL_EXPECTED),
        helper.path("assertionFile"),
        helper.path("signingFile"),
        helper.string("grantType"),
        helper.string("clientID"),
        helper.path("clientSecretFile"),
        helper.strings("scopes"),
        helper.string("username"),
        helper.string("audience"),
        helper.string("subjectTokenType"),
        helper.string("requestedTokenType"));
  }
}
