package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegexTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "v2.* xv2",
        "^v2 v2.1",
        "^(?P<major>[0-9]+)\\. 10.1",
        "^[[:alpha:]]+$ abc",
        "^[[:^digit:]x]$ x",
        "^[^[:digit:]]$ x",
        "^[a[b]$ [",
        "^[a&&b]+$ a&b",
        "^[]a]$ ]",
        "a{2,3}? aa",
        "^a+?b$ aab",
        "(?i)ABC abc",
        "^\\Qa.b\\E$ a.b",
        "^\\pL+$ abc",
        "^a\\z a",
        "^{a}$ {a}",
        "^a{,2}$ a{,2}"
      })
  void findsWhatRe2Finds(String source, String text) {
    assertThat(Regex.compile(source).find(text)).as("%s in %s", source, text).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {"^v2 xv2", "^[a&&b]$ c", "^[[:alpha:]]$ :", "^[^[:digit:]]$ 1"})
  void missesWhatRe2Misses(String source, String text) {
    assertThat(Regex.compile(source).find(text)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(",
        ")",
        "[",
        "[a",
        "*",
        "a**",
        "a++",
        "a{2}{3}",
        "a{2}+",
        "a*{2}",
        "(?=a)",
        "(?!a)",
        "(?<=a)b",
        "(?<!a)b",
        "(?>a)",
        "(a)\\1",
        "\\k<x>",
        "\\",
        "[[:foo:]]",
        "[z-a]",
        "\\C"
      })
  void refusesWhatRe2Refuses(String source) {
    assertThatIllegalArgumentException().isThrownBy(() -> Regex.compile(source));
  }
}
