package io.sluice.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class LimiterTest {
  private static final Duration INTERVAL = Duration.ofSeconds(2);

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000);
  private final Limiter limiter = new Limiter(INTERVAL, 3, 100, nanos::get);

  @Test
  void aBurstIsAllowedAtOnceAndThenOneMoreAfterEachInterval() {
    assertThat(taken(10)).isEqualTo(3);
    assertThat(limiter.acquire("a")).isEqualTo(INTERVAL);
    pass(Duration.ofMillis(1_500));
    assertThat(limiter.acquire("a")).isEqualTo(Duration.ofMillis(500));
    pass(Duration.ofMillis(500));
    assertThat(taken(10)).isEqualTo(1);
    pass(INTERVAL.multipliedBy(2));
    assertThat(taken(10)).isEqualTo(2);
    pass(INTERVAL.multipliedBy(100));
    assertThat(taken(10)).isEqualTo(3);
  }

  @Test
  void lookingTakesNone() {
    for (int i = 0; i < 10; i++) {
      assertThat(limiter.untilNext("a")).isZero();
    }
    assertThat(limiter.keys()).isZero();
    assertThat(taken(10)).isEqualTo(3);
    assertThat(limiter.untilNext("a")).isEqualTo(INTERVAL);
    pass(Duration.ofMillis(1_500));
    assertThat(limiter.untilNext("a")).isEqualTo(Duration.ofMillis(500));
    pass(Duration.ofMillis(500));
    assertThat(limiter.untilNext("a")).isZero();
    assertThat(taken(10)).isEqualTo(1);
  }

  @Test
  void keysDoNotTouchEachOther() {
    assertThat(taken(10)).isEqualTo(3);
    assertThat(limiter.acquire("b")).isZero();
  }

  @Test
  void whatIsGivenBackMayBeTakenAgainAndNoMore() {
    for (int i = 0; i < 1_000; i++) {
      assertThat(limiter.acquire("a")).isZero();
      limiter.giveBack("a");
    }
    pass(INTERVAL.multipliedBy(10));
    limiter.giveBack("a");
    limiter.giveBack("never seen");
    assertThat(taken(10)).isEqualTo(3);
  }

  @Test
  void theRateIsTheInverseOfTheInterval() {
    var perSecond = new Limiter(4.0, 1, 100, nanos::get);
    assertThat(perSecond.acquire("a")).isZero();
    assertThat(perSecond.acquire("a")).isEqualTo(Duration.ofMillis(250));
  }

  @Test
  void aFullBucketIsForgotten() {
    for (int i = 0; i < 50; i++) {
      assertThat(limiter.acquire("key" + i)).isZero();
    }
    assertThat(limiter.keys()).isEqualTo(50);
    pass(INTERVAL.multipliedBy(3));
    assertThat(limiter.keys()).isZero();
  }

  @Test
  void thereAreNeverMoreKeysThanAllowed() {
    for (int i = 0; i < 10_000; i++) {
      assertThat(limiter.acquire("key" + i)).isZero();
    }
    assertThat(limiter.keys()).isLessThanOrEqualTo(100);
  }

  @Test
  void extremeSettingsOverflowNowhere() {
    var large = new Limiter(Duration.ofDays(1), 1_000_000, 100, nanos::get);
    for (int i = 0; i < 1_000; i++) {
      assertThat(large.acquire("a")).isZero();
    }
    var slow = new Limiter(Duration.ofSeconds(Long.MAX_VALUE), 1, 100, nanos::get);
    assertThat(slow.acquire("a")).isZero();
    assertThat(slow.acquire("a")).isPositive();
    assertThatThrownBy(() -> new Limiter(Duration.ZERO, 1, 100, nanos::get))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Limiter(INTERVAL, 0, 100, nanos::get))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void manyThreadsTogetherTakeTheBurstAndNoMore() throws Exception {
    var many = new Limiter(INTERVAL, 500, 100, nanos::get);
    var taken = new AtomicInteger();
    Callable<Boolean> thread =
        () -> {
          for (int i = 0; i < 1_000; i++) {
            if (many.acquire("a").isZero()) {
              taken.incrementAndGet();
            }
          }
          return true;
        };
    try (var threads = Executors.newFixedThreadPool(4)) {
      for (var ended : threads.invokeAll(Collections.nCopies(4, thread))) {
        ended.get();
      }
    }
    assertThat(taken).hasValue(500);
  }

  /** A bucket that is counted out: {@code burst} tokens, one more for each interval that passes. */
  @Property(tries = 200)
  void itIsATokenBucket(
      @ForAll @IntRange(min = 1, max = 5) int burst,
      @ForAll @Size(max = 100) int[] halfIntervalsBetween) {
    var clock = new AtomicLong();
    var tested = new Limiter(Duration.ofNanos(2), burst, 10, clock::get);
    long halves = 2L * burst;
    for (int between : halfIntervalsBetween) {
      int passed = Math.floorMod(between, 6);
      clock.addAndGet(passed);
      halves = Math.min(2L * burst, halves + passed);
      boolean allowed = halves >= 2;
      assertThat(tested.acquire("a").isZero()).isEqualTo(allowed);
      halves -= allowed ? 2 : 0;
    }
  }

  private int taken(int tries) {
    int taken = 0;
    for (int i = 0; i < tries; i++) {
      taken += limiter.acquire("a").isZero() ? 1 : 0;
    }
    return taken;
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }
}
