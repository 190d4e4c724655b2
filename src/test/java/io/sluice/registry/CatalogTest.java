package io.sluice.registry;

import static io.sluice.registry.TestImages.image;
import static io.sluice.registry.TestImages.small;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.oci.RepositoryName;
import io.sluice.store.fs.FsObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CatalogTest extends OnARegistry {
  private List<RepositoryName> list(Optional<RepositoryName> last, int limit) {
    return await(() -> registry.parts.catalog.list(last, limit));
  }

  @Test
  void aRepositoryIsListedWithItsFirstManifest() {
    registry.upload(APP, small(1));
    assertThat(list(Optional.empty(), 10)).isEmpty();

    registry.push(APP, image(small(1)), LATEST);
    registry.push(APP, image(small(1)), LATEST);

    assertThat(list(Optional.empty(), 10)).containsExactly(APP);
  }

  @Test
  void repositoriesAreListedInTheOrderOfTheirNamesAndInPages() {
    var names =
        Stream.of(
                "a",
                "a-b",
                "a.b",
                "a/b",
                "a/b/c",
                "a_b",
                "a0",
                "b",
                "a-b/c",
                "0",
                "a--b",
                "x".repeat(RepositoryName.MAX_LENGTH),
                "x".repeat(RepositoryName.MAX_LENGTH - 1),
                "x".repeat(RepositoryName.MAX_LENGTH - 2) + "/x")
            .map(RepositoryName::new)
            .toList();
    names.forEach(name -> await(() -> registry.parts.catalog.enter(name)));
    var sorted = List.copyOf(new TreeSet<>(names));

    for (int limit = 1; limit <= names.size() + 1; limit++) {
      for (int from = 0; from <= sorted.size(); from++) {
        var last = from == 0 ? Optional.<RepositoryName>empty() : Optional.of(sorted.get(from - 1));
        assertThat(list(last, limit))
            .isEqualTo(sorted.subList(from, Math.min(sorted.size(), from + limit)));
      }
    }
  }

  /** A file system takes 255 bytes in a name: as many as a repository's may have. */
  @Test
  void theLongestNameFitsIntoAFileSystem(@TempDir Path folder) throws IOException {
    var longest = new RepositoryName("x".repeat(RepositoryName.MAX_LENGTH));
    var store = FsObjectStore.open(vertx, folder, false);
    var onDisk = new TestRegistry(vertx, store, clock, false, java.time.Duration.ZERO);

    onDisk.pushAll(longest, image(small(1)), LATEST);

    assertThat(onDisk.missingOf(longest, image(small(1)))).isEmpty();
    assertThat(await(() -> onDisk.parts.catalog.list(Optional.empty(), 10)))
        .containsExactly(longest);
    onDisk.close();
    await(store::close);
  }
}
