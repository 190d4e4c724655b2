package io.sluice.testkit;

import at.favre.lib.crypto.bcrypt.BCrypt;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.stream.Collectors;

/** An htpasswd file, with the lowest cost that there is. */
public final class Users implements AutoCloseable {
  private static final int COST = 4;

  private final Path file;
  private boolean exist;

  private Users(Path file) {
    this.file = file;
  }

  /** Users whose passwords are their names with an exclamation mark; none for no file. */
  static Users of(String... names) {
    try {
      var parent = Files.createDirectories(Path.of(System.getProperty("java.io.tmpdir")));
      var users = new Users(Files.createTempDirectory(parent, "users").resolve("htpasswd"));
      if (names.length > 0) {
        users.write(
            Arrays.stream(names).map(name -> line(name, name + "!")).toArray(String[]::new));
      }
      return users;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A line of the file. */
  public static String line(String name, String password) {
    return name
        + ":"
        + BCrypt.with(BCrypt.Version.VERSION_2Y).hashToString(COST, password.toCharArray());
  }

  /** Replaces what stands there, at once. */
  public void write(String... lines) {
    exist = true;
    try {
      var next = file.resolveSibling("next");
      Files.writeString(
          next, Arrays.stream(lines).map(line -> line + "\n").collect(Collectors.joining()));
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Path file() {
    return file;
  }

  boolean exist() {
    return exist;
  }

  @Override
  public void close() {
    try {
      Files.deleteIfExists(file);
      Files.deleteIfExists(file.getParent());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
