package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DataSizeTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1048576, 1048576",
    "17B, 17",
    "4MiB, 4194304",
    "512KiB, 524288",
    "512Ki, 524288",
    "10MB, 10000000",
    "10 mb, 10000000",
    "1.5GiB, 1610612736",
    "2TB, 2000000000000",
    "9223372036854775807, 9223372036854775807"
  })
  void readsSizes(String text, long bytes) {
    assertThat(DataSize.parse(text)).isEqualTo(new DataSize(bytes));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-1",
        "MiB",
        "4 M iB",
        "4M",
        "4XB",
        "1e3",
        "9223372036854775808",
        "9999999TiB",
        "1,5MB"
      })
  void refusesTheRest(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> DataSize.parse(text));
  }

  @Property
  void readsWhatItWrites(@ForAll @LongRange(min = 0) long bytes) {
    assertThat(DataSize.parse(new DataSize(bytes).toString()).bytes()).isEqualTo(bytes);
  }

  @Property
  void readsWhatItWritesInWholeUnits(@ForAll @LongRange(min = 0, max = 1 << 20) long count) {
    assertThat(DataSize.parse(DataSize.ofMiB(count).toString())).isEqualTo(DataSize.ofMiB(count));
    assertThat(DataSize.parse(count + "KiB")).isEqualTo(DataSize.ofKiB(count));
  }
}
