package io.sluice.registry;

import static io.sluice.registry.TestImages.image;
import static io.sluice.registry.TestImages.index;
import static io.sluice.registry.TestImages.large;
import static io.sluice.registry.TestImages.small;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.gc.Doomed;
import io.sluice.gc.Doomed.What;
import io.sluice.gc.Policies;
import io.sluice.oci.RepositoryName;
import io.sluice.oci.Tag;
import io.sluice.registry.TestImages.Image;
import io.sluice.ulid.Ulids;
import io.sluice.upload.DataId;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What goes and what stays of images, step by step. */
class CollectorTest extends OnACollectedRegistry {
  private static final Image A = image(small(1), large(1));
  private static final Image B = image(small(2), large(1), large(2));

  private DataId orphan() {
    var data = new DataId(new Ulids(clock::instant).next());
    leave(data.key(), "bytes that nothing links to");
    return data;
  }

  @Test
  void whatATagNamesStaysWholeForEver() {
    var nested = index(index(A), B);
    registry.pushAll(APP, nested, LATEST);
    registry.pushAll(OTHER, A, LATEST);
    var before = objects.keys();

    var all = settle();

    assertThat(all.doomed()).isEmpty();
    assertThat(keys("repos/"))
        .isEqualTo(before.stream().filter(k -> k.startsWith("repos/")).toList());
    assertThat(keys("data/"))
        .isEqualTo(before.stream().filter(k -> k.startsWith("data/")).toList());
    assertThat(keys("catalog/")).hasSize(2);
    assertThat(missing(APP, nested)).isEmpty();
  }

  @Test
  void whatWasPushedAgainIsThereOnceInTheEnd() {
    registry.pushAll(APP, A, LATEST);
    afterTheGrace();
    registry.pushAll(APP, A, LATEST);
    assertThat(registry.links(APP, large(1))).hasSize(2);
    assertThat(registry.revisions(APP, A)).hasSize(2);

    collect();
    assertThat(registry.links(APP, large(1))).as("the newer may be taken back yet").hasSize(2);

    afterTheGrace();
    var later = collect();

    assertThat(registry.links(APP, large(1))).hasSize(1);
    assertThat(registry.links(APP, small(1))).hasSize(1);
    assertThat(registry.revisions(APP, A)).hasSize(1);
    assertThat(later.totals().manifests()).isZero();
    assertThat(later.totals().blobs()).isEqualTo(2);
    assertThat(later.totals().waiting()).as("the data stays").isZero();
    assertThat(later.reasons(What.BLOB)).containsExactly("there is a newer link");
    assertThat(later.totals().bytes()).as("of the link that was the blob").isEqualTo(7);
    settle();
    assertThat(missing(APP, A)).isEmpty();
    assertThat(keys("data/")).hasSize(1);
  }

  @Test
  void anImageWithoutATagGoesFromTheTopDownOverSeveralRuns() {
    registry.pushAll(APP, A, LATEST);
    afterTheGrace();
    deleteTag(APP, LATEST);

    assertThat(collect().doomed()).as("as long as the deletion can be undone").isEmpty();

    afterUndo();
    var first = collect();
    var digest = Optional.of(A.digest());
    assertThat(first.all(What.MANIFEST))
        .containsExactly(
            new Doomed(
                What.MANIFEST,
                Optional.of(APP),
                A.digest().toString(),
                digest,
                Optional.empty(),
                "no tag and no index names it",
                0));
    assertThat(first.names(What.BLOB))
        .containsExactlyInAnyOrder(small(1).digest().toString(), large(1).digest().toString());
    assertThat(first.reasons(What.BLOB)).containsExactly("no manifest names it");
    assertThat(first.totals().manifests()).isEqualTo(1);
    assertThat(first.totals().blobs()).isEqualTo(2);
    assertThat(first.totals().waiting()).isEqualTo(1);
    assertThat(keys("repos/")).isEmpty();
    assertThat(keys("catalog/")).isEmpty();
    assertThat(keys("data/")).hasSize(1);

    afterTheGrace();
    var second = collect();
    assertThat(second.doomed()).isEmpty();
    assertThat(second.totals().waiting()).isEqualTo(1);

    afterTheGrace();
    var third = collect();
    assertThat(third.totals().data()).isEqualTo(1);
    assertThat(third.totals().bytes()).isEqualTo(large(1).content().length);
    assertThat(third.all(What.DATA).getFirst().repository()).isEmpty();
    assertThat(keys("data/")).isEmpty();

    settle();
    assertThat(keys("gc/")).hasSize(1).allMatch(key -> key.startsWith("gc/policies/"));
  }

  @Test
  void dataStaysAsLongAsAnyRepositoryHasIt() {
    registry.pushAll(APP, A, LATEST);
    await(() -> registry.parts.blobs.mount(OTHER, large(1).digest(), Optional.of(APP), _ -> true));
    var other = image(small(9), large(1));
    registry.upload(OTHER, small(9));
    registry.push(OTHER, other, LATEST);
    deleteTag(APP, LATEST);

    var all = settle();

    assertThat(all.totals().data()).isZero();
    assertThat(keys("repos/team/")).isEmpty();
    assertThat(missing(OTHER, other)).isEmpty();
  }

  @Test
  void childrenStayWithTheirIndexAndGoWithIt() {
    var nested = index(index(A), B);
    registry.pushAll(APP, nested, LATEST);
    registry.pushAll(APP, A, new Tag("a"));
    assertThat(settle().doomed()).isEmpty();
    deleteTag(APP, LATEST);

    var all = settle();

    assertThat(all.totals().manifests()).isEqualTo(3);
    assertThat(all.totals().data()).isEqualTo(1);
    assertThat(missing(APP, A)).isEmpty();
    assertThat(registry.revisions(APP, B)).isEmpty();
  }

