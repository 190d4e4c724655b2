package io.sluice.ulid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UlidsTest {
  private static final long LATEST = (1L << 48) - 1;

  private final AtomicLong now = new AtomicLong(1_700_000_000_000L);
  private final Ulids ulids = new Ulids(() -> Instant.ofEpochMilli(now.get()));

  @Property
  void eachIsGreaterThanTheOneBeforeWhateverTheClockDoes(@ForAll("clocks") List<Long> clock) {
    var made = new ArrayList<Ulid>();
    for (long millis : clock) {
      now.set(millis);
      made.add(ulids.next());
      made.add(ulids.next());
    }

    assertThat(made).isSorted().doesNotHaveDuplicates();
    assertThat(made).extracting(Ulid::value).isSorted();
  }

  @Property
  void tellsTheTimeItWasMadeAt(@ForAll("times") long millis) {
    now.set(millis);

    assertThat(new Ulids(() -> Instant.ofEpochMilli(millis)).next().time())
        .isEqualTo(Instant.ofEpochMilli(millis));
  }

  @Property
  void theNextAfterAnotherIsGreaterThanThatToo(
      @ForAll("times") long ours, @ForAll("times") long theirs) {
    now.set(ours);
    var last = ulids.next();
    var floor = new Ulids(() -> Instant.ofEpochMilli(theirs)).next();

    var next = ulids.nextAfter(floor);

    assertThat(next).isGreaterThan(floor).isGreaterThan(last);
    assertThat(ulids.next()).isGreaterThan(next);
  }

  @Property
  void isReadInTheFormThatItIsWrittenInOnly(@ForAll("nearlyUlids") String text) {
    boolean expected = text.matches("[0-7][0-9A-HJKMNP-TV-Z]{25}");

    assertThat(Ulid.isUlid(text)).isEqualTo(expected);
    if (expected) {
      assertThat(new Ulid(text)).hasToString(text);
    } else {
      assertThatIllegalArgumentException().isThrownBy(() -> new Ulid(text));
    }
  }

  @Test
  void countsOnIntoTheNextMillisecondWhenOneIsUsedUp() {
    var floor = new Ulid("01H00000ZZ" + "Z".repeat(16));

    var next = ulids.nextAfter(floor);
    assertThat(next).isGreaterThan(floor);
  }

  @ParameterizedTest
  @ValueSource(strings = {"7ZZZZZZZZZZZZZZZZZZZZZZZZZ", "7ZZZZZZZZZ0000000000000000"})
  void aFloorAtTheEndOfTimeIsSurvived(String floor) {
    assertThat(ulids.nextAfter(new Ulid(floor)).value()).hasSize(Ulid.LENGTH);
  }

  @Provide
  Arbitrary<List<Long>> clocks() {
    return Arbitraries.longs().between(0, 5).map(n -> 1_000_000 + n).list().ofMaxSize(20);
  }

  @Provide
  Arbitrary<Long> times() {
    return Arbitraries.longs().between(0, LATEST - 2);
  }

  @Provide
  Arbitrary<String> nearlyUlids() {
    return Arbitraries.strings()
        .withChars("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
        .ofLength(26)
        .flatMap(
            text ->
                Arbitraries.of(
                    text,
                    "0" + text.substring(1),
                    "8" + text.substring(1),
                    text.substring(1),
                    "0" + text,
                    "0" + text.substring(2) + "I",
                    "0" + text.substring(2) + "a",
                    text.replace('0', 'O')));
  }
}
