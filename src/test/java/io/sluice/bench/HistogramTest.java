package io.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HistogramTest {
  private final Histogram histogram = new Histogram();

  @ParameterizedTest
  @ValueSource(
      longs = {0, 1, 127, 128, 255, 256, 257, 999, 1_000_000, 123_456_789_012L, Long.MAX_VALUE})
  void aValueComesBackToWithinOnePercent(long value) {
    histogram.record(value);
    histogram.record(Long.MAX_VALUE);

    assertThat((double) histogram.percentile(50)).isCloseTo((double) value, within(value * 0.008));
  }

  @Test
  void percentilesOfAnEvenSpreadAreItsParts() {
    for (long i = 1; i <= 1000; i++) {
      histogram.record(i * 1_000);
    }

    assertThat((double) histogram.percentile(50)).isCloseTo(500_000, within(4_000.0));
    assertThat((double) histogram.percentile(99)).isCloseTo(990_000, within(8_000.0));
    assertThat(histogram.percentile(100)).isEqualTo(1_000_000);
    assertThat(histogram.max()).isEqualTo(1_000_000);
    assertThat(histogram.mean()).isEqualTo(500_500);
  }

  @Test
  void addingIsAsIfAllHadBeenRecordedInOne() {
    var other = new Histogram();
    histogram.record(10);
    other.record(30);
    other.record(20);

    histogram.add(other);

    assertThat(histogram.count()).isEqualTo(3);
    assertThat(histogram.percentile(50)).isEqualTo(20);
    assertThat(histogram.max()).isEqualTo(30);
  }

  @Test
  void nothingRecordedIsZeroEverywhere() {
    assertThat(histogram.percentile(99)).isZero();
    assertThat(histogram.max()).isZero();
    assertThat(histogram.mean()).isZero();
  }
}
