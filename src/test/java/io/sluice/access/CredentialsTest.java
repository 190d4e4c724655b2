package io.sluice.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.access.Credentials.Basic;
import io.sluice.access.Credentials.None;
import io.sluice.access.Credentials.Unusable;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialsTest {

  @Test
  void noHeaderSaysNothing() {
    assertThat(Credentials.parse(List.of())).isEqualTo(new None());
  }

  @Test
  void anEmptyUserWithAnEmptyPasswordSaysNothing() {
    assertThat(parse("Basic Og==")).isEqualTo(new None());
  }

  @ParameterizedTest
  @ValueSource(strings = {"Basic ", "basic ", "BASIC ", "bAsIc    "})
  void theSchemeIsTakenInAnyCase(String scheme) {
    assertThat(parse(scheme + "YWxpY2U6c2VjcmV0")).isEqualTo(new Basic("alice", "secret"));
  }

  @Test
  void thePasswordMayHaveColonsAndBeEmptyAndTheUserEndsAtTheFirst() {
    assertThat(parse(basic("alice:a:b:"))).isEqualTo(new Basic("alice", "a:b:"));
    assertThat(parse(basic("alice:"))).isEqualTo(new Basic("alice", ""));
  }

  @Test
  void moreThanOneHeaderIsUnusable() {
    assertThat(Credentials.parse(List.of(basic("a:b"), basic("a:b"))))
        .isEqualTo(new Unusable("more than one Authorization header"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Basic",
        "Basic ",
        "Bearer c2VjcmV0",
        "BasicYWxpY2U6c2VjcmV0",
        "Basic sec~ret",
        "Basic YWxpY2U6c2VjcmV0 c2VjcmV0",
        "Basic c2VjcmV0",
        "Basic OnNlY3JldA==",
        "Basic /zpzZWNyZXQ=",
        "Basic YQpiOnNlY3JldA=="
      })
  void whatIsNoUserAndPasswordIsUnusableAndIsNotRepeated(String header) {
    assertThat(parse(header))
        .isInstanceOfSatisfying(
            Unusable.class,
            unusable ->
                assertThat(unusable.reason())
                    .isNotBlank()
                    .doesNotContain("secret", "c2VjcmV0", "sec~ret"));
  }

  @Test
  void upTo512BytesAreTaken() {
    assertThat(parse(basic("alice:" + "x".repeat(506)))).isInstanceOf(Basic.class);
    assertThat(parse(basic("alice:" + "x".repeat(507)))).isInstanceOf(Unusable.class);
    assertThat(parse(basic("alice:" + "x".repeat(100_000)))).isInstanceOf(Unusable.class);
    assertThat(parse("Basic " + "!".repeat(100_000))).isInstanceOf(Unusable.class);
  }

  @Test
  void thePasswordIsNotInTheText() {
    assertThat(new Basic("alice", "secret")).hasToString("Basic[user=alice]");
  }

  @Property(tries = 300)
  void whatAClientWritesIsRead(@ForAll String user, @ForAll String password) {
    Assume.that(!user.isEmpty() && user.indexOf(':') < 0);
    Assume.that(user.chars().noneMatch(Character::isISOControl));
    var text = user + ":" + password;
    Assume.that(StandardCharsets.UTF_8.newEncoder().canEncode(text));
    Assume.that(text.getBytes(StandardCharsets.UTF_8).length <= Credentials.MAX_BYTES);
    assertThat(parse(basic(text))).isEqualTo(new Basic(user, password));
  }

  @Property(tries = 300)
  void anyHeaderIsSomething(@ForAll String header) {
    assertThat(parse(header)).isNotNull();
    assertThat(parse("Basic " + header)).isNotNull();
  }

  private static Credentials parse(String header) {
    return Credentials.parse(List.of(header));
  }

  private static String basic(String text) {
    return "Basic " + Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
