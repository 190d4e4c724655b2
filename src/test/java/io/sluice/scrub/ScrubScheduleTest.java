package io.sluice.scrub;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** When passes begin. */
class ScrubScheduleTest {
  private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");
  private static final Duration DAY = Duration.ofHours(24);
  private final ScrubSchedule schedule = new ScrubSchedule(DAY);

  private static Optional<ScrubRecord> ended(Duration ago) {
    return Optional.of(new ScrubRecord(NOW.minus(ago), NOW.minus(ago), ScrubTotals.NONE));
  }

  @Test
  void theFirstOneWaitsForSomeMinutes() {
    assertThat(schedule.delay(Optional.empty(), NOW, 0)).isEqualTo(Duration.ofMinutes(5));
    assertThat(schedule.isDue(Optional.empty(), NOW)).isTrue();
  }

  @Test
  void theNextOneComesAnIntervalAfterTheEndOfTheLast() {
    assertThat(schedule.delay(ended(Duration.ofHours(20)), NOW, 0)).isEqualTo(Duration.ofHours(4));
    assertThat(schedule.isDue(ended(Duration.ofHours(20)), NOW)).isFalse();
    assertThat(schedule.isDue(ended(DAY), NOW)).isTrue();
  }

  @Test
  void oneThatIsOverdueComesAtOnceAfterAStart() {
    assertThat(schedule.delay(ended(Duration.ofDays(7)), NOW, 0)).isEqualTo(Duration.ofMinutes(5));
  }

  @Test
  void replicasAreSpreadOverATenthOfTheInterval() {
    assertThat(schedule.delay(ended(Duration.ZERO), NOW, 0.5))
        .isEqualTo(DAY.plus(Duration.ofMinutes(72)));
  }

  @Test
  void aClockThatWasWrongPutsItOffForOneIntervalAtMost() {
    assertThat(schedule.delay(ended(Duration.ofDays(-400)), NOW, 0)).isEqualTo(DAY);
  }
}
