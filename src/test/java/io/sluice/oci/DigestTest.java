package io.sluice.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DigestTest {
  private static final Pattern KNOWN =
      Pattern.compile("sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128}", Pattern.DOTALL);

  private static final String HEX = "0123456789abcdef".repeat(4);

  @Test
  void isThatOfTheContent() {
    var empty = new byte[0];

    assertThat(Digest.sha256(empty))
        .hasToString("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assertThat(Digest.of(Digest.Algorithm.SHA512, "abc".getBytes(StandardCharsets.US_ASCII)).hex())
        .startsWith("ddaf35a193617aba")
        .endsWith("2a9ac94fa54ca49f");
  }

  @Property
  void readsWhatItWrites(@ForAll byte[] content, @ForAll Digest.Algorithm algorithm) {
    var digest = Digest.of(algorithm, content);

    assertThat(Digest.parse(digest.toString())).isEqualTo(digest);
    assertThat(Reference.parse(digest.toString())).isEqualTo(digest);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":",
        "sha256",
        "sha256:",
        "sha256:00",
        "sha256:" + "0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF",
        "SHA256:" + "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "sha512:" + "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "md5:d41d8cd98f00b204e9800998ecf8427e",
        "sha256:" + "../../../../../../../../../../../../../../../../../../../../../a"
      })
  void refusesTheRest(String text) {
    assertThatThrownBy(() -> Digest.parse(text)).isInstanceOf(RegistryException.class);
  }

  @Property
  void knowsExactlyTheRegisteredForms(@ForAll("nearlyDigests") String text) {
    boolean accepted;
    try {
      assertThat(Digest.parse(text)).hasToString(text);
      accepted = true;
    } catch (RegistryException e) {
      assertThat(e.error()).isInstanceOf(RegistryError.DigestInvalid.class);
      accepted = false;
    }

    assertThat(accepted).isEqualTo(KNOWN.matcher(text).matches());
  }

  @Provide
  Arbitrary<String> nearlyDigests() {
    var names = Arbitraries.of("sha256", "sha512", "Sha256", "", "sha-256", "sha256:sha256");
    var hex =
        Arbitraries.strings()
            .withChars("0123456789abcdefgA:/. \n\u0660")
            .ofMaxLength(130)
            .edgeCases(edges -> edges.add(HEX, HEX + HEX, HEX + "\n", HEX + "0"));
    var exact =
        Arbitraries.strings()
            .withChars("0123456789abcdef")
            .ofLength(64)
            .flatMap(half -> Arbitraries.of(half, half + half, half + "\n", "A" + half));
    return Arbitraries.oneOf(
        Arbitraries.strings().ofMaxLength(200),
        Combinators.combine(names, Arbitraries.oneOf(hex, exact)).as((a, b) -> a + ":" + b));
  }

  @Test
  void canNotBeMadeOfAnythingButHex() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Digest(Digest.Algorithm.SHA256, "../etc"));
  }
}