  @Test
  void aManifestWithoutATagStaysWithItsBlobsAsLongAsItIsYoung() {
    registry.upload(APP, small(1), large(1));
    afterTheGrace();
    registry.push(APP, A, A.digest());

    assertThat(collect().totals().manifests()).isZero();
    assertThat(missing(APP, A)).isEmpty();

    afterTheGrace();
    assertThat(collect().totals().manifests()).isEqualTo(1);
    assertThat(registry.revisions(APP, A)).isEmpty();
  }

  @Test
  void aBlobThatNoManifestNamesStaysForTheGrace() {
    registry.upload(APP, small(1), large(1));
    clock.pass(TestRegistry.GRACE);
    assertThat(collect().doomed()).isEmpty();
    assertThat(replica().hasBlob(APP, large(1))).isTrue();

    clock.pass(Duration.ofSeconds(10));
    assertThat(collect().totals().blobs()).isEqualTo(2);
    assertThat(replica().hasBlob(APP, large(1))).isFalse();

    afterTwoGraces();
    assertThat(collect().totals().data()).isEqualTo(1);
  }

  @Test
  void dataThatWasNeverLinkedIsSeenTwiceBeforeItGoes() {
    var data = orphan();
    assertThat(collect().totals().waiting()).as("it is young").isZero();

    afterTheGrace();
    assertThat(collect().totals().waiting()).isEqualTo(1);
    var again = collect();
    assertThat(again.doomed()).as("the first sight was just now").isEmpty();
    assertThat(again.totals().waiting()).isEqualTo(1);

    afterTheGrace();
    var later = collect();
    assertThat(later.names(What.DATA)).containsExactly(data.toString());
    assertThat(later.totals().data()).isEqualTo(1);
    assertThat(later.totals().bytes()).isEqualTo(27);
    assertThat(keys("data/")).isEmpty();
    assertThat(keys("gc/sighted/")).isEmpty();
  }

  @Test
  void dataThatIsLinkedAfterItWasSeenStays() {
    var data = orphan();
    afterTheGrace();
    collect();
    leave(
        Layout.links(APP, large(3).digest())
            + BlobLink.dataName(new Ulids(clock::instant).next(), data, 27));

    afterTheGrace();
    assertThat(collect().totals().data()).isZero();
  }

  @Test
  void untaggedManifestsStayForTheDelayOfThePolicy() {
    var slow = Policies.retention("{'delay': '2h', 'policies': []}");
    registry.pushAll(APP, A, A.digest());

    clock.pass(Duration.ofHours(2));
    assertThat(collect(slow).doomed()).isEmpty();
    assertThat(missing(APP, A)).isEmpty();

    clock.pass(Duration.ofSeconds(10));
    assertThat(collect(slow).totals().manifests()).isEqualTo(1);
  }

  @Test
  void untaggedManifestsStayWhereAPolicySaysSo() {
    registry.pushAll(APP, A, A.digest());
    registry.pushAll(OTHER, A, A.digest());

    settle(policies("{'repositories': ['team/**'], 'deleteUntagged': false}"));

    assertThat(missing(APP, A)).isEmpty();
    assertThat(keys("repos/other/")).isEmpty();
  }

  @Test
  void asManyUntaggedManifestsStayAsThePolicySays() {
    var keep = policies("{'repositories': ['**'], 'keepUntagged': {'mostRecentlyPushedCount': 2}}");
    var images = List.of(A, B, image(small(3)), image(small(4)));
    for (var image : images) {
      registry.pushAll(APP, image, image.digest());
      clock.pass(TestRegistry.GRACE);
    }
    registry.push(APP, images.getLast(), LATEST);

    settle(keep);

    assertThat(registry.revisions(APP, A)).isEmpty();
    assertThat(images.subList(1, 4)).allMatch(image -> missing(APP, image).isEmpty());
  }

  @Test
  void aLayerThatIsFetchedFromElsewhereStaysWhereItWasPushedNevertheless() {
    var foreign = large(7);
    registry.upload(APP, small(1), foreign);
    var json = A.bytes().toJsonObject();
    json.getJsonArray("layers")
        .getJsonObject(0)
        .put("mediaType", "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip")
        .put("digest", foreign.digest().toString());
    var windows =
        new Image(A.mediaType(), List.of(small(1)), List.of(), Optional.empty(), json.toBuffer());
    registry.push(APP, windows, LATEST);

    assertThat(settle().doomed()).isEmpty();

    assertThat(replica().hasBlob(APP, foreign)).isTrue();
  }

  @Test
  void whoeverIsToldMayEndTheRun() {
    registry.upload(APP, small(1));
    afterTheGrace();

    assertThatThrownBy(
            () ->
                await(
                    () ->
                        collector(KEEP_ALL, collected)
                            .collect(
                                _ -> Future.failedFuture(new IllegalStateException("enough")),
                                false,
                                () -> false)))
        .hasMessage("enough");
    assertThat(collect().doomed()).isEmpty();
  }

  @Test
  void theTotalsTellHowManyRepositoriesWereLookedAt() {
    registry.pushAll(APP, A, LATEST);
    registry.pushAll(OTHER, A, LATEST);
    registry.upload(new RepositoryName("team/app/empty"), small(1));

    assertThat(collect().totals().repositories()).isEqualTo(3);
  }
}
