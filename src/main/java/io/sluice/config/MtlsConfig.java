package io.sluice.config;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * {@code http.auth.mtls}: a client's certificate says who it is.
 *
 * @param identityAttributes where the name is looked for, in this order; default the common name
 * @param uriSanPattern which part of a URI is the name: the first group of this expression
 * @param uriSanIndex which of several URIs counts, from 0; likewise for names and addresses
 */
public record MtlsConfig(
    List<IdentityAttribute> identityAttributes,
    Optional<Regex> uriSanPattern,
    int uriSanIndex,
    int dnsSanIndex,
    int emailSanIndex) {

  /** A part of a certificate that can hold a name. */
  public enum IdentityAttribute {
    COMMON_NAME,
    SUBJECT,
    EMAIL,
    URI,
    DNS_NAME
  }

  private static final Map<String, IdentityAttribute> ATTRIBUTES =
      Map.of(
          "cn", IdentityAttribute.COMMON_NAME,
          "commonname", IdentityAttribute.COMMON_NAME,
          "subject", IdentityAttribute.SUBJECT,
          "email", IdentityAttribute.EMAIL,
          "uri", IdentityAttribute.URI,
          "dnsname", IdentityAttribute.DNS_NAME);

  static MtlsConfig read(Section mtls) {
    var attributes =
        mtls.list(
            "identityAttributes", MtlsConfig::attribute, "CN, Subject, Email, URI or DNSName");
    return new MtlsConfig(
        attributes.isEmpty() ? List.of(IdentityAttribute.COMMON_NAME) : attributes,
        mtls.regex("uriSanPattern"),
        mtls.integer("uriSanIndex", 0, 0, Integer.MAX_VALUE),
        mtls.integer("dnsSanIndex", 0, 0, Integer.MAX_VALUE),
        mtls.integer("emailSanIndex", 0, 0, Integer.MAX_VALUE));
  }

  private static IdentityAttribute attribute(String text) {
    var attribute = ATTRIBUTES.get(text.toLowerCase(Locale.ROOT));
    if (attribute == null) {
      throw new IllegalArgumentException("is not a part of a certificate that we read");
    }
    return attribute;
  }
}
