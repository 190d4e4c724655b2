package io.sluice.store.s3;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Optional;
import javax.net.ssl.TrustManagerFactory;
import software.amazon.awssdk.http.TlsTrustManagersProvider;

/**
 * The certificates that {@code AWS_CA_BUNDLE} names, a file in PEM: the tools of AWS, and Zot,
 * trust these instead of the system's. The Java SDK doesn't know the variable.
 */
final class CaBundle {
  static final String VARIABLE = "AWS_CA_BUNDLE";

  private CaBundle() {}

  static Optional<TlsTrustManagersProvider> fromEnvironment() {
    var file = System.getenv(VARIABLE);
    return file == null || file.isBlank() ? Optional.empty() : Optional.of(of(Path.of(file)));
  }

  /** Reads a bundle; fails when the file can't be read or has no certificates. */
  static TlsTrustManagersProvider of(Path file) {
    try (var pem = Files.newInputStream(file)) {
      var trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      int count = 0;
      for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
        trusted.setCertificateEntry("ca-" + count++, certificate);
      }
      if (count == 0) {
        throw new IllegalStateException(VARIABLE + ": there are no certificates in " + file);
      }
      var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(trusted);
      return factory::getTrustManagers;
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(
          VARIABLE + ": " + file + " can't be read as PEM: " + e.getMessage(), e);
    }
  }
}
