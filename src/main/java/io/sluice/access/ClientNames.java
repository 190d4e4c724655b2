package io.sluice.access;

import io.sluice.config.MtlsConfig;
import io.sluice.config.MtlsConfig.IdentityAttribute;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.security.auth.x500.X500Principal;

/**
 * The name of a user in a client's certificate, by {@code http.auth.mtls}. Only for certificates
 * that the TLS handshake has verified. Immutable.
 */
public final class ClientNames {
  /** The kinds of alternative names (RFC 5280, 4.2.1.6). */
  private static final int EMAIL = 1;

  private static final int DNS = 2;
  private static final int URI = 6;

  private final MtlsConfig config;

  public ClientNames(MtlsConfig config) {
    this.config = config;
  }

  /** The first of the configured attributes that the certificate has; empty if it has none. */
  public Optional<String> of(X509Certificate certificate) {
    return config.identityAttributes().stream()
        .flatMap(attribute -> attribute(certificate, attribute).stream())
        .filter(name -> !name.isBlank() && name.chars().noneMatch(Character::isISOControl))
        .findFirst();
  }

  private Optional<String> attribute(X509Certificate certificate, IdentityAttribute attribute) {
    return switch (attribute) {
      case COMMON_NAME -> commonName(certificate.getSubjectX500Principal());
      case SUBJECT -> Optional.of(certificate.getSubjectX500Principal().getName());
      case EMAIL -> alternative(certificate, EMAIL, config.emailSanIndex());
      case DNS_NAME -> alternative(certificate, DNS, config.dnsSanIndex());
      case URI -> alternative(certificate, URI, config.uriSanIndex()).flatMap(this::partOfUri);
    };
  }

  private Optional<String> partOfUri(String uri) {
    return config.uriSanPattern().isEmpty()
        ? Optional.of(uri)
        : config.uriSanPattern().get().firstGroup(uri);
  }

  private static Optional<String> commonName(X500Principal subject) {
    try {
      return new LdapName(subject.getName())
          .getRdns().reversed().stream()
              .filter(rdn -> rdn.getType().equalsIgnoreCase("CN"))
              .map(Rdn::getValue)
              .map(Object::toString)
              .findFirst();
    } catch (InvalidNameException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> alternative(X509Certificate certificate, int kind, int index) {
    try {
      Collection<List<?>> all = certificate.getSubjectAlternativeNames();
      return all == null
          ? Optional.empty()
          : all.stream()
              .filter(name -> name.getFirst().equals(kind) && name.get(1) instanceof String)
              .map(name -> (String) name.get(1))
              .skip(index)
              .findFirst();
    } catch (CertificateParsingException e) {
      return Optional.empty();
    }
  }
}
