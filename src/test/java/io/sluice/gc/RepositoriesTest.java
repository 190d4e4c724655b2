package io.sluice.gc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.Await;
import io.sluice.oci.RepositoryName;
import io.sluice.store.memory.MemoryObjectStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RepositoriesTest {
  private final Vertx vertx = Vertx.vertx();
  private final MemoryObjectStore store = new MemoryObjectStore(vertx);
  private final List<String> visited = new ArrayList<>();
  private boolean stop;

  @AfterEach
  void close() {
    Await.result(vertx.close());
  }

  private void have(String... keys) {
    for (var key : keys) {
      Await.on(vertx, () -> store.put(key, ByteBuffer.allocate(0)));
    }
  }

  private void visit() {
    var pace = new Pace(vertx, System::nanoTime, Integer.MAX_VALUE);
    var scanner = new Scanner(new PacedStore(store, pace), System::nanoTime, () -> stop);
    Await.on(vertx, () -> Repositories.each(scanner, this::visit));
  }

  private Future<Void> visit(RepositoryName name) {
    visited.add(name.value());
    return Future.succeededFuture();
  }

  @Test
  void repositoriesWithinOthersAreFoundEachOnce() {
    have(
        "repos/a/_tags/v1!/x",
        "repos/a/_manifests/sha256/x/y",
        "repos/a/b/_blobs/sha256/x/y",
        "repos/a-b/_pulls/x",
        "repos/a/1/x/_deletions/x",
        "repos/0/_new/x",
        "repos/z/z/z/z/z/z/_tags/v1!/x");

    visit();

    assertThat(visited).containsExactlyInAnyOrder("a", "a/b", "a-b", "a/1/x", "0", "z/z/z/z/z/z");
  }

  @Test
  void manyPagesOfThemAreFound() {
    var names = IntStream.range(0, 1100).mapToObj(i -> "many/r" + i).toList();
    names.forEach(name -> have("repos/" + name + "/_tags/v1!/x"));
    IntStream.range(0, 1100).forEach(i -> have("repos/many/_x" + i + "/y"));

    visit();

    assertThat(visited).hasSize(1101).containsAll(names).contains("many");
  }

  @Test
  void whatCantBeARepositoryIsPassedBy() {
    have("repos/UPPER/_tags/x", "repos/_tags/x/y", "repos/file", "repos/a/file", "other/a/_tags/x");

    visit();

    assertThat(visited).isEmpty();
  }

  @Test
  void itStopsWhenItIsTold() {
    have("repos/a/_tags/x");
    stop = true;

    assertThatThrownBy(this::visit).isInstanceOf(Stopped.class);
    assertThat(visited).isEmpty();
  }
}
