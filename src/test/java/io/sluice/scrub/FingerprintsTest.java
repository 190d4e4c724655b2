package io.sluice.scrub;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FingerprintsTest {
  @Test
  void ofAHundredThousandItKnowsEachAndNoOther() {
    var set = new Fingerprints();
    for (int i = 0; i < 100_000; i++) {
      set.add("data/" + i);
      set.add("data/" + i);
    }
    assertThat(set.size()).isEqualTo(100_000);
    for (int i = 0; i < 100_000; i++) {
      assertThat(set.contains("data/" + i)).isTrue();
      assertThat(set.contains("data/-" + i)).isFalse();
    }
  }
}
