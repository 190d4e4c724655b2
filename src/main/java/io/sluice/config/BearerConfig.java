package io.sluice.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * {@code http.auth.bearer}: tokens that somebody else issues. Where it is configured, it is the
 * only method.
 *
 * @param realm where clients get a token
 * @param service what they ask a token for
 * @param cert a certificate or public key in PEM that tokens are signed with
 * @param awsSecretsManager keys that tokens are signed with, instead of cert
 * @param upstreamTokenEndpoint a token service that we pass requests on to
 * @param oidc issuers of workload identities, such as a cluster's service accounts; what they may
 *     do is up to {@code accessControl}
 */
public record BearerConfig(
    Optional<String> realm,
    Optional<String> service,
    Optional<Path> cert,
    Optional<AwsSecret> awsSecretsManager,
    Optional<UpstreamTokenEndpoint> upstreamTokenEndpoint,
    List<Issuer> oidc) {

  /** A secret of AWS, read again at every interval; default 1 m. */
  public record AwsSecret(String region, String secretName, Duration refreshInterval) {}

  /** Where requests for tokens are passed on to; plain HTTP only if allowed. */
  public record UpstreamTokenEndpoint(
      String realm, Optional<String> service, boolean allowInsecureHttp) {}

  /**
   * An issuer of identity tokens.
   *
   * @param certificateAuthority PEM text; or a file of it
   * @param skipIssuerVerification don't compare the token's issuer with this one
   */
  public record Issuer(
      URI issuer,
      List<String> audiences,
      ClaimMapping claimMapping,
      Optional<String> certificateAuthority,
      Optional<Path> certificateAuthorityFile,
      boolean skipIssuerVerification) {}

  /** CEL expressions over the claims of a token. */
  public record ClaimMapping(
      Optional<String> username,
      Optional<String> groups,
      List<Variable> variables,
      List<Validation> validations) {}

  /** A name for the value of a CEL expression. */
  public record Variable(String name, String expression) {}

  /** A CEL expression that must be true, or else the message tells why not. */
  public record Validation(String expression, Optional<String> message) {}

  static BearerConfig read(Section bearer) {
    var cert = bearer.path("cert");
    var secret = bearer.section("awsSecretsManager").map(BearerConfig::readSecret);
    if (cert.isPresent() && secret.isPresent()) {
      bearer.problem("cert", "cannot go with awsSecretsManager", "one of the two");
    }
    var oidc = bearer.sections("oidc").stream().map(BearerConfig::readIssuer).toList();
    if (cert.isEmpty() && secret.isEmpty() && oidc.isEmpty()) {
      bearer.problem("nothing says whose tokens are good", "cert, awsSecretsManager or oidc");
    }
    return new BearerConfig(
        bearer.string("realm"),
        bearer.string("service"),
        cert,
        secret,
        bearer.section("upstreamTokenEndpoint").map(BearerConfig::readUpstream),
        oidc);
  }

  private static AwsSecret readSecret(Section secret) {
    return new AwsSecret(
        secret.required(secret.string("region"), "region", "", "a region of AWS"),
        secret.required(secret.string("secretName"), "secretName", "", "the name of a secret"),
        secret.duration(
            "refreshInterval", Duration.ofMinutes(1), Duration.ofSeconds(1), Duration.ofDays(30)));
  }

  private static UpstreamTokenEndpoint readUpstream(Section upstream) {
    var realm = upstream.httpUrl("realm");
    boolean allowInsecureHttp = upstream.flag("allowInsecureHttp", false);
    if (realm.isPresent()
        && "http".equalsIgnoreCase(realm.get().getScheme())
        && !allowInsecureHttp) {
      upstream.problem("realm", "is not encrypted", "an https URL, or allowInsecureHttp");
    }
    return new UpstreamTokenEndpoint(
        upstream.required(realm.map(URI::toString), "realm", "", Weakly.URL_EXPECTED),
        upstream.string("service"),
        allowInsecureHttp);
  }

  private static Issuer readIssuer(Section issuer) {
    var mapping = issuer.section("claimMapping");
    return new Issuer(
        issuer.required(issuer.httpUrl("issuer"), "issuer", URI.create(""), Weakly.URL_EXPECTED),
        issuer.strings("audiences"),
        new ClaimMapping(
            mapping.string("username"),
            mapping.string("groups"),
            mapping.sections("variables").stream().map(BearerConfig::readVariable).toList(),
            mapping.sections("validations").stream().map(BearerConfig::readValidation).toList()),
        issuer.string("certificateAuthority"),
        issuer.path("certificateAuthorityFile"),
        issuer.flag("skipIssuerVerification", false));
  }

  private static Variable readVariable(Section variable) {
    return new Variable(
        variable.required(variable.string("name"), "name", "", "a name"),
        variable.required(variable.string("expression"), "expression", "", "a CEL expression"));
  }

  private static Validation readValidation(Section validation) {
    return new Validation(
        validation.required(
            validation.string("expression"),
            "expression",
            "",
            "a CEL expression that must be true"),
        validation.string("message"));
  }
}
