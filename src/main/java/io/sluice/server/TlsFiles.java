package io.sluice.server;

import io.sluice.api.TlsMaterial;
import io.sluice.config.TlsConfig;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.X509KeyManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads and checks the files of {@code http.tls}. Blocks. */
final class TlsFiles {
  private static final Logger LOG = LoggerFactory.getLogger(TlsFiles.class);

  /** No certificate with its chain is as large. */
  private static final int MOST = 1 << 20;

  private TlsFiles() {}

  /**
   * The contents, if a server can use them.
   *
   * @throws StartFailure with what is wrong in which file
   */
  static TlsMaterial read(Vertx vertx, TlsConfig config) {
    var chain = read("http.tls.cert", config.cert());
    var key = read("http.tls.key", config.key());
    var certificates = certificates("http.tls.cert", config.cert(), chain);
    requirePair(vertx, config, chain, key, certificates.getFirst());
    warnOfDates(config.cert(), certificates.getFirst());
    Optional<Buffer> authorities =
        config.caCert().map(file -> authorities(file, read("http.tls.cacert", file)));
    return new TlsMaterial(chain, key, authorities);
  }

  private static Buffer authorities(Path file, Buffer bytes) {
    certificates("http.tls.cacert", file, bytes);
    return bytes;
  }

  private static Buffer read(String key, Path file) {
    return Buffer.buffer(SmallFile.read(key, file, MOST));
  }

  private static List<X509Certificate> certificates(String key, Path file, Buffer bytes) {
    try {
      var all =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(bytes.getBytes()))
              .stream()
              .map(X509Certificate.class::cast)
              .toList();
      if (!all.isEmpty()) {
        return all;
      }
    } catch (CertificateException e) {
      LOG.atDebug().setCause(e).log("a certificate can't be read");
    }
    throw new StartFailure(key + ": " + file + " has no certificate in PEM");
  }

  private static void requirePair(
      Vertx vertx, TlsConfig config, Buffer chain, Buffer key, X509Certificate certificate) {
    var privateKey =
        privateKey(vertx, chain, key, certificate.getPublicKey())
            .orElseThrow(
                () ->
                    new StartFailure(
                        "http.tls.key: "
                            + config.key()
                            + " has no RSA or EC private key in PEM without a password"));
    if (!belong(privateKey, certificate.getPublicKey())) {
      throw new StartFailure(
          "http.tls.key: %s is not the key of the first certificate in %s"
              .formatted(config.key(), config.cert()));
    }
  }

  private static Optional<PrivateKey> privateKey(
      Vertx vertx, Buffer chain, Buffer key, PublicKey certified) {
    try {
      var managers =
          new PemKeyCertOptions()
              .addCertValue(chain)
              .addKeyValue(key)
              .getKeyManagerFactory(vertx)
              .getKeyManagers();
      if (managers[0] instanceof X509KeyManager manager) {
        var aliases = manager.getServerAliases(certified.getAlgorithm(), null);
        return aliases == null
            ? Optional.empty()
            : Optional.ofNullable(manager.getPrivateKey(aliases[0]));
      }
    } catch (Exception e) {
      // Its message may show a part of what was taken for a key.
      LOG.atDebug().addKeyValue("error", e.getClass().getName()).log("a key can't be read");
    }
    return Optional.empty();
  }

  /** What the one signs, the other verifies. */
  private static boolean belong(PrivateKey key, PublicKey certified) {
    try {
      var algorithm =
          switch (certified.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            case String other -> other;
          };
      var text = new byte[] {1, 2, 3};
      var signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      signature.update(text);
      var signed = signature.sign();
      signature.initVerify(certified);
      signature.update(text);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static void warnOfDates(Path file, X509Certificate certificate) {
    var now = Instant.now();
    var from = certificate.getNotBefore().toInstant();
    var until = certificate.getNotAfter().toInstant();
    if (now.isBefore(from) || now.isAfter(until)) {
      LOG.atWarn()
          .addKeyValue("file", file)
          .addKeyValue("from", from)
          .addKeyValue("until", until)
          .log("the certificate of http.tls.cert is not valid now: clients will refuse it");
    }
  }
}
