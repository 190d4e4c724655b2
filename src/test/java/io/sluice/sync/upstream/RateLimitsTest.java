package io.sluice.sync.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class RateLimitsTest {
  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

  @Test
  void retryAfterIsANumberOfSecondsOrADate() {
    assertThat(after("120")).isEqualTo(Duration.ofMinutes(2));
    assertThat(after("Thu, 01 Jan 2026 12:05:00 GMT")).isEqualTo(Duration.ofMinutes(5));
  }

  @Test
  void itIsAtLeastASecondAndAtMostAnHour() {
    assertThat(after("0")).isEqualTo(Duration.ofSeconds(1));
    assertThat(after("Thu, 01 Jan 2026 11:00:00 GMT")).isEqualTo(Duration.ofSeconds(1));
    assertThat(after("999999999")).isEqualTo(Duration.ofHours(1));
    assertThat(after("Fri, 01 Jan 2100 11:00:00 GMT")).isEqualTo(Duration.ofHours(1));
  }

  @Test
  void whatCanNotBeReadIsTenSeconds() {
    for (var text : new String[] {"", "soon", "-1", "99999999999", "1.5"}) {
      assertThat(after(text)).isEqualTo(Duration.ofSeconds(10));
    }
    assertThat(RateLimits.retryAfter(null, NOW)).isEqualTo(Duration.ofSeconds(10));
  }

  private static Duration after(String header) {
    return RateLimits.retryAfter(header, NOW);
  }
}
