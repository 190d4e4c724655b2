package io.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.sluice.registry.ByteRange;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RangesTest {
  private static final long MOST = 999_999_999_999_999_999L;

  @Property
  void aRangeOfADownloadIsReadAsItIsWritten(
      @ForAll @LongRange(min = 0, max = MOST) long a,
      @ForAll @LongRange(min = 0, max = MOST) long b) {
    long first = Math.min(a, b);
    long last = Math.max(a, b);

    assertThat(Ranges.parse("bytes=" + first + "-" + last))
        .isEqualTo(new ByteRange.Between(first, last));
    assertThat(Ranges.parse("bytes=" + first + "-")).isEqualTo(new ByteRange.From(first));
    assertThat(Ranges.parse("bytes=-" + last)).isEqualTo(new ByteRange.Suffix(last));
  }

  @Property
  void aRangeThatCanNotBeReadMeansEverything(@ForAll("nearlyRanges") String header) {
    if (!header.strip().matches("bytes=(\\d{1,18}-\\d{0,18}|-\\d{1,18})")) {
      assertThat(Ranges.parse(header)).isEqualTo(new ByteRange.Whole());
    } else {
      Ranges.parse(header);
    }
  }

  @Test
  void noRangeMeansEverything() {
    assertThat(Ranges.parse(null)).isEqualTo(new ByteRange.Whole());
    assertThat(Ranges.parseChunk(null)).isEmpty();
  }

  @Property
  void anyRangeIsAPartOfTheBlobOrNothing(
      @ForAll("nearlyRanges") String header, @ForAll @LongRange(min = 0, max = MOST) long size) {
    var slice = Ranges.parse(header).of(size);

    if (slice.isSatisfiable()) {
      assertThat(slice.offset()).isBetween(0L, size);
      assertThat(slice.length()).isBetween(0L, size - slice.offset());
    }
  }

  @Property
  void aSliceHasExactlyTheBytesOfTheRange(
      @ForAll @LongRange(min = 0, max = 12) long first,
      @ForAll @LongRange(min = 0, max = 12) long last,
      @ForAll @LongRange(min = 0, max = 10) long size) {
    Assume.that(first <= last);
    long count = Math.max(0, Math.min(last, size - 1) - first + 1);
    var slice = Ranges.parse("bytes=" + first + "-" + last).of(size);

    assertThat(slice.isSatisfiable()).isEqualTo(count > 0);
    if (count > 0) {
      assertThat(slice).isEqualTo(new ByteRange.Slice(first, count));
    }
  }

  @Property
  void aChunksRangeIsReadInEveryFormThatClientsWrite(
      @ForAll @LongRange(min = 0, max = MOST) long a,
      @ForAll @LongRange(min = 0, max = MOST) long b,
      @ForAll("chunkForms") String form) {
    long first = Math.min(a, b);
    long last = Math.max(a, b);

    assertThat(Ranges.parseChunk(form.formatted(first, last)))
        .isEqualTo(Optional.of(new Ranges.Chunk(first, last)));
    assertThat(new Ranges.Chunk(first, last).length()).isEqualTo(last - first + 1);
  }

  @Provide
  Arbitrary<String> chunkForms() {
    return Arbitraries.of("%d-%d", "bytes %d-%d/*", "bytes=%d-%d", " %d-%d ", "bytes %d-%d/123");
  }

  @Property
  void aChunksRangeThatCanNotBeReadIsRefused(@ForAll("nearlyRanges") String header) {
    try {
      var chunk = Ranges.parseChunk(header).orElseThrow();
      assertThat(chunk.first()).isBetween(0L, chunk.last());
    } catch (RegistryException e) {
      assertThat(e.error()).isInstanceOf(RegistryError.UploadInvalid.class);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-", "1-0", "a-b", "1-", "-1", "1-2-3", "99999999999999999999-1"})
  void theseChunksAreRefused(String header) {
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> Ranges.parseChunk(header))
        .isInstanceOf(RegistryException.class);
  }

  @Provide
  Arbitrary<String> nearlyRanges() {
    return Arbitraries.oneOf(
        Arbitraries.strings().ofMaxLength(12),
        Arbitraries.strings().withChars("bytes=0123456789-,/* \u0661").ofMaxLength(14),
        Arbitraries.strings().withChars("0129-").ofMaxLength(24).map("bytes="::concat),
        Arbitraries.strings().withChars("019-").ofMaxLength(42));
  }
}
