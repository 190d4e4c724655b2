package io.sluice.upload;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Await;
import io.sluice.upload.MemoryBudget.Chunk;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.jspecify.annotations.Nullable;

class MemoryBudgetTest {
  private static final int BUFFER = 32;

  private static @Nullable Vertx vertx;

  @BeforeContainer
  static void startVertx() {
    vertx = Vertx.vertx();
  }

  @AfterContainer
  static void stopVertx() {
    Await.result(vertx().close());
  }

  private static Vertx vertx() {
    return Objects.requireNonNull(vertx);
  }

  /** One and two ask for so many buffers; any other number gives back what was granted first. */
  @Property
  void isGrantedFirstComeFirstServedAndNeverExceeded(
      @ForAll @IntRange(min = 2, max = 5) int buffers,
      @ForAll @Size(max = 60) List<@IntRange(min = 1, max = 5) Integer> actions) {
    Await.on(
        vertx(),
        () -> {
          history(new MemoryBudget((long) buffers * BUFFER, BUFFER, false), buffers, actions);
          return Future.succeededFuture();
        });
  }

  private static void history(MemoryBudget budget, int buffers, List<Integer> actions) {
    var asked = new ArrayList<Future<Chunk>>();
    var counts = new ArrayList<Integer>();
    int givenBack = 0;
    for (int action : actions) {
      if (action <= 2) {
        asked.add(budget.acquire(vertx(), action));
        counts.add(action);
      } else if (givenBack < granted(asked)) {
        asked.get(givenBack++).result().release();
      }
      int granted = givenBack;
      int used = 0;
      while (granted < asked.size() && used + counts.get(granted) <= buffers) {
        used += counts.get(granted++);
      }
      assertThat(granted(asked)).as("in the order of asking").isEqualTo(granted);
      assertThat(budget.used()).isEqualTo((long) used * BUFFER);
      assertThat(budget.used()).isLessThanOrEqualTo(budget.total());
      assertThat(budget.contended()).isEqualTo(granted < asked.size());
    }
    for (; givenBack < asked.size(); givenBack++) {
      assertThat(asked.get(givenBack).isComplete()).as("whoever waits is served").isTrue();
      asked.get(givenBack).result().release();
    }
    assertThat(budget.used()).isZero();
    assertThat(budget.contended()).isFalse();
    assertThat(budget.peak()).isLessThanOrEqualTo(budget.total());
  }

  /** How many were granted; nobody is before somebody who asked earlier. */
  private static int granted(List<Future<Chunk>> asked) {
    int granted = 0;
    while (granted < asked.size() && asked.get(granted).succeeded()) {
      granted++;
    }
    assertThat(asked.subList(granted, asked.size())).noneMatch(Future::isComplete);
    return granted;
  }

  @Property(tries = 20)
  void isNeverExceededByManyContextsAtOnce(
      @ForAll @IntRange(min = 2, max = 4) int buffers, @ForAll boolean direct) {
    var budget = new MemoryBudget((long) buffers * BUFFER, BUFFER, direct);
    var done = new ArrayList<Future<?>>();
    for (int i = 0; i < 8; i++) {
      done.add(
          Future.future(
              promise -> vertx().runOnContext(_ -> useOften(budget, 50).onComplete(promise))));
    }

    Await.result(Future.all(done));

    assertThat(budget.used()).isZero();
    assertThat(budget.peak()).isBetween((long) BUFFER, budget.total());
  }

  private static Future<Void> useOften(MemoryBudget budget, int times) {
    return times == 0
        ? Future.succeededFuture()
        : budget
            .acquire(vertx())
            .compose(
                chunk -> {
                  chunk.append(ByteBuffer.allocate(1));
                  assertThat(chunk.length()).as("nobody else writes into it").isEqualTo(1);
                  return Future.<Void>future(
                      promise ->
                          vertx()
                              .getOrCreateContext()
                              .runOnContext(
                                  _ -> {
                                    assertThat(chunk.length()).isEqualTo(1);
                                    chunk.release();
                                    promise.complete();
                                  }));
                })
            .compose(_ -> useOften(budget, times - 1));
  }

  @Example
  void aBufferComesEmptyAndIsGivenBackOnce() {
    Await.on(
        vertx(),
        () -> {
          var budget = new MemoryBudget(2 * BUFFER, BUFFER, false);
          var chunk = budget.acquire(vertx()).result();
          chunk.append(ByteBuffer.allocate(BUFFER));
          assertThat(chunk.isFull()).isTrue();
          assertThat(chunk.filled()).hasSize(1);
          assertThat(chunk.filled()[0].remaining()).isEqualTo(BUFFER);
          chunk.release();
          chunk.release();
          assertThat(budget.used()).isZero();

          assertThat(budget.acquire(vertx()).result().length()).isZero();
          assertThat(budget.acquire(vertx()).isComplete()).isTrue();
          assertThat(budget.acquire(vertx()).isComplete()).isFalse();
          return Future.succeededFuture();
        });
  }

  @Property
  void severalBuffersAreFilledLikeOne(
      @ForAll @Size(max = 3 * BUFFER) byte[] content,
      @ForAll @IntRange(min = 1, max = 7) int step) {
    Await.on(
        vertx(),
        () -> {
          var chunk = new MemoryBudget(3 * BUFFER, BUFFER, false).acquire(vertx(), 3).result();
          for (int at = 0; at < content.length; at += step) {
            var piece = Buffer.buffer(content).slice(at, Math.min(content.length, at + step));
            if (at % 2 == 0) {
              chunk.append(piece, piece.length());
            } else {
              chunk.append(ByteBuffer.wrap(piece.getBytes()));
            }
          }

          assertThat(chunk.length()).isEqualTo(content.length);
          assertThat(chunk.remaining()).isEqualTo(3 * BUFFER - content.length);
          assertThat(chunk.isFull()).isEqualTo(content.length == 3 * BUFFER);
          var filled = Buffer.buffer();
          for (var buffer : chunk.filled()) {
            var bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            assertThat(bytes).isNotEmpty();
            filled.appendBytes(bytes);
          }
          assertThat(filled.getBytes()).isEqualTo(content);
          return Future.succeededFuture();
        });
  }

  @Example
  void thereAreTwoBuffersAtLeast() {
    assertThat(new MemoryBudget(0, BUFFER, false).total()).isEqualTo(2 * BUFFER);
    assertThat(new MemoryBudget(100, BUFFER, false).total()).isEqualTo(3 * BUFFER);
  }
}
