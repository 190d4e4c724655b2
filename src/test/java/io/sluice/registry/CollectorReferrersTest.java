package io.sluice.registry;

import static io.sluice.registry.TestImages.image;
import static io.sluice.registry.TestImages.large;
import static io.sluice.registry.TestImages.referrer;
import static io.sluice.registry.TestImages.small;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.RetentionConfig;
import io.sluice.gc.Doomed.What;
import io.sluice.oci.Tag;
import io.sluice.registry.TestImages.Image;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Signatures and the like: what refers to an image, by its manifest or by the name of its tag. */
class CollectorReferrersTest extends OnACollectedRegistry {
  private static final RetentionConfig WITH_SUBJECTS =
      policies("{'repositories': ['**'], 'deleteReferrers': true}");

  private static final Image A = image(small(1), large(1));
  private static final Image SIGNATURE = referrer(A, small(2));
  private static final Image OF_SIGNATURE = referrer(SIGNATURE, small(3));
  private static final Image UNSIGNED = image(small(4));

  private static Tag tagOf(Image subject, String suffix) {
    return new Tag("sha256-" + subject.digest().hex() + suffix);
  }

  private void pushSigned() {
    registry.pushAll(APP, A, LATEST);
    registry.pushAll(APP, SIGNATURE, SIGNATURE.digest());
    registry.pushAll(APP, OF_SIGNATURE, OF_SIGNATURE.digest());
  }

  @Test
  void referrersStayWithTheirSubject() {
    pushSigned();

    assertThat(settle(WITH_SUBJECTS).doomed()).isEmpty();

    assertThat(missing(APP, OF_SIGNATURE)).isEmpty();
    assertThat(keys(Layout.allReferrers(APP))).hasSize(2);
  }

  @Test
  void referrersGoWithTheirSubjectWhereAPolicySaysSo() {
    pushSigned();
    deleteTag(APP, LATEST);

    var all = settle(WITH_SUBJECTS);

    assertThat(all.totals().manifests()).isEqualTo(3);
    assertThat(all.reasons(What.MANIFEST))
        .containsExactly("its subject is gone", "no tag and no index names it");
    assertThat(all.all(What.MANIFEST).getFirst().policy()).contains("policies[0] (**)");
    assertThat(keys("repos/")).isEmpty();
  }

  @Test
  void referrersStayWithoutTheirSubjectWhereNoPolicySaysOtherwise() {
    pushSigned();
    deleteTag(APP, LATEST);

    var all = settle();

    assertThat(all.names(What.MANIFEST)).containsExactly(A.digest().toString());
    assertThat(missing(APP, SIGNATURE)).isEmpty();
    assertThat(missing(APP, OF_SIGNATURE)).isEmpty();
    assertThat(keys(Layout.allReferrers(APP))).hasSize(2);
    assertThat(keys("catalog/")).hasSize(1);
  }

  @Test
  void aReferrerThatIsTaggedItselfStaysWithWhatRefersToIt() {
    pushSigned();
    registry.push(APP, SIGNATURE, new Tag("signature"));
    deleteTag(APP, LATEST);

    var all = settle(WITH_SUBJECTS);

    assertThat(all.names(What.MANIFEST)).containsExactly(A.digest().toString());
    assertThat(missing(APP, OF_SIGNATURE)).isEmpty();
  }

  @Test
  void aReferrerThatCameBeforeItsSubjectStaysForTheGrace() {
    registry.pushAll(APP, SIGNATURE, SIGNATURE.digest());
    assertThat(collect(WITH_SUBJECTS).doomed()).isEmpty();
    assertThat(keys(Layout.allReferrers(APP))).hasSize(1);

    afterTheGrace();
    assertThat(collect(WITH_SUBJECTS).totals().manifests()).isEqualTo(1);
    assertThat(keys(Layout.allReferrers(APP))).isEmpty();
  }

  @Test
  void tagsOfSignaturesStayWithTheirSubject() {
    registry.pushAll(APP, A, LATEST);
    registry.pushAll(APP, UNSIGNED, tagOf(A, ".sig"));

    assertThat(settle(KEEP_LATEST).doomed()).isEmpty();
  }

  /** A signature is pushed after its image. */
  @Test
  void aSignatureDoesNotTakeThePlaceOfTheUntaggedImageThatItIsOf() {
    registry.pushAll(APP, A, A.digest());
    clock.pass(Duration.ofSeconds(1));
    registry.pushAll(APP, UNSIGNED, tagOf(A, ".sig"));

    var all =
        settle(
            policies(
                "{'repositories': ['**'], 'deleteReferrers': true,"
                    + " 'keepUntagged': {'mostRecentlyPushedCount': 1}}"));

    assertThat(all.doomed()).isEmpty();
    assertThat(missing(APP, A)).isEmpty();
  }

  @Test
  void tagsOfSignaturesGoWithTheirSubjectWhenTheyAreOld() {
    registry.pushAll(APP, A, LATEST);
    deleteTag(APP, LATEST);
    afterUndo();
    registry.pushAll(APP, UNSIGNED, tagOf(A, ".sig"));
    registry.pushAll(APP, image(small(5)), tagOf(UNSIGNED, ".att"));
    var young = collect(WITH_SUBJECTS);
    assertThat(young.tags()).as("the subject may be on its way").isEmpty();
    assertThat(young.names(What.MANIFEST)).containsExactly(A.digest().toString());

    afterTheGrace();
    var old = collect(WITH_SUBJECTS);
    assertThat(old.tags())
        .containsExactlyInAnyOrder(tagOf(A, ".sig").value(), tagOf(UNSIGNED, ".att").value());
    assertThat(old.reasons(What.TAG)).containsExactly("its subject is gone");
    assertThat(missing(APP, UNSIGNED)).as("it can be undone").isEmpty();

    settle(WITH_SUBJECTS);
    assertThat(keys("repos/")).isEmpty();
  }

  @Test
  void tagsOfSignaturesStayWhereReferrersDo() {
    registry.pushAll(APP, UNSIGNED, tagOf(A, ".sig"));

    assertThat(settle().doomed()).isEmpty();
  }

  @Test
  void aTagThatIsNamedAfterItsOwnDigestIsATagLikeAnyOther() {
    registry.pushAll(APP, A, tagOf(A, ""));

    assertThat(settle(WITH_SUBJECTS).doomed()).isEmpty();
    clock.pass(TestRegistry.GRACE);
    registry.pushAll(APP, UNSIGNED, LATEST);
    assertThat(settle(KEEP_LATEST).tags()).containsExactly(tagOf(A, "").value());
  }
}
