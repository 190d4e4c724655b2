package io.sluice.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.Regex;
import io.sluice.config.SyncRegistryConfig.TagFilter;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TagSelectionTest {

  @Test
  void withoutAFilterEveryTagIsTaken() {
    assertThat(TagSelection.of(Optional.empty()).of(List.of("latest", "1"))).hasSize(2);
    assertThat(selection("", "", false).takes("latest")).isTrue();
  }

  @Test
  void expressionsMatchAnywhereInATag() {
    assertThat(selection("v2.*", "", false).of(List.of("xv2", "v2", "v1")))
        .containsExactly("xv2", "v2");
    assertThat(selection("^v2$", "", false).of(List.of("xv2", "v2", "v2a"))).containsExactly("v2");
  }

  @Test
  void whatIsExcludedIsLeftOutWhateverElseMatches() {
    assertThat(selection("^v", "(alpha|beta)", false).of(List.of("v1", "v1-beta1", "v2-alpha")))
        .containsExactly("v1");
    assertThat(selection("", "rc", true).of(List.of("1.0.0-rc1", "1.0.0", "latest")))
        .containsExactly("1.0.0");
  }

  @Test
  void filtersAreAllToBeMet() {
    assertThat(selection("^v1", "", true).of(List.of("v1.2.3", "v1x", "v2.0.0", "1.2.3")))
        .containsExactly("v1.2.3");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1",
        "v1",
        "1.2",
        "v1.2",
        "1.2.3",
        "v1.2.3",
        "01.02.03",
        "1.2.3-beta.1",
        "1.2-5",
        "v1-rc1",
        "1.2.3-0",
        "1.2.3-x-y-z.-",
        "1.2.3-0a",
        "1.2.3-alpine3.20",
        "20240101",
        "18446744073709551615"
      })
  void whatMastermindsTakesIsAVersion(String tag) {
    assertThat(selection("", "", true).takes(tag)).isTrue();
  }

  @Test
  void metadataBelongsToAVersion() {
    assertThat(selection("", "", true).takes("1.2.3+build.01")).isTrue();
    assertThat(selection("", "", true).takes("1.2.3-rc.1+build")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "latest",
        "V1.2.3",
        "vv1",
        "v",
        "1.",
        "1.2.",
        "1.2.3.4",
        "1.2.3-",
        "1.2.3-01",
        "1.2.3-a..b",
        "1.2.3_1",
        "a1.2.3",
        "1.x",
        "18446744073709551616",
        "sha256-0a"
      })
  void anythingElseIsNone(String tag) {
    assertThat(selection("", "", true).takes(tag)).isFalse();
  }

  private static TagSelection selection(String regex, String exclude, boolean semver) {
    return TagSelection.of(Optional.of(new TagFilter(regex(regex), regex(exclude), semver)));
  }

  private static Optional<Regex> regex(String text) {
    return text.isEmpty() ? Optional.empty() : Optional.of(Regex.compile(text));
  }
}
