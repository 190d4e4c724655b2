package io.sluice.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * An authority that signs certificates of servers and of clients; made by the JDK's {@code keytool}
 * in the folder for temporary files. Thread safe.
 */
public final class Certificates {
  private static final char[] PASSWORD = "password".toCharArray();
  private static final String AUTHORITY = "authority";
  private static final String HERE = "san=ip:127.0.0.1,dns:localhost,dns:registry.test";

  /** Keys that an authority may be asked to certify. */
  public enum Keys {
    RSA,
    EC
  }

  private final Path store;
  private final AtomicInteger issued = new AtomicInteger();

  private Certificates(Path store) {
    this.store = store;
  }

  private static final class Shared {
    static final Certificates INSTANCE = create();
    static final Identity SERVER = INSTANCE.server(Keys.EC);
  }

  /** The one that a registry with TLS has, unless its test says otherwise. */
  public static Certificates shared() {
    return Shared.INSTANCE;
  }

  /** The certificate of such a registry. */
  static Identity sharedServer() {
    return Shared.SERVER;
  }

  /** A new authority. */
  public static Certificates create() {
    try {
      var parent = Files.createDirectories(Path.of(System.getProperty("java.io.tmpdir")));
      var folder = Files.createTempDirectory(parent, "authority");
      var made = new Certificates(folder.resolve("store.p12"));
      made.generate(AUTHORITY, Keys.EC, "CN=test authority", "-1d", "-ext", "bc:c");
      return made;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A server's certificate for this machine. */
  public Identity server(Keys keys) {
    return issue(keys, "CN=registry.test", "-1d", HERE);
  }

  /** A server's certificate that has run out. */
  public Identity expiredServer() {
    return issue(Keys.EC, "CN=registry.test", "-30d", HERE);
  }

  /**
   * A client's certificate.
   *
   * @param names alternative ones, as in {@code email:a@b.c}, {@code uri:x:y}, {@code dns:host}
   */
  public Identity client(String subject, String... names) {
    return names.length == 0
        ? issue(Keys.EC, subject, "-1d", null)
        : issue(Keys.EC, subject, "-1d", "san=" + String.join(",", names));
  }

  /** A client's certificate that has run out. */
  public Identity expiredClient(String subject) {
    return issue(Keys.EC, subject, "-30d", null);
  }

  /** What those who trust this authority trust. */
  public X509Certificate certificate() {
    return load(AUTHORITY).certificate();
  }

  /** The same in PEM. */
  public String pem() {
    return Pem.of(certificate());
  }

  private synchronized Identity issue(
      Keys keys, String subject, String from, @Nullable String names) {
    try {
      var alias = "issued" + issued.incrementAndGet();
      var more = new ArrayList<>(List.of("-signer", AUTHORITY));
      if (names != null) {
        more.addAll(List.of("-ext", names));
      }
      generate(alias, keys, subject, from, more.toArray(String[]::new));
      return load(alias);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Identity load(String alias) {
    try {
      var loaded = KeyStore.getInstance(store.toFile(), PASSWORD);
      return new Identity(
          (PrivateKey) loaded.getKey(alias, PASSWORD),
          (X509Certificate) loaded.getCertificate(alias));
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private void generate(String alias, Keys keys, String subject, String from, String... more)
      throws IOException {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                alias,
                "-keyalg",
                keys.name(),
                "-dname",
                subject,
                "-startdate",
                from,
                "-validity",
                "11",
                "-storetype",
                "PKCS12",
                "-storepass",
                new String(PASSWORD),
                "-keystore",
                store.toString()));
    command.addAll(List.of(more));
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var output = new String(process.getInputStream().readAllBytes(), UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IOException("keytool: " + output);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }
}
