package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GoDurationTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "0s, 0",
    "300ms, 300000000",
    "10s, 10000000000",
    "1h30m, 5400000000000",
    "1.5h, 5400000000000",
    "-2s, -2000000000",
    "+2s, 2000000000",
    ".5s, 500000000",
    "1.s, 1000000000",
    "1µs, 1000",
    "1μs, 1000",
    "1us, 1000",
    "1h1h, 7200000000000",
    "720h, 2592000000000000",
    "0.3333333333333333333h, 1199999999999",
    "1.9ns, 1",
    "9223372036854775807ns, 9223372036854775807"
  })
  void readsWhatGoReads(String text, long nanos) {
    assertThat(GoDuration.parse(text).toNanos()).isEqualTo(nanos);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "3",
        "-",
        "s",
        ".",
        ".s",
        "1d",
        "1w",
        "1 s",
        "1.2.3s",
        "--1s",
        "1h-1m",
        "1S",
        "٣s",
        "2562048h",
        "1e3s"
      })
  void refusesWhatGoRefuses(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> GoDuration.parse(text));
  }

  @Example
  void writesWhatGoWrites() {
    assertThat(GoDuration.format(Duration.ofMinutes(90))).isEqualTo("1h30m0s");
    assertThat(GoDuration.format(Duration.ofMillis(1500))).isEqualTo("1.5s");
    assertThat(GoDuration.format(Duration.ofNanos(1500))).isEqualTo("1.5µs");
    assertThat(GoDuration.format(Duration.ofSeconds(-61))).isEqualTo("-1m1s");
    assertThat(GoDuration.format(Duration.ZERO)).isEqualTo("0s");
  }

  @Property
  void readsWhatItWrites(@ForAll long nanos) {
    var duration = Duration.ofNanos(nanos == Long.MIN_VALUE ? 0 : nanos);
    assertThat(GoDuration.parse(GoDuration.format(duration))).isEqualTo(duration);
  }

  @Property
  void anyTextIsADurationOrRefused(@ForAll String text) {
    try {
      assertThat(GoDuration.parse(text)).isNotNull();
    } catch (IllegalArgumentException expected) {
      assertThat(expected).hasMessageStartingWith("is ");
    }
  }
}
