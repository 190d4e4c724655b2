package io.sluice.registry;

import static io.sluice.registry.TestImages.image;
import static io.sluice.registry.TestImages.index;
import static io.sluice.registry.TestImages.large;
import static io.sluice.registry.TestImages.small;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gc.Doomed.What;
import io.sluice.oci.Tag;
import io.sluice.registry.Commands.KeepManifest;
import io.sluice.registry.TestImages.Image;
import io.sluice.ulid.Ulid;
import io.sluice.ulid.Ulids;
import io.sluice.upload.DataId;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What dead writers leave behind, and entries about what is gone. */
class CollectorLeftoversTest extends OnACollectedRegistry {
  private static final Image A = image(small(1), large(1));
  private static final Image B = image(small(2));
  private static final TagOrigin ORIGIN = new TagOrigin("quay.io", "team/app", Instant.EPOCH);

  private Ulid next() {
    return new Ulids(clock::instant).next();
  }

  private String folderOf(TestImages.Blob blob) {
    return Layout.links(APP, blob.digest());
  }

  @Test
  void aTentativeLinkGoesWhenItsWriterHasGivenUp() {
    registry.pushAll(APP, A, LATEST);
    var data = new DataId(new Ulid(keys("data/").getFirst().substring(8)));
    var tentative = folderOf(large(1)) + BlobLink.tentativeName(next(), data, 5);
    leave(tentative);
    assertThat(collect().doomed()).isEmpty();

    afterTheGrace();
    var later = collect();

    assertThat(later.reasons(What.BLOB)).containsExactly("its writer has given up");
    assertThat(objects.keys()).doesNotContain(tentative);
    settle();
    assertThat(missing(APP, A)).isEmpty();
  }

  @Test
  void aTentativeLinkHoldsItsDataAsLongAsItIsYoung() {
    registry.upload(APP, large(1));
    afterTheGrace();
    var data = new DataId(new Ulid(keys("data/").getFirst().substring(8)));
    leave(Layout.links(OTHER, large(1).digest()) + BlobLink.tentativeName(next(), data, 5));
    collect();
    clock.pass(TestRegistry.GRACE.dividedBy(2));

    assertThat(collect().totals().data()).isZero();
    assertThat(keys("data/")).hasSize(1);
  }

  @Test
  void aBlobThatAManifestNamesIsSeenAgainWhenWhoeverHidItHasDied() {
    registry.pushAll(APP, A, LATEST);
    var link = registry.links(APP, large(1)).getFirst();
    leave(folderOf(large(1)) + link.substring(0, 26) + "-hidden");
    collect();
    assertThat(replica().hasBlob(APP, large(1))).isFalse();

    afterTheGrace();
    assertThat(collect().doomed()).isEmpty();

    assertThat(replica().hasBlob(APP, large(1))).isTrue();
    assertThat(missing(APP, A)).isEmpty();
  }

  @Test
  void aDeletedBlobGoesBeforeWhatHidesIt() {
    registry.upload(APP, small(1), large(1));
    await(() -> registry.parts.blobs.delete(APP, small(1).digest()));
    await(() -> registry.parts.blobs.delete(APP, large(1).digest()));
    assertThat(keys(Layout.deletions(APP))).hasSize(2);
    afterTheGrace();
    collected.before(-1, Future::succeededFuture);

    assertThat(collect().totals().blobs()).isEqualTo(2);

    assertThat(keys("repos/")).isEmpty();
    var deletions = collected.calls().stream().filter(it -> it.startsWith("delete ")).toList();
    assertThat(deletions.getFirst()).contains("-inline-").doesNotContain("-hidden");
    assertThat(deletions.get(1)).contains("-hidden").doesNotContain("-inline-");
  }

  @Test
  void anAnnouncementOfADeletionStaysForTheGrace() {
    registry.pushAll(APP, A, LATEST);
    leave(Layout.deletions(APP) + Layout.stamped(next(), B.digest()));
    collect();
    assertThat(keys(Layout.deletions(APP))).hasSize(1);

    afterTheGrace();
    collect();
    assertThat(keys(Layout.deletions(APP))).isEmpty();
  }

  @Test
  void aTagWhoseManifestNeverCameGoes() {
    registry.pushAll(APP, A, LATEST);
    leave(Layout.values(APP, new Tag("lost")) + Layout.stamped(next(), B.digest()));
    collect();
    assertThat(replica().tag(APP, new Tag("lost"))).contains(B.digest());

    afterTheGrace();
    collect();
    assertThat(replica().tag(APP, new Tag("lost"))).isEmpty();
    assertThat(replica().tag(APP, LATEST)).contains(A.digest());
  }

  @Test
  void aTagWhoseManifestComesJustThenStays() {
    atEachCall(
        KEEP_ALL,
        () -> {
          leave(Layout.values(APP, LATEST) + Layout.stamped(next(), B.digest()));
          afterTheGrace();
          registry.upload(APP, small(2));
        },
        () -> registry.pushing(APP, B, LATEST),
        call -> {
          assertThat(replica().tag(APP, LATEST)).as("call %d", call).contains(B.digest());
          settle();
          assertThat(missing(APP, B)).as("call %d", call).isEmpty();
        });
  }

