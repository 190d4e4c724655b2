package io.sluice.sync.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.sync.upstream.Rest.Pass;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RestTest {
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000);
  private final Rest rest = new Rest(nanos::get);

  @Test
  void fiveFailuresInARowAreARest() {
    fail(4);
    assertThat(rest.left()).isZero();
    fail(1);
    assertThat(rest.left()).isEqualTo(Duration.ofSeconds(5));
    assertThat(rest.enter()).isEmpty();
  }

  @Test
  void oneSuccessBetweenThemIsEnough() {
    fail(4);
    pass().alive();
    fail(4);
    assertThat(rest.left()).isZero();
  }

  @Test
  void anAnswerAloneIsNoSuccess() {
    fail(4);
    pass().answered();
    fail(1);
    assertThat(rest.isResting()).isTrue();
  }

  @Test
  void afterTheRestOneRequestDecides() {
    fail(5);
    wait(5);
    var probe = pass();
    assertThat(rest.enter()).isEmpty();
    assertThat(rest.isResting()).isTrue();
    assertThat(rest.left()).isPositive();
    probe.answered();
    assertThat(rest.isResting()).isFalse();
    assertThat(rest.enter()).isPresent();
    fail(4);
    assertThat(rest.isResting()).isFalse();
  }

  @Test
  void everyRestIsTwiceAsLongUpToAMinute() {
    fail(5);
    for (int seconds : new int[] {5, 10, 20, 40, 60, 60}) {
      assertThat(rest.left()).isEqualTo(Duration.ofSeconds(seconds));
      wait(seconds);
      fail(1);
    }
    wait(60);
    pass().alive();
    fail(5);
    assertThat(rest.left()).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void whoBeganBeforeTheRestDecidesNothing() {
    var old = pass();
    var older = pass();
    fail(5);
    old.failed();
    assertThat(rest.left()).isEqualTo(Duration.ofSeconds(5));
    wait(5);
    var probe = pass();
    old.failed();
    older.alive();
    assertThat(rest.isResting()).isTrue();
    probe.failed();
    assertThat(rest.left()).isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void aProbeThatWasDroppedLetsAnotherThrough() {
    fail(5);
    wait(5);
    pass().dropped();
    pass().alive();
    assertThat(rest.isResting()).isFalse();
  }

  private Pass pass() {
    return rest.enter().orElseThrow();
  }

  private void fail(int times) {
    for (int i = 0; i < times; i++) {
      pass().failed();
    }
  }

  private void wait(int seconds) {
    nanos.addAndGet(Duration.ofSeconds(seconds).toNanos());
  }
}
