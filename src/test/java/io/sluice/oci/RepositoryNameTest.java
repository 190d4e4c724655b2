package io.sluice.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RepositoryNameTest {
  /** As the distribution specification writes it, "Pulling manifests". */
  private static final Pattern SPEC =
      Pattern.compile("[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(\\/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*");

  @Property(tries = 3000)
  void areThoseOfTheSpecification(@ForAll("nearlyNames") String text) {
    assertThat(accepts(text))
        .as("%s", text)
        .isEqualTo(text.length() <= RepositoryName.MAX_LENGTH && SPEC.matcher(text).matches());
  }

  private static boolean accepts(String text) {
    try {
      assertThat(RepositoryName.parse(text)).hasToString(text);
      return true;
    } catch (RegistryException e) {
      assertThat(e.error()).isInstanceOf(RegistryError.NameInvalid.class);
      assertThat(e.getMessage()).isNotBlank();
      assertThatIllegalArgumentException().isThrownBy(() -> new RepositoryName(text));
      return false;
    }
  }

  @Provide
  Arbitrary<String> nearlyNames() {
    var piece =
        Arbitraries.frequency(
            net.jqwik.api.Tuple.of(6, "a"),
            net.jqwik.api.Tuple.of(4, "b0"),
            net.jqwik.api.Tuple.of(2, "/"),
            net.jqwik.api.Tuple.of(1, "."),
            net.jqwik.api.Tuple.of(1, "_"),
            net.jqwik.api.Tuple.of(1, "__"),
            net.jqwik.api.Tuple.of(1, "-"),
            net.jqwik.api.Tuple.of(1, "---"));
    return Arbitraries.oneOf(
        piece.list().ofMaxSize(12).map(list -> String.join("", list)),
        Arbitraries.strings().withChars("az09/._-A \n\u00e9").ofMaxLength(8),
        Arbitraries.strings().ofMaxLength(300),
        Arbitraries.integers().between(250, 260).map("a"::repeat));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "..", "a/..", "../a", "a//b", "/a", "a/", "_blobs", "a/_tags", ".tmp", "a/.b", "a\u0000",
        "A", "a/B", "a b", "a%2fb", "a\\b"
      })
  void nothingThatMeansSomethingToAFileSystemOrToUsIsAName(String text) {
    assertThat(accepts(text)).isFalse();
  }

  @Test
  void maybeAsLongAsClientsKeepTo() {
    assertThat(accepts("a".repeat(255))).isTrue();
    assertThat(accepts("a/".repeat(127) + "a")).isTrue();
    assertThat(accepts("a".repeat(256))).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"a, ''", "a/b, a", "a/b/c, a", "team-1/x, team-1"})
  void aStoreIsChosenByTheFirstOfSeveralComponents(String name, String first) {
    assertThat(RepositoryName.parse(name).firstComponentOfSeveral()).isEqualTo(first);
  }
}
