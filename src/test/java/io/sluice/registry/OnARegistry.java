package io.sluice.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Await;
import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.sluice.oci.RepositoryName;
import io.sluice.oci.Tag;
import io.sluice.store.memory.MemoryObjectStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;

/** A fresh registry on a store in memory for each test, and others over the same store. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class OnARegistry {
  static final RepositoryName APP = new RepositoryName("team/app");
  static final RepositoryName OTHER = new RepositoryName("other");
  static final Tag LATEST = new Tag("latest");

  final Vertx vertx = Vertx.vertx();
  private final List<TestRegistry> open = new ArrayList<>();
  TestRegistry.Clock clock = new TestRegistry.Clock();
  MemoryObjectStore objects = new MemoryObjectStore(vertx);
  TestRegistry registry = replica();

  @BeforeEach
  void start() {
    closeAll();
    clock = new TestRegistry.Clock();
    var now = clock;
    objects = new MemoryObjectStore(vertx, now::instant);
    registry = replica(false, Duration.ZERO);
  }

  /** Another registry over the same store. */
  TestRegistry replica() {
    return replica(false, Duration.ZERO);
  }

  TestRegistry replica(boolean dedupe, Duration skew) {
    var replica = new TestRegistry(vertx, objects, clock, dedupe, skew);
    open.add(replica);
    return replica;
  }

  @AfterEach
  void closeAll() {
    open.forEach(
        it -> {
          assertThat(it.uploads.used()).as("memory in use").isZero();
          it.close();
        });
    open.clear();
  }

  @AfterAll
  void closeVertx() {
    Await.result(vertx.close());
  }

  final <T> T await(Callable<Future<T>> call) {
    return Await.on(vertx, call);
  }

  static RegistryError error(Throwable thrown) {
    return ((RegistryException) thrown).error();
  }
}
