package io.sluice.upload;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Await;
import io.sluice.oci.Digest;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.jspecify.annotations.Nullable;

class StreamDigestTest {
  private static @Nullable Vertx vertx;

  @BeforeContainer
  static void startVertx() {
    vertx = Vertx.vertx();
  }

  @AfterContainer
  static void stopVertx() {
    Await.result(Objects.requireNonNull(vertx).close());
  }

  /** Large ones go to a worker, small ones behind them must not overtake. */
  @Property(tries = 100)
  void isThatOfAllBuffersInTheirOrder(
      @ForAll("sizes") @Size(max = 6) List<Integer> sizes,
      @ForAll Digest.Algorithm algorithm,
      @ForAll Random random) {
    var vertx = Objects.requireNonNull(StreamDigestTest.vertx);
    int total = sizes.stream().mapToInt(Integer::intValue).sum();
    var content = new byte[total];
    random.nextBytes(content);

    var digest =
        Await.on(
            vertx,
            () -> {
              var workers = vertx.createSharedWorkerExecutor("digest", 2);
              var stream = new StreamDigest(workers, algorithm);
              var updates = new ArrayList<Future<?>>();
              int at = 0;
              for (int size : sizes) {
                updates.add(stream.update(ByteBuffer.wrap(content, at, size)));
                at += size;
              }
              assertThat(stream.position()).isEqualTo(total);
              return stream
                  .finish()
                  .onSuccess(_ -> assertThat(updates).allMatch(Future::succeeded))
                  .eventually(workers::close);
            });

    assertThat(digest).isEqualTo(Digest.of(algorithm, content));
  }

  @Provide
  Arbitrary<List<Integer>> sizes() {
    return Arbitraries.of(0, 1, 1000, 64 << 10, (64 << 10) + 1, 300_000).list().ofMaxSize(6);
  }
}
