package io.sluice.testkit.s3;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.net.PfxOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * A certificate of its own making for 127.0.0.1 and localhost, made by the JDK's {@code keytool} in
 * the folder for temporary files.
 */
public final class SelfSigned {
  private static final String PASSWORD = "password";

  private final Path store;
  private final Path certificate;

  private SelfSigned(Path store, Path certificate) {
    this.store = store;
    this.certificate = certificate;
  }

  /** Valid from a day ago for ten more. */
  public static SelfSigned create() {
    return create("-1d", "ip:127.0.0.1,dns:localhost");
  }

  /** One that has run out. */
  public static SelfSigned expired() {
    return create("-30d", "ip:127.0.0.1,dns:localhost");
  }

  /** One for another host. */
  public static SelfSigned forAnotherHost() {
    return create("-1d", "dns:elsewhere.example");
  }

  private static SelfSigned create(String from, String names) {
    try {
      var parent = Files.createDirectories(Path.of(System.getProperty("java.io.tmpdir")));
      var folder = Files.createTempDirectory(parent, "tls");
      var made = new SelfSigned(folder.resolve("store.p12"), folder.resolve("certificate.pem"));
      made.keytool(
          List.of(
              "-genkeypair",
              "-keyalg",
              "EC",
              "-dname",
              "CN=" + UUID.randomUUID(),
              "-ext",
              "san=" + names,
              "-startdate",
              from,
              "-validity",
              "11"));
      made.keytool(List.of("-exportcert", "-rfc", "-file", made.certificate.toString()));
      return made;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void keytool(List<String> arguments) throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(arguments);
    command.addAll(List.of("-alias", "s3", "-storetype", "PKCS12", "-storepass", PASSWORD));
    command.addAll(List.of("-keystore", store.toString()));
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

  /** What a server presents. */
  PfxOptions options() {
    return new PfxOptions().setPath(store.toString()).setPassword(PASSWORD);
  }

  /** The certificate as PEM: trusted by clients that are told so. */
  public Path certificate() {
    return certificate;
  }
}
