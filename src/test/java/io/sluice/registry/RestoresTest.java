package io.sluice.registry;

import static io.sluice.registry.TestImages.image;
import static io.sluice.registry.TestImages.index;
import static io.sluice.registry.TestImages.large;
import static io.sluice.registry.TestImages.small;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.oci.Digest;
import io.sluice.oci.RegistryError;
import io.sluice.oci.Tag;
import io.sluice.registry.Commands.ListHistory;
import io.sluice.registry.Commands.RestoreTag;
import io.sluice.registry.Commands.TagHistory;
import io.sluice.registry.TestImages.Image;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RestoresTest extends OnARegistry {
  private static final Image A = image(small(1), large(2));
  private static final Image B = image(small(3), large(4));
  private static final Image C = image(small(5));

  private Digest restore(Optional<Digest> digest, TagRights rights) {
    return await(
            () ->
                registry.parts.restores.restore(new RestoreTag(APP, LATEST, digest, "ann", rights)))
        .digest();
  }

  private Digest restore() {
    return restore(Optional.empty(), TagRights.BOTH);
  }

  private List<TagHistory> history(Optional<Tag> last, int limit) {
    return await(
            () ->
                registry.parts.restores.history(
                    new ListHistory(APP, Optional.empty(), last, limit)))
        .items();
  }

  @Test
  void aDeletedTagGetsItsLastValueBackAndEverythingOfItIsFresh() {
    registry.pushAll(APP, index(A, B), LATEST);
    await(() -> registry.parts.tags.delete(APP, LATEST));
    clock.passMoreThanHalfTheGrace();
    var before = registry.links(APP, large(2));

    assertThat(restore()).isEqualTo(index(A, B).digest());

    assertThat(replica().tag(APP, LATEST)).contains(index(A, B).digest());
    assertThat(registry.missingOf(APP, index(A, B))).isEmpty();
    assertThat(registry.revisions(APP, index(A, B))).hasSize(2);
    assertThat(registry.revisions(APP, A)).as("of a child").hasSize(2);
    assertThat(registry.links(APP, large(2))).as("renewed").isNotEqualTo(before);
  }

  @Test
  void aMovedTagGetsTheNewestThatDiffersAndAgainIsBack() {
    registry.pushAll(APP, A, LATEST);
    registry.pushAll(APP, B, LATEST);
    assertThat(restore()).isEqualTo(A.digest());
    assertThat(restore()).isEqualTo(B.digest());
    assertThat(registry.tag(APP, LATEST)).contains(B.digest());
  }

  @Test
  void aDigestPicksAnOlderValue() {
    for (var image : List.of(A, B, C)) {
      registry.pushAll(APP, image, LATEST);
    }
    assertThat(restore(Optional.of(A.digest()), TagRights.BOTH)).isEqualTo(A.digest());
    assertThat(registry.tag(APP, LATEST)).contains(A.digest());
  }

  @Test
  void withNothingToRestoreTheErrorSaysWhy() {
    assertThatThrownBy(this::restore)
        .satisfies(e -> assertThat(reason(e)).contains("nothing is remembered"));
    registry.pushAll(APP, A, LATEST);
    assertThatThrownBy(this::restore)
        .satisfies(e -> assertThat(reason(e)).contains("never named anything but"));

    registry.pushAll(APP, B, LATEST);
    await(() -> registry.parts.manifests.delete(APP, A.digest(), false));
    assertThatThrownBy(this::restore)
        .satisfies(e -> assertThat(reason(e)).isEqualTo("its image " + A.digest() + " has gone"));
    assertThat(registry.tag(APP, LATEST)).contains(B.digest());
  }

  private static String reason(Throwable thrown) {
    return ((RegistryError.NothingToRestore) error(thrown)).reason();
  }

  @Test
  void anImageOfWhichAPartHasGoneIsNotRestored() {
    registry.pushAll(APP, A, LATEST);
    registry.pushAll(APP, B, LATEST);
    var link = Layout.links(APP, large(2).digest()) + registry.links(APP, large(2)).getFirst();
    await(() -> objects.delete(List.of(link)));
    clock.passMoreThanHalfTheGrace();

    assertThatThrownBy(this::restore)
        .satisfies(
            e -> assertThat(reason(e)).contains("a part has gone", large(2).digest().toString()));
    assertThat(registry.tag(APP, LATEST)).contains(B.digest());
  }

  @Test
  void theRightsAreThoseOfAPush() {
    var tag = new Tag("1.4");
    registry.pushAll(APP, A, tag);
    registry.pushAll(APP, B, tag);
    assertThatThrownBy(() -> restore(tag, TagRights.CREATE))
        .satisfies(e -> assertThat(error(e)).isInstanceOf(RegistryError.Denied.class));
    restore(tag, TagRights.UPDATE);
    assertThat(registry.tag(APP, tag)).contains(A.digest());

    await(() -> registry.parts.tags.delete(APP, tag));
    assertThatThrownBy(() -> restore(tag, TagRights.UPDATE))
        .satisfies(e -> assertThat(error(e)).isInstanceOf(RegistryError.Denied.class));
    restore(tag, TagRights.CREATE);
    assertThat(registry.tag(APP, tag)).contains(A.digest());
  }

  private void restore(Tag tag, TagRights rights) {
    await(
        () ->
            registry.parts.restores.restore(
                new RestoreTag(APP, tag, Optional.empty(), "ann", rights)));
  }

  @Test
  void theHistoryTellsWhenAndWhetherItCanStillBeRestored() {
    var pushed = clock.instant();
    registry.pushAll(APP, A, LATEST);
    clock.pass(Duration.ofMinutes(1));
    registry.pushAll(APP, B, LATEST);
    registry.pushAll(APP, C, LATEST);
    await(() -> registry.parts.manifests.delete(APP, B.digest(), false));

    var former = history(Optional.empty(), 100).getFirst().former();

    assertThat(former)
        .extracting(Commands.FormerValue::digest)
        .containsExactly(B.digest(), A.digest());
    assertThat(former).extracting(Commands.FormerValue::restorable).containsExactly(false, true);
    assertThat(former.getLast().since()).isEqualTo(pushed);
  }

  @Test
  void theHistoryComesInPagesOfWholeTags() {
    for (var tag : List.of("a", "a-b", "b")) {
      for (var image : List.of(A, B, C)) {
        registry.pushAll(APP, image, new Tag(tag));
      }
    }
    var first = history(Optional.empty(), 3);
    assertThat(first).extracting(it -> it.tag().value()).containsExactly("a", "a-b");
    assertThat(first).allSatisfy(it -> assertThat(it.former()).hasSize(2));
    assertThat(history(Optional.of(new Tag("a-b")), 3))
        .extracting(it -> it.tag().value())
        .containsExactly("b");
  }
}
