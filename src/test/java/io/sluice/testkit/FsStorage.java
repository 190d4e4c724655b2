package io.sluice.testkit;

import io.sluice.config.OwnConfig;
import io.sluice.server.StoreFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A folder of its own for each test, with a folder in it for each store. */
final class FsStorage implements Storage {
  private final Path stores;

  private FsStorage(Path stores) {
    this.stores = stores;
  }

  static FsStorage create() {
    try {
      var parent = Files.createDirectories(Path.of(System.getProperty("java.io.tmpdir")));
      return new FsStorage(Files.createTempDirectory(parent, "registry"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Path stores() {
    return stores;
  }

  @Override
  public StoreFactory factory() {
    return StoreFactory.standard(OwnConfig.defaults());
  }

  @Override
  public List<String> keys() {
    return files().stream()
        .filter(file -> !file.contains("/."))
        .map(file -> file.substring(file.indexOf('/', 1)))
        .toList();
  }

  @Override
  public List<String> unfinished() {
    return files().stream().filter(file -> file.contains("/.")).toList();
  }

  /** Those that are there; folders may come and go meanwhile. */
  private List<String> files() {
    var found = new ArrayList<String>();
    try {
      Files.walkFileTree(
          stores,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              found.add("/" + stores.relativize(file));
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
              return unlessGone(e);
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e)
                throws IOException {
              return e == null ? FileVisitResult.CONTINUE : unlessGone(e);
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    found.sort(Comparator.naturalOrder());
    return found;
  }

  private static FileVisitResult unlessGone(IOException e) throws IOException {
    if (e instanceof NoSuchFileException) {
      return FileVisitResult.CONTINUE;
    }
    throw e;
  }

  @Override
  public void close() {
    try (var files = Files.walk(stores)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
