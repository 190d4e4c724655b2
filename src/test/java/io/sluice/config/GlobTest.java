package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GlobTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "** a",
        "** a/b/c",
        "**/** a",
        "**/a a",
        "**/a b/a",
        "**/a b/c/a",
        "**/a/** a",
        "**/a/** x/a/y",
        "a/** a",
        "a/** a/b",
        "a/** a/b/c",
        "a/**/b a/b",
        "a/**/b a/x/b",
        "a/**/b a/x/y/b",
        "a/**/** a",
        "* a",
        "a* a",
        "a* abc",
        "*a*b* xaybz",
        "a/* a/b",
        "*/b a/b",
        "a** abc",
        "**a xya",
        "x/**.y x/a.y",
        "a?c abc",
        "[abc] b",
        "[a-c]x bx",
        "[^a] b",
        "[!a] b",
        "[^a-c] d",
        "[a\\-c] -",
        "{a,b} a",
        "{a,b} b",
        "{a,b/c}/d b/c/d",
        "{a,{b,c}}x cx",
        "x{,y} x",
        "x{,y} xy",
        "{a,**}/z q/r/z",
        "{team,ops}/** ops",
        "a\\*b a*b",
        "\\{a \\{a",
        "library/** library/alpine",
        "a,b a,b",
        "a]b a]b",
        "? é",
        "[à-ü] é"
      })
  void matches(String pattern, String name) {
    var plain = name.replace("\\", "");
    assertThat(Glob.compile(pattern).matches(plain)).as("%s on %s", pattern, plain).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "a b", "a a/b", "* a/b", "a/* a", "a/* a/b/c", "a/** ab", "a/** b/a", "**/a b", "**/a a/b",
            "a** a/b",
        "x/**.y x/a/b.y", "a?c ac", "a?c a/c", "[abc] d", "[^a] a", "a[/]b a/b", "a[^x]b a/b",
            "{a,b} c", "{a,b} ab", "a\\*b axb",
        "library/** alpine", "A a", "[c-a] b", "a/**/b a/b/c"
      })
  void doesNotMatch(String pattern, String name) {
    assertThat(Glob.compile(pattern).matches(name)).as("%s on %s", pattern, name).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"[", "[]", "[^]", "[a", "a[b\\]", "{", "}", "{a", "a}", "{a,{b}", "a\\", "[a\\"})
  void refusesWhatDoesNotClose(String pattern) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Glob.compile(pattern))
        .withMessageStartingWith("is not a glob");
  }

  @Example
  void alternativesAreBounded() {
    assertThat(Glob.compile("{a,b}".repeat(8)).matches("abababab")).isTrue();
    assertThatIllegalArgumentException().isThrownBy(() -> Glob.compile("{a,b}".repeat(9)));
    assertThatIllegalArgumentException().isThrownBy(() -> Glob.compile("{a,b}".repeat(10_000)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Glob.compile("{".repeat(1_000) + "}".repeat(1_000)));
  }

  @Example
  void knowsTheLiteralSegmentsBeforeTheFirstSpecialCharacter() {
    assertThat(Glob.compile("a/b/c*").literalPrefix()).isEqualTo("a/b");
    assertThat(Glob.compile("a/b/**").literalPrefix()).isEqualTo("a/b");
    assertThat(Glob.compile("a/b").literalPrefix()).isEqualTo("a/b");
    assertThat(Glob.compile("**").literalPrefix()).isEmpty();
    assertThat(Glob.compile("ab*").literalPrefix()).isEmpty();
  }

  @Example
  void starsDoNotMultiply() {
    assertTimeoutPreemptively(
        Duration.ofSeconds(5),
        () -> {
          var name = "a".repeat(2_000);
          assertThat(Glob.compile("*a".repeat(500) + "b").matches(name)).isFalse();
          var path = "a/".repeat(500) + "a";
          assertThat(Glob.compile("**/a/".repeat(200) + "b").matches(path)).isFalse();
          assertThat(Glob.compile("**/*a*/".repeat(200) + "b").matches(path)).isFalse();
        });
  }

  @Property
  void agreesWithItsDefinition(@ForAll("patterns") String pattern, @ForAll("names") String name) {
    assertThat(Glob.compile(pattern).matches(name))
        .as("%s on %s", pattern, name)
        .isEqualTo(matches(List.of(pattern.split("/", -1)), List.of(name.split("/", -1))));
  }

  @Property
  void aNameMatchesItself(@ForAll("names") String name) {
    assertThat(Glob.compile(name).matches(name)).isTrue();
    assertThat(Glob.compile("**").matches(name)).isTrue();
    assertThat(Glob.compile(name + "/**").matches(name)).isTrue();
    assertThat(Glob.compile(name + "/**").matches(name + "/x/y")).isTrue();
    assertThat(Glob.compile("{x," + name + "}").matches(name)).isTrue();
  }

  @Property
  void anyTextIsAGlobOrRefused(@ForAll String pattern, @ForAll String name) {
    try {
      var glob = Glob.compile(pattern);
      assertThat(glob.matches(name)).isEqualTo(glob.matches(name));
    } catch (IllegalArgumentException expected) {
      assertThat(expected.getMessage()).isNotBlank();
    }
  }

  @Property
  void anyMixOfSpecialCharactersIsAGlobOrRefused(
      @ForAll("mixes") String pattern, @ForAll("names") String name) {
    anyTextIsAGlobOrRefused(pattern, name);
  }

  @Provide
  Arbitrary<String> patterns() {
    return Arbitraries.of("a", "b", "*", "**", "a*", "*b", "?", "a?*", "**b", "[ab]", "[^a]")
        .list()
        .ofMinSize(1)
        .ofMaxSize(5)
        .map(segments -> String.join("/", segments));
  }

  @Provide
  Arbitrary<String> names() {
    return Arbitraries.of("a", "b", "ab", "ba", "aab", "c")
        .list()
        .ofMinSize(1)
        .ofMaxSize(6)
        .map(segments -> String.join("/", segments));
  }

  @Provide
  Arbitrary<String> mixes() {
    return Arbitraries.strings().withChars("ab*?[]{},^!-/\\").ofMaxLength(16);
  }

  /** The definition, segment by segment: slow, and plainly right. */
  private static boolean matches(List<String> pattern, List<String> name) {
    if (pattern.isEmpty()) {
      return name.isEmpty();
    }
    var rest = pattern.subList(1, pattern.size());
    if (pattern.getFirst().equals("**")) {
      return matches(rest, name)
          || (!name.isEmpty() && matches(pattern, name.subList(1, name.size())));
    }
    var regex =
        pattern.getFirst().replace("*", ".*").replace("?", ".").replaceAll("(\\.\\*)+", ".*");
    return !name.isEmpty()
        && name.getFirst().matches(regex)
        && matches(rest, name.subList(1, name.size()));
  }
}
