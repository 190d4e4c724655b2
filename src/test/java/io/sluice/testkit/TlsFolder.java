package io.sluice.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Where a registry finds its certificate: {@code cert.pem}, {@code key.pem} and {@code cacert.pem},
 * all of the {@linkplain Certificates#shared shared} authority to begin with.
 */
public final class TlsFolder implements AutoCloseable {
  private final Path folder;

  private TlsFolder(Path folder) {
    this.folder = folder;
  }

  static TlsFolder create() {
    try {
      var parent = Files.createDirectories(Path.of(System.getProperty("java.io.tmpdir")));
      return new TlsFolder(Files.createTempDirectory(parent, "tls"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The folder, with its files. */
  Path path() {
    if (!Files.exists(folder.resolve("cert.pem"))) {
      use(Certificates.sharedServer());
      write("cacert.pem", Certificates.shared().pem());
    }
    return folder;
  }

  /** Another certificate with its key, for whoever reads them next. */
  public void use(Identity server) {
    write("cert.pem", Pem.of(server.certificate()));
    write("key.pem", Pem.of(server.key()));
  }

  /** Replaces a file at once. */
  public void write(String name, String content) {
    try {
      var next = folder.resolve("next");
      Files.writeString(next, content);
      Files.move(next, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public void delete(String name) {
    try {
      Files.delete(folder.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try (var files = Files.list(folder)) {
      for (var file : files.toList()) {
        Files.delete(file);
      }
      Files.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
