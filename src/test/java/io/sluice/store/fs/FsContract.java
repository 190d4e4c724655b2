package io.sluice.store.fs;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.store.ObjectStore;
import io.sluice.store.ObjectStoreContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import net.jqwik.api.lifecycle.AfterTry;

/** {@link FsObjectStore} in a folder of its own. */
abstract class FsContract extends ObjectStoreContract {
  private final boolean fsync;
  private Path root = Path.of("");

  FsContract(boolean fsync) {
    this.fsync = fsync;
  }

  @Override
  protected ObjectStore create() throws IOException {
    root =
        Files.createTempDirectory(
            Files.createDirectories(Path.of(System.getProperty("java.io.tmpdir"))), "fs");
    return FsObjectStore.open(vertx(), root, fsync);
  }

  @Override
  protected ObjectStore reopen() throws IOException {
    return FsObjectStore.open(vertx(), root, fsync);
  }

  final Path root() {
    return root;
  }

  @AfterTry
  void removeFolder() throws IOException {
    if (Files.exists(root)) {
      if (Files.exists(root.resolve(".tmp"))) {
        assertThat(filesBelow(root.resolve(".tmp"))).as("drafts that were left").isEmpty();
      }
      for (var path : filesBelow(root)) {
        Files.delete(path);
      }
      Files.delete(root);
    }
  }

  /** Everything below a folder, what is deepest first. */
  static List<Path> filesBelow(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      return files.filter(path -> !path.equals(folder)).sorted(Comparator.reverseOrder()).toList();
    }
  }
}
