package io.sluice.sync.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Chars;
import org.junit.jupiter.api.Test;

class ChallengeTest {

  @Test
  void aChallengeHasASchemeAndParameters() {
    assertThat(
            parse(
                "Bearer realm=\"https://auth.docker.io/token\",service=\"registry.docker.io\","
                    + "scope=\"repository:library/alpine:pull,push\""))
        .containsExactly(
            new Challenge(
                "bearer",
                Map.of(
                    "realm", "https://auth.docker.io/token",
                    "service", "registry.docker.io",
                    "scope", "repository:library/alpine:pull,push")));
  }

  @Test
  void oneHeaderMayHaveSeveral() {
    assertThat(parse("Basic realm=\"a\", charset=\"UTF-8\", Bearer realm = \"b\" , service=c"))
        .containsExactly(
            new Challenge("basic", Map.of("realm", "a", "charset", "UTF-8")),
            new Challenge("bearer", Map.of("realm", "b", "service", "c")));
    assertThat(parse("Negotiate, , NTLM,Basic realm=x"))
        .extracting(Challenge::scheme)
        .containsExactly("negotiate", "ntlm", "basic");
  }

  @Test
  void thereMayBeSeveralHeaders() {
    assertThat(parse("Negotiate", "Bearer realm=\"b\""))
        .extracting(Challenge::scheme)
        .containsExactly("negotiate", "bearer");
  }

  @Test
  void whatIsQuotedMayHaveCommasAndQuotes() {
    assertThat(parse("Basic realm=\"a \\\"b\\\", c=d\\\\\""))
        .containsExactly(new Challenge("basic", Map.of("realm", "a \"b\", c=d\\")));
  }

  @Test
  void dataOfOtherSchemesIsNoTrouble() {
    assertThat(parse("Negotiate YWJj+/==, Bearer realm=\"b\""))
        .extracting(Challenge::scheme)
        .contains("negotiate", "bearer");
  }

  @Property
  void anythingCanBeRead(
      @ForAll @Chars({'a', 'B', ' ', ',', '=', '"', '\\', '/', '\t'}) String it) {
    assertThat(parse(it)).isNotNull();
  }

  private static List<Challenge> parse(String... headers) {
    return Challenge.parse(List.of(headers));
  }
}
