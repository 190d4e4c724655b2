package io.sluice.sync.upstream;

import io.sluice.config.SyncRegistryConfig;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * Whom one entry of {@code extensions.sync.registries} trusts, and what it shows of itself. By
 * value, so that what was checked is what is used; equal to another that was read from the same
 * contents.
 */
public final class UpstreamTls {

  /** No file of certificates is as large. */
  private static final int MOST = 4 << 20;

  /** What we show when we are asked; PEM. */
  private record Shown(Buffer certificates, Buffer key) {}

  private final boolean verify;
  private final List<X509Certificate> authorities;
  private final Optional<Shown> shown;
  private final Optional<TrustManager> trust;

  private UpstreamTls(
      boolean verify, List<X509Certificate> authorities, Optional<Shown> shown, Path folder) {
    this.verify = verify;
    this.authorities = authorities;
    this.shown = shown;
    this.trust = authorities.isEmpty() ? Optional.empty() : Optional.of(trust(authorities, folder));
  }

  /**
   * Reads {@code certDir}: {@code *.crt} are authorities besides those that Java knows, {@code
   * *.cert} and {@code *.key} are ours. Blocks.
   *
   * @throws IllegalArgumentException with what is wrong in which file
   */
  public static UpstreamTls read(Vertx vertx, SyncRegistryConfig config) {
    var folder = config.certDir().orElse(Path.of(""));
    var files = config.certDir().map(UpstreamTls::list).orElse(List.of());
    var authorities = new ArrayList<X509Certificate>();
    for (var file : having(files, ".crt")) {
      authorities.addAll(certificates(file, read(file)));
    }
    return new UpstreamTls(
        config.tlsVerify(), List.copyOf(authorities), shown(vertx, files), folder);
  }

  /**
   * Sets whom a client trusts.
   *
   * @param asOurselves whether it may show our certificate
   */
  void applyTo(HttpClientOptions options, boolean asOurselves) {
    options.setTrustAll(!verify).setVerifyHost(verify);
    if (verify) {
      trust.ifPresent(manager -> options.setTrustOptions(TrustOptions.wrap(manager)));
    }
    if (asOurselves) {
      shown.ifPresent(it -> options.setKeyCertOptions(pair(it)));
    }
  }

  private static Optional<Shown> shown(Vertx vertx, List<Path> files) {
    for (var key : having(files, ".key")) {
      partner(files, key, ".cert");
    }
    var all = having(files, ".cert");
    if (all.isEmpty()) {
      return Optional.empty();
    }
    var certificate = all.getFirst();
    var key = partner(files, certificate, ".key");
    var pair = new Shown(read(certificate), read(key));
    certificates(certificate, pair.certificates);
    try {
      pair(pair).getKeyManagerFactory(vertx);
    } catch (Exception e) {
      // Its message may show a part of what was taken for a key, and so it is no cause either.
      throw new IllegalArgumentException(
          key + " has no private key in PEM without a password (" + e.getClass().getName() + ")");
    }
    return Optional.of(pair);
  }

  private static PemKeyCertOptions pair(Shown shown) {
    return new PemKeyCertOptions().addCertValue(shown.certificates).addKeyValue(shown.key);
  }

  private static Path partner(List<Path> files, Path of, String suffix) {
    var name = of.getFileName().toString();
    var partner = of.resolveSibling(name.substring(0, name.lastIndexOf('.')) + suffix);
    if (!files.contains(partner)) {
      throw new IllegalArgumentException(of + " needs " + partner + ", which is missing");
    }
    return partner;
  }

  private static List<Path> list(Path folder) {
    try (var files = Files.list(folder)) {
      return files.sorted().toList();
    } catch (IOException e) {
      throw unreadable(folder, e);
    }
  }

  private static List<Path> having(List<Path> files, String suffix) {
    return files.stream().filter(file -> file.toString().endsWith(suffix)).toList();
  }

  private static Buffer read(Path file) {
    try (var in = Files.newInputStream(file)) {
      var bytes = in.readNBytes(MOST + 1);
      if (bytes.length > MOST) {
        throw new IllegalArgumentException(file + " is larger than any such file");
      }
      return Buffer.buffer(bytes);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static IllegalArgumentException unreadable(Path file, IOException e) {
    return new IllegalArgumentException(
        file + " can't be read: " + e.getClass().getSimpleName() + " " + e.getMessage(), e);
  }

  private static List<X509Certificate> certificates(Path file, Buffer bytes) {
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
      throw new IllegalArgumentException(file + " has no certificate in PEM");
    } catch (CertificateException e) {
      throw new IllegalArgumentException(file + " has no certificate in PEM", e);
    }
  }

  /** One manager that trusts Java's authorities and these. */
  private static TrustManager trust(List<X509Certificate> authorities, Path folder) {
    try {
      var store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      int entry = 0;
      for (var known : trustManager(Optional.empty()).getAcceptedIssuers()) {
        store.setCertificateEntry("java" + entry++, known);
      }
      for (var authority : authorities) {
        store.setCertificateEntry("own" + entry++, authority);
      }
      return trustManager(Optional.of(store));
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException(
          folder + " has certificates that can't be used: " + e.getMessage(), e);
    }
  }

  private static X509TrustManager trustManager(Optional<KeyStore> store)
      throws GeneralSecurityException {
    var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store.orElse(null));
    for (var manager : factory.getTrustManagers()) {
      if (manager instanceof X509TrustManager found) {
        return found;
      }
    }
    throw new GeneralSecurityException("Java has no trust manager");
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof UpstreamTls that
        && verify == that.verify
        && authorities.equals(that.authorities)
        && shown.equals(that.shown);
  }

  @Override
  public int hashCode() {
    return Objects.hash(verify, authorities, shown);
  }

  /** Without the key. */
  @Override
  public String toString() {
    return "UpstreamTls[verify=%s, authorities=%d, shows=%s]"
        .formatted(verify, authorities.size(), shown.isPresent());
  }
}
