package io.sluice.registry;

import static io.sluice.registry.TestImages.image;
import static io.sluice.registry.TestImages.small;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.oci.Digest;
import io.sluice.oci.RegistryError;
import io.sluice.oci.Tag;
import io.sluice.registry.TestImages.Image;
import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TagsTest extends OnARegistry {
  private static final Image A = image(small(1));
  private static final Image B = image(small(2));

  private void move(TestRegistry at, Tag tag, Digest digest) {
    assertThat(await(() -> at.parts.tags.move(APP, tag, digest, TagRights.BOTH, () -> true)))
        .isTrue();
  }

  @Test
  void theLaterPushWinsWhateverTheClocksSay() {
    var ahead = replica(false, Duration.ofHours(3));
    var behind = replica(false, Duration.ofHours(-3));

    move(ahead, LATEST, A.digest());
    move(behind, LATEST, B.digest());
    assertThat(registry.tag(APP, LATEST)).contains(B.digest());
    move(ahead, LATEST, A.digest());
    move(behind, LATEST, B.digest());

    assertThat(replica().tag(APP, LATEST)).contains(B.digest());
    assertThat(registry.names(Layout.tags(APP))).hasSize(1);
  }

  @Test
  void aTagThatWasMovedIsSeenAtOnceByTheOneThatMovedIt() {
    move(registry, LATEST, A.digest());
    assertThat(registry.tag(APP, LATEST)).contains(A.digest());

    move(registry, LATEST, B.digest());

    assertThat(registry.tag(APP, LATEST)).contains(B.digest());
  }

  /** The answer to an older question must not be believed afterwards. */
  @Test
  void aTagThatWasMovedIsSeenAtOnceAlsoWhenSomebodyWasJustAsking() {
    move(registry, LATEST, A.digest());
    registry.store.after(
        0, () -> registry.parts.tags.move(APP, LATEST, B.digest(), TagRights.BOTH, () -> true));

    assertThat(registry.tag(APP, LATEST)).contains(A.digest());

    assertThat(registry.tag(APP, LATEST)).contains(B.digest());
  }

  @Test
  void aTagThatWasDeletedIsGoneAtOnceAlsoWhenSomebodyWasJustAsking() {
    move(registry, LATEST, A.digest());
    registry.store.after(0, () -> registry.parts.tags.delete(APP, LATEST));

    registry.tag(APP, LATEST);

    assertThat(registry.tag(APP, LATEST)).isEmpty();
  }

  @Test
  void anotherRegistrySeesItAfterASecond() {
    var other = replica();
    move(registry, LATEST, A.digest());
    assertThat(other.tag(APP, LATEST)).contains(A.digest());
    move(registry, LATEST, B.digest());

    clock.pass(TestRegistry.TRUST.plusMillis(1));

    assertThat(other.tag(APP, LATEST)).contains(B.digest());
  }

  @Test
  void formerValuesAreKeptUpToALength() {
    var digests = IntStream.range(0, 6).mapToObj(n -> image(small(n)).digest()).toList();

    digests.forEach(digest -> move(registry, LATEST, digest));

    assertThat(historyOf(LATEST)).containsExactlyElementsOf(digests.subList(2, 5));
    assertThat(registry.tag(APP, LATEST)).contains(digests.get(5));
  }

  private List<Digest> historyOf(Tag tag) {
    return registry.names(Layout.history(APP, tag)).stream()
        .map(Layout::stampedDigest)
        .flatMap(Optional::stream)
        .toList();
  }

  @Test
  void toPushTheSameAgainIsNoHistory() {
    move(registry, LATEST, A.digest());
    move(registry, LATEST, A.digest());

    assertThat(historyOf(LATEST)).isEmpty();
    assertThat(registry.names(Layout.values(APP, LATEST))).hasSize(1);
  }

  @Test
  void aDeletedTagIsHistory() {
    move(registry, LATEST, A.digest());

    assertThat(await(() -> registry.parts.tags.delete(APP, LATEST))).contains(A.digest());

    assertThat(registry.tag(APP, LATEST)).isEmpty();
    assertThat(historyOf(LATEST)).containsExactly(A.digest());
    assertThat(await(() -> registry.parts.tags.delete(APP, LATEST))).isEmpty();
  }

  @Test
  void aDeletionRemovesOnlyWhatItSaw() {
    for (int call = 1; call < 4; call++) {
      start();
      move(registry, LATEST, A.digest());
      var pusher = replica();
      registry.store.before(
          call, () -> pusher.parts.tags.move(APP, LATEST, B.digest(), TagRights.BOTH, () -> true));

      await(() -> registry.parts.tags.delete(APP, LATEST));

      assertThat(replica().tag(APP, LATEST)).as("before call %d", call).contains(B.digest());
    }
  }

  @Test
  void aManifestsDeletionTakesTheTagsThatNameItOnly() {
    registry.pushAll(APP, A, new Tag("a1"));
    registry.pushAll(APP, A, new Tag("a2"));
    registry.pushAll(APP, B, new Tag("b"));
    registry.pushAll(APP, A, new Tag("moved"));
    registry.pushAll(APP, B, new Tag("moved"));

    await(() -> registry.parts.manifests.delete(APP, A.digest(), false));

    assertThat(await(() -> registry.parts.tags.list(APP, Optional.empty(), 10)))
        .containsExactly(new Tag("b"), new Tag("moved"));
  }

  @Test
  void aManifestOfSeveralTagsIsNotDeletedByWhoMustNotTakeThemAll() {
    registry.pushAll(APP, A, new Tag("a2"));
    registry.pushAll(APP, A, new Tag("a1"));
    registry.pushAll(APP, B, new Tag("b"));
    registry.pushAll(APP, B, new Tag("moved"));
    registry.pushAll(APP, A, new Tag("moved"));
    var before = objects.keys();

    assertThatThrownBy(() -> await(() -> registry.parts.manifests.delete(APP, A.digest(), true)))
        .satisfies(
            e ->
                assertThat(error(e))
                    .isEqualTo(
                        new RegistryError.ManifestCollision(
                            A.digest(), List.of(new Tag("a1"), new Tag("a2"), new Tag("moved")))));
    assertThat(objects.keys()).as("nothing is deleted").isEqualTo(before);

    await(() -> registry.parts.manifests.delete(APP, B.digest(), true));
    await(() -> registry.parts.manifests.delete(APP, new Tag("a1"), true));
    assertThat(await(() -> registry.parts.tags.list(APP, Optional.empty(), 10)))
        .containsExactly(new Tag("a2"), new Tag("moved"));
  }

  @Test
  void aManifestsDeletionLeavesATagThatIsMovedAwayJustThen() {
    for (int call = 0; call < 10; call++) {
      start();
      registry.pushAll(APP, A, LATEST);
      registry.pushAll(APP, B, B.digest());
      registry.tag(APP, LATEST);
      var other = replica();
      registry.store.before(call, () -> other.pushing(APP, B, LATEST));

      await(() -> registry.parts.manifests.delete(APP, A.digest(), false).mapEmpty());

      assertThat(registry.store.calls()).hasSizeGreaterThan(call);
      registry.store.before(-1, Future::succeededFuture);
      assertThat(replica().tag(APP, LATEST)).as("before call %d", call).contains(B.digest());
    }
  }

  /** What is left when a process dies between a value and the removal of the one before it. */
  @Test
  void theGreatestOfSeveralValuesCountsAndADeletionTakesThemAllTheOldestFirst() {
    var folder = Layout.values(APP, LATEST);
    var former = folder + "01ARZ3NDEKTSV4RRFFQ69G5FA0-sha256-" + A.digest().hex();
    var present = folder + "01ARZ3NDEKTSV4RRFFQ69G5FA1-sha256-" + B.digest().hex();
    for (var key : List.of(present, former)) {
      await(() -> objects.put(key, ByteBuffer.allocate(0)));
    }
    assertThat(registry.tag(APP, LATEST)).contains(B.digest());
    registry.store.before(-1, Future::succeededFuture);

    await(() -> registry.parts.tags.delete(APP, LATEST));

    assertThat(registry.store.calls()).containsSubsequence("delete " + former, "delete " + present);
    assertThat(registry.names(folder)).isEmpty();
  }

  @Test
  void whatIsNotAValueIsNoTag() {
    for (var name :
        List.of(
            "x",
            "01ARZ3NDEKTSV4RRFFQ69G5FA0",
            "x-sha256-" + A.digest().hex(),
            "01ARZ3NDEKTSV4RRFFQ69G5FA0-sha256-00",
            "01ARZ3NDEKTSV4RRFFQ69G5FA0-md5-00")) {
      await(() -> objects.put(Layout.values(APP, LATEST) + name, ByteBuffer.allocate(0)));
    }

    assertThat(registry.tag(APP, LATEST)).isEmpty();
  }

  @Test
  void aTagIsMovedBehindAForgedValueFromTheEndOfTime() {
    var forged =
        Layout.values(APP, LATEST) + "7ZZZZZZZZZZZZZZZZZZZZZZZZZ-sha256-" + A.digest().hex();
    await(() -> objects.put(forged, ByteBuffer.allocate(0)));

    move(registry, LATEST, B.digest());

    assertThat(replica().tag(APP, LATEST)).contains(B.digest());
  }

  @Test
  void areListedInTheOrderOfTheirNamesAndInPages() {
    var names =
        Stream.of("a", "a-b", "a.b", "a_b", "A", "0", "ab", "a--b", "_", "b", "10", "9")
            .map(Tag::new)
            .toList();
    names.forEach(tag -> move(registry, tag, A.digest()));
    var sorted = List.copyOf(new TreeSet<>(names));

    for (int limit = 1; limit <= names.size() + 1; limit++) {
      int pageSize = limit;
      for (int from = 0; from <= sorted.size(); from++) {
        var last = from == 0 ? Optional.<Tag>empty() : Optional.of(sorted.get(from - 1));
        assertThat(await(() -> registry.parts.tags.list(APP, last, pageSize)))
            .isEqualTo(sorted.subList(from, Math.min(sorted.size(), from + limit)));
      }
    }
    assertThat(await(() -> registry.parts.tags.list(APP, Optional.of(new Tag("a-")), 2)))
        .as("behind a tag that isn't there")
        .containsExactly(new Tag("a--b"), new Tag("a-b"));
  }

  @Test
  void aRepositoryWithoutTagsIsKnownByItsManifests() {
    assertThatThrownBy(() -> await(() -> registry.parts.requireRepository(APP)))
        .satisfies(e -> assertThat(error(e)).isEqualTo(new RegistryError.NameUnknown(APP)));

    registry.pushAll(APP, A, A.digest());

    await(() -> registry.parts.requireRepository(APP));
  }
}
