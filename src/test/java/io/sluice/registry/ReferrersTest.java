package io.sluice.registry;

import static io.sluice.registry.TestImages.image;
import static io.sluice.registry.TestImages.index;
import static io.sluice.registry.TestImages.referrer;
import static io.sluice.registry.TestImages.small;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.oci.Descriptor;
import io.sluice.oci.Digest;
import io.sluice.oci.Tag;
import io.sluice.registry.TestImages.Image;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReferrersTest extends OnARegistry {
  private static final Image SUBJECT = image(small(1));
  private static final Image SIGNATURE = referrer(SUBJECT, small(2));
  private static final Image SBOM = referrer(SUBJECT, small(3));

  private List<Descriptor> list() {
    return await(() -> registry.parts.referrers.list(APP, SUBJECT.digest()));
  }

  private List<Digest> digests() {
    return list().stream().map(Descriptor::digest).toList();
  }

  @Test
  void areListedWithWhatTheSpecificationAsksFor() {
    registry.pushAll(APP, SUBJECT, LATEST);
    registry.pushAll(APP, SIGNATURE, SIGNATURE.digest());
    registry.pushAll(APP, SBOM, SBOM.digest());

    assertThat(list())
        .extracting(Descriptor::digest, Descriptor::size, it -> it.artifactType().orElse(""))
        .containsExactlyInAnyOrder(
            org.assertj.core.groups.Tuple.tuple(
                SIGNATURE.digest(),
                (long) SIGNATURE.bytes().length(),
                "application/vnd.oci.image.config.v1+json"),
            org.assertj.core.groups.Tuple.tuple(
                SBOM.digest(),
                (long) SBOM.bytes().length(),
                "application/vnd.oci.image.config.v1+json"));
  }

  @Test
  void theSubjectMayComeLaterOrNever() {
    registry.pushAll(APP, SIGNATURE, SIGNATURE.digest());

    assertThat(digests()).containsExactly(SIGNATURE.digest());
  }

  @Test
  void whoIsPushedAgainIsListedOnce() {
    registry.pushAll(APP, SIGNATURE, SIGNATURE.digest());
    clock.passMoreThanHalfTheGrace();
    registry.pushAll(APP, SIGNATURE, new Tag("sig"));
    registry.pushAll(APP, SIGNATURE, new Tag("sig"));

    assertThat(digests()).containsExactly(SIGNATURE.digest());
    assertThat(registry.names(Layout.referrers(APP, SUBJECT.digest()))).hasSize(1);
  }

  @Test
  void whoIsDeletedIsNotListed() {
    registry.pushAll(APP, SIGNATURE, SIGNATURE.digest());
    registry.pushAll(APP, SBOM, SBOM.digest());

    await(() -> registry.parts.manifests.delete(APP, SIGNATURE.digest(), false));

    assertThat(digests()).containsExactly(SBOM.digest());
  }

  @Test
  void anEntryWhoseManifestIsGoneCountsForNothing() {
    registry.pushAll(APP, SIGNATURE, SIGNATURE.digest());
    for (var revision : registry.revisions(APP, SIGNATURE)) {
      await(() -> objects.delete(List.of(Layout.revisions(APP, SIGNATURE.digest()) + revision)));
    }
    clock.pass(TestRegistry.TRUST.plusSeconds(1));

    assertThat(digests()).isEmpty();
  }

  @Test
  void thoseOfClientsWithoutTheApiAreFoundUnderTheFallbackTag() {
    var listed = index(SIGNATURE, SBOM);
    registry.pushAll(APP, listed, Tag.ofReferrersTo(SUBJECT.digest()));

    assertThat(digests()).containsExactlyInAnyOrder(SIGNATURE.digest(), SBOM.digest());
  }

  @Test
  void nobodyRefersToWhatNobodyKnows() {
    assertThat(digests()).isEmpty();
  }
}