  @Test
  void theValueThatCountsStaysAndTheOthersAreHistory() {
    registry.pushAll(APP, A, LATEST);
    registry.pushAll(APP, B, B.digest());
    afterTheGrace();
    leave(Layout.values(APP, LATEST) + Layout.stamped(next(), B.digest()));
    collect();
    assertThat(keys(Layout.tags(APP))).as("the newer may be taken back yet").hasSize(2);
    assertThat(missing(APP, B)).isEmpty();

    afterTheGrace();
    collect();

    assertThat(keys(Layout.tags(APP))).hasSize(1);
    assertThat(keys(Layout.histories(APP))).hasSize(1);
    assertThat(replica().tag(APP, LATEST)).contains(B.digest());
    assertThat(missing(APP, A)).as("it can be undone").isEmpty();
    settle();
    assertThat(keys(Layout.histories(APP))).isEmpty();
    assertThat(registry.revisions(APP, A)).isEmpty();
    assertThat(missing(APP, B)).isEmpty();
  }

  private void keep(Image image, Tag tag) {
    var stored = new StoredManifest(image.digest(), image.mediaType(), image.bytes());
    await(
        () ->
            registry.parts.manifests.keep(new KeepManifest(APP, Optional.of(tag), stored, ORIGIN)));
  }

  @Test
  void whatWasKeptFromAnUpstreamStaysWithAsMuchAsIsHere() {
    registry.upload(APP, large(1));
    keep(A, LATEST);
    keep(index(B, A), new Tag("index"));

    assertThat(settle().doomed()).isEmpty();

    assertThat(replica().tag(APP, LATEST)).contains(A.digest());
    assertThat(replica().hasBlob(APP, large(1))).isTrue();
    registry.upload(APP, small(1));
    settle();
    assertThat(missing(APP, A)).isEmpty();
  }

  /** As build caches do it. */
  @Test
  void blobsThatAnIndexNamesAsIfTheyWereManifestsStay() {
    registry.upload(APP, large(3));
    var json = index(A).bytes().toJsonObject();
    json.getJsonArray("manifests")
        .getJsonObject(0)
        .put("mediaType", "application/vnd.oci.image.layer.v1.tar+gzip")
        .put("digest", large(3).digest().toString());
    var cache =
        new Image(index(A).mediaType(), List.of(), List.of(), Optional.empty(), json.toBuffer());
    keep(cache, LATEST);

    assertThat(settle().doomed()).isEmpty();

    assertThat(replica().hasBlob(APP, large(3))).isTrue();
  }

  @Test
  void theTagOfAUserCountsBeforeThatOfAnUpstreamWhoeverWasLast() {
    keep(A, LATEST);
    registry.pushAll(APP, B, B.digest());
    leave(Layout.values(APP, LATEST) + Layout.stamped(next(), B.digest()));
    leave(Layout.values(APP, LATEST) + Layout.stampedFromUpstream(next(), A.digest()));

    settle();

    assertThat(keys(Layout.tags(APP))).hasSize(1);
    assertThat(replica().tag(APP, LATEST)).contains(B.digest());
    assertThat(keys(Layout.histories(APP))).isEmpty();
    assertThat(registry.revisions(APP, A)).isEmpty();
  }

  @Test
  void theCatalogIsMended() {
    registry.pushAll(APP, A, LATEST);
    remove(Layout.catalog(APP));
    leave(Layout.catalog(OTHER));
    collect();
    assertThat(keys("catalog/")).containsExactly(Layout.catalog(OTHER), Layout.catalog(APP));

    afterTheGrace();
    collect();
    assertThat(keys("catalog/")).containsExactly(Layout.catalog(APP));
  }

  @Test
  void aRepositoryThatIsPushedToJustThenIsInTheCatalogAfterwards() {
    atEachCall(
        KEEP_ALL,
        () -> {
          registry.upload(APP, small(2));
          registry.push(APP, B, B.digest());
          afterTheGrace();
          registry.upload(APP, small(2));
        },
        // One that doesn't believe from before that the repository is listed.
        () -> replica().pushing(APP, B, LATEST),
        call -> assertThat(keys("catalog/")).as("call %d", call).hasSize(1));
  }

  @Test
  void hintsWhereContentCanBeSharedFromGoWithTheContent() {
    var sharing = replica(true, Duration.ZERO);
    sharing.upload(APP, large(1), large(2));
    sharing.upload(APP, small(1));
    sharing.push(APP, A, LATEST);
    assertThat(keys("digests/")).hasSize(2);

    settle();

    assertThat(keys("digests/"))
        .singleElement()
        .matches(key -> key.startsWith(Layout.sharing(large(1).digest())));
  }

  @Test
  void recordsOfPullsAreMergedAndThoseOfLostManifestsDropped() {
    registry.pushAll(APP, A, LATEST);
    IntStream.range(0, 10)
        .forEach(
            minute -> {
              var time = " 2026-03-01T10:0" + minute + ":00Z\n";
              leave(Layout.pulls(APP) + next(), A.digest() + time + B.digest() + time);
            });

    collect();

    var left = keys(Layout.pulls(APP));
    assertThat(left).hasSize(1);
    assertThat(await(() -> objects.read(left.getFirst())).toString())
        .isEqualTo(A.digest() + " 2026-03-01T10:09:00Z\n");
    assertThat(collect().doomed()).isEmpty();
    assertThat(keys(Layout.pulls(APP))).isEqualTo(left);
  }

  @Test
  void whatAProbeOfTheStoreLeftGoesAfterADay() {
    leave("probe/0123");
    clock.pass(Duration.ofHours(24));
    collect();
    assertThat(keys("probe/")).hasSize(1);

    clock.pass(Duration.ofSeconds(10));
    collect();
    assertThat(keys("probe/")).isEmpty();
  }
}
