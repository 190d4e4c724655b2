package io.sluice.gc;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Await;
import io.vertx.core.Vertx;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** By a clock that only the test moves; whoever has to wait at all is not done at once. */
class PaceTest {
  private final Vertx vertx = Vertx.vertx();
  private long now = -5;

  @AfterEach
  void close() {
    Await.result(vertx.close());
  }

  private Pace pace(int perSecond) {
    return new Pace(vertx, () -> now, perSecond);
  }

  private void pass(Duration time) {
    now += time.toNanos();
  }

  @Test
  void whoeverKeepsThePaceNeverWaits() {
    var pace = pace(100);
    for (int i = 0; i < 1000; i++) {
      pass(Duration.ofMillis(10));
      assertThat(pace.turn().isComplete()).as("turn %d", i).isTrue();
    }
  }

  @Test
  void whoeverIsFasterWaits() {
    var pace = pace(1);
    pass(Duration.ofSeconds(1));
    assertThat(pace.turn().isComplete()).isTrue();
    assertThat(pace.turn().isComplete()).isFalse();
    pass(Duration.ofSeconds(1));
    assertThat(pace.turn().isComplete()).as("behind the one that waits").isFalse();
  }

  /** After an hour, no more may pass at once than have their turn within 20 ms. */
  @Test
  void restIsNotSavedUp() {
    var pace = pace(100);
    pass(Duration.ofHours(1));
    for (int i = 0; i < 3; i++) {
      assertThat(pace.turn().isComplete()).isTrue();
    }
    for (int i = 0; i < 100; i++) {
      var unused = pace.turn();
    }
    assertThat(pace.turn().isComplete()).as("a second ahead").isFalse();
  }

  @Test
  void whoeverWaitsHasHisTurn() {
    assertThat(Await.on(vertx, () -> pace(50).turn().map("done"))).isEqualTo("done");
  }

  @Test
  void withoutALimitNobodyWaits() {
    var pace = pace(Integer.MAX_VALUE);
    for (int i = 0; i < 1000; i++) {
      assertThat(pace.turn().isComplete()).isTrue();
    }
  }
}
