package io.sluice.gc;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.oci.Digest;
import io.sluice.oci.Digest.Algorithm;
import io.sluice.oci.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SubjectTagsTest {
  private static final Digest IMAGE = Facts.image("image");
  private static final Digest SIGNATURE = Facts.image("signature");

  @ParameterizedTest
  @ValueSource(strings = {"", ".sig", ".att", ".sbom"})
  void theNameTellsTheSubject(String suffix) {
    var tag = new Tag("sha256-" + IMAGE.hex() + suffix);

    assertThat(SubjectTags.subjectOf(tag, SIGNATURE)).contains(IMAGE);
    assertThat(SubjectTags.isOfSubject(tag, SIGNATURE)).isTrue();
  }

  @Test
  void aTagNamedAfterWhatItNamesHasNoSubject() {
    var tag = Tag.ofReferrersTo(IMAGE);

    assertThat(SubjectTags.subjectOf(tag, IMAGE)).isEmpty();
    assertThat(SubjectTags.isOfSubject(tag, IMAGE)).isFalse();
  }

  @Test
  void aDigestThatIsCutOffTellsNoSubjectButIsOfOne() {
    var image = Digest.of(Algorithm.SHA512, new byte[] {1});
    var tag = Tag.ofReferrersTo(image);

    assertThat(SubjectTags.subjectOf(tag, SIGNATURE)).isEmpty();
    assertThat(SubjectTags.isOfSubject(tag, SIGNATURE)).isTrue();
    assertThat(SubjectTags.isOfSubject(tag, image)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"latest", "sha256-", "sha256-abc", "v1.sig", "sha256.sig"})
  void otherTagsHaveNone(String name) {
    assertThat(SubjectTags.subjectOf(new Tag(name), SIGNATURE)).isEmpty();
    assertThat(SubjectTags.isOfSubject(new Tag(name), SIGNATURE)).isFalse();
  }
}
