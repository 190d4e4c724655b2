package io.sluice.scrub;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How much may be read when. */
class PaceTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final int RATE = 1_000_000;

  private final Vertx vertx = Vertx.vertx();
  private long now = 5 * SECOND;
  private final Pace pace = new Pace(vertx, RATE, () -> now);

  @AfterEach
  void close() throws Exception {
    vertx.close().await(10, TimeUnit.SECONDS);
  }

  @Test
  void whatIsTakenIsPaidOffBeforeTheNextIs() {
    assertThat(pace.reserve(RATE)).isZero();
    assertThat(pace.reserve(RATE / 2)).isEqualTo(SECOND);
    assertThat(pace.reserve(1)).isEqualTo(SECOND + SECOND / 2);
  }

  @Test
  void timeThatPassesPaysOff() {
    pace.reserve(4 * RATE);
    now += 3 * SECOND;
    assertThat(pace.reserve(1)).isEqualTo(SECOND);
  }

  @Test
  void aLongRestSavesAQuarterOfASecondOnly() {
    now += 3600 * SECOND;
    assertThat(pace.reserve(RATE)).isNegative();
    assertThat(pace.reserve(1)).isEqualTo(SECOND * 3 / 4);
  }

  @Test
  void whoWaitsIsToldOfTheEnd() {
    assertThat(pace.take(1000L * RATE).succeeded()).isTrue();
    var waiting = pace.take(1);
    assertThat(waiting.isComplete()).isFalse();
    pace.close();
    assertThat(RegistryException.says(waiting.cause(), RegistryError.ShuttingDown.class)).isTrue();
    assertThat(pace.take(1).failed()).isTrue();
  }
}
