package io.sluice.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * {@code http.tls}: TLS 1.2 or newer, with HTTP/2. The files are read, and watched, by the server.
 *
 * @param cert certificate chain in PEM
 * @param key its private key in PEM
 * @param caCert clients may show a certificate, which must then be signed by this one
 */
public record TlsConfig(Path cert, Path key, Optional<Path> caCert) {

  /** Unlike Zot, which then serves plain HTTP, refuses a certificate without its key. */
  static Optional<TlsConfig> read(Section tls) {
    var cert = tls.path("cert");
    var key = tls.path("key");
    var caCert = tls.path("cacert");
    if (cert.isEmpty() && key.isEmpty() && caCert.isEmpty()) {
      return Optional.empty();
    }
    var expected = "both cert and key, or no tls at all";
    return Optional.of(
        new TlsConfig(
            tls.required(cert, "cert", Path.of(""), expected),
            tls.required(key, "key", Path.of(""), expected),
            caCert));
  }
}
