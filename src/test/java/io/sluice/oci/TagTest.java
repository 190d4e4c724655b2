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

class TagTest {
  /** As the distribution specification writes it. */
  private static final Pattern SPEC = Pattern.compile("[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}");

  @Property
  void areThoseOfTheSpecification(@ForAll("nearlyTags") String text) {
    boolean accepted;
    try {
      assertThat(Tag.parse(text)).hasToString(text);
      accepted = true;
    } catch (RegistryException e) {
      assertThat(e.error()).isInstanceOf(RegistryError.TagInvalid.class);
      assertThatIllegalArgumentException().isThrownBy(() -> new Tag(text));
      accepted = false;
    }

    assertThat(accepted).as("%s", text).isEqualTo(SPEC.matcher(text).matches());
  }

  @Property
  void aReferenceIsATagOrADigestOrRefused(@ForAll("nearlyTags") String text) {
    try {
      assertThat(Reference.parse(text)).hasToString(text);
    } catch (RegistryException e) {
      assertThat(e.error())
          .isInstanceOf(
              text.contains(":")
                  ? RegistryError.DigestInvalid.class
                  : RegistryError.TagInvalid.class);
    }
  }

  @Provide
  Arbitrary<String> nearlyTags() {
    return Arbitraries.oneOf(
        Arbitraries.strings().withChars("azAZ09._-").ofMaxLength(6),
        Arbitraries.strings().withChars("aZ0._-/:\n !\u00e9").ofMaxLength(6),
        Arbitraries.strings().ofMaxLength(140),
        Arbitraries.integers().between(126, 130).map("x"::repeat));
  }

  @Test
  void ofReferrersIsTheSubjectsDigestCutToTheLengthThatTheSpecificationGives() {
    var sha256 = Digest.sha256(new byte[0]);
    var sha512 = Digest.of(Digest.Algorithm.SHA512, new byte[0]);

    assertThat(Tag.ofReferrersTo(sha256)).hasToString("sha256-" + sha256.hex());
    assertThat(Tag.ofReferrersTo(sha512)).hasToString("sha512-" + sha512.hex().substring(0, 64));
  }
}
