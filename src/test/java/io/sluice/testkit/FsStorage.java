package io.sluice.testkit;

import io.sluice.config.OwnConfig;
import io.sluice.server.StoreFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

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

  private List<String> files() {
    try (var files = Files.walk(stores)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> "/" + stores.relativize(file))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
