package io.sluice.registry;

import static io.sluice.registry.TestImages.large;
import static io.sluice.registry.TestImages.small;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.oci.RegistryError;
import io.sluice.oci.RepositoryName;
import io.sluice.registry.Commands.OpenedBlob;
import io.sluice.registry.TestImages.Blob;
import io.sluice.store.Content;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Blobs of several repositories: dedupe, mounts; and how they are read. */
class SharingTest extends OnARegistry {
  private static final Blob LARGE = large(1);
  private static final Blob SMALL = small(1);

  private TestRegistry sharing() {
    return replica(true, Duration.ZERO);
  }

  private List<String> data() {
    return registry.names("data/");
  }

  private boolean mount(TestRegistry at, Blob blob, Optional<RepositoryName> from) {
    return await(() -> at.parts.blobs.mount(OTHER, blob.digest(), from, _ -> true));
  }

  @Test
  void withoutDedupeEachRepositoryHasItsOwnData() {
    registry.upload(APP, LARGE);
    registry.upload(OTHER, LARGE);

    assertThat(data()).hasSize(2);
    assertThat(registry.names("digests/")).isEmpty();
  }

  @Test
  void withDedupeTheSecondUploadSharesTheDataOfTheFirst() {
    var first = sharing();
    first.upload(APP, LARGE);

    sharing().upload(OTHER, LARGE);

    assertThat(data()).hasSize(1);
    assertThat(objects.pendingCount()).isZero();
    assertThat(read(OTHER, LARGE)).isEqualTo(LARGE.content());
  }

  @Test
  void theSameBlobOfOneRepositoryIsStoredOnce() {
    registry.upload(APP, LARGE);
    replica().upload(APP, LARGE);

    assertThat(data()).hasSize(1);
    assertThat(registry.links(APP, LARGE)).hasSize(1);
  }

  @Test
  void dataIsSharedThroughAnOldLinkByATentativeOne() {
    sharing().upload(APP, LARGE);
    clock.passMoreThanHalfTheGrace();
    var registry = sharing();
    registry.store.before(-1, io.vertx.core.Future::succeededFuture);

    registry.upload(OTHER, LARGE);

    assertThat(data()).hasSize(1);
    assertThat(registry.store.calls())
        .anyMatch(call -> call.startsWith("put repos/other") && call.contains("-tentative-"));
  }

  @Test
  void aHintWhoseLinkWentIsRemovedAndTheUploadKept() {
    sharing().upload(APP, LARGE);
    for (var link : registry.links(APP, LARGE)) {
      await(() -> objects.delete(List.of(Layout.links(APP, LARGE.digest()) + link)));
    }

    sharing().upload(OTHER, LARGE);

    assertThat(data()).hasSize(2);
    assertThat(registry.names("digests/")).hasSize(1);
    assertThat(read(OTHER, LARGE)).isEqualTo(LARGE.content());
  }

  @Test
  void whatAUserDeletedIsNotSharedFrom() {
    var registry = sharing();
    registry.upload(APP, LARGE);
    await(() -> registry.parts.blobs.delete(APP, LARGE.digest()));

    assertThat(mount(registry, LARGE, Optional.empty())).isFalse();
  }

  @Test
  void aBlobIsMountedFromTheRepositoryThatTheClientNames() {
    registry.upload(APP, LARGE, SMALL);

    assertThat(mount(registry, LARGE, Optional.of(APP))).isTrue();
    assertThat(mount(registry, SMALL, Optional.of(APP))).isTrue();

    assertThat(data()).hasSize(1);
    assertThat(read(OTHER, LARGE)).isEqualTo(LARGE.content());
    assertThat(read(OTHER, SMALL)).isEqualTo(SMALL.content());
  }

  @Test
  void aMountFromAnOldLinkGoesByATentativeOne() {
    registry.upload(APP, LARGE);
    clock.passMoreThanHalfTheGrace();

    assertThat(mount(replica(), LARGE, Optional.of(APP))).isTrue();

    assertThat(registry.links(OTHER, LARGE)).hasSize(1).noneMatch(it -> it.contains("tentative"));
  }

  @Test
  void whatIsNotThereIsNotMounted() {
    assertThat(mount(registry, LARGE, Optional.of(APP))).isFalse();
    assertThat(mount(registry, LARGE, Optional.empty())).isFalse();
    registry.upload(APP, LARGE);
    assertThat(mount(registry, LARGE, Optional.empty())).as("nobody keeps account").isFalse();
    assertThat(registry.links(OTHER, LARGE)).isEmpty();
  }

  @Test
  void withDedupeAMountFindsTheDataWithoutBeingTold() {
    var registry = sharing();
    registry.upload(APP, LARGE);

    assertThat(mount(registry, LARGE, Optional.empty())).isTrue();
    assertThat(data()).hasSize(1);
  }

  @Test
  void aBlobOfARepositoryThatTheClientMayNotReadIsNotMounted() {
    var registry = sharing();
    registry.upload(APP, LARGE, SMALL);

    for (var blob : List.of(LARGE, SMALL)) {
      for (var from : List.of(Optional.of(APP), Optional.<RepositoryName>empty())) {
        assertThat(
                await(
                    () ->
                        registry.parts.blobs.mount(
                            OTHER, blob.digest(), from, name -> !name.equals(APP))))
            .isFalse();
        assertThat(registry.links(OTHER, blob)).isEmpty();
      }
    }
    assertThat(registry.names("digests/")).as("hints for those who may").hasSize(1);
  }

  @Test
  void aMountWithoutASourceFindsTheReadableOneAmongOthers() {
    var registry = sharing();
    var readable = new RepositoryName("public/app");
    registry.upload(readable, LARGE);
    offerFrom(registry, APP, 31);

    assertThat(mountAnywhere(registry, readable)).isTrue();

    assertThat(data()).hasSize(1);
    assertThat(read(OTHER, LARGE)).isEqualTo(LARGE.content());
  }

  @Test
  void aMountLooksAtTheNewestHintsOnly() {
    var registry = sharing();
    var readable = new RepositoryName("public/app");
    registry.upload(readable, LARGE);
    offerFrom(registry, APP, 32);
    registry.store.before(-1, io.vertx.core.Future::succeededFuture);

    assertThat(mountAnywhere(registry, readable)).isFalse();

    assertThat(registry.store.calls().stream().filter(it -> it.startsWith("read digests/")))
        .hasSize(32);
  }

  private boolean mountAnywhere(TestRegistry at, RepositoryName readable) {
    return await(
        () -> at.parts.blobs.mount(OTHER, LARGE.digest(), Optional.empty(), readable::equals));
  }

  /** So many more hints, newer than what is there, to a link of a repository. */
  private void offerFrom(TestRegistry at, RepositoryName repository, int hints) {
    var link = Layout.links(repository, LARGE.digest()) + "01ARZ3NDEKTSV4RRFFQ69G5FAV-x-96";
    for (int i = 0; i < hints; i++) {
      var hint = "7ZZZZZZZZZZZZZZZZZZZZZZZ%02d-01ARZ3NDEKTSV4RRFFQ69G5FAV-96".formatted(i);
      await(
          () ->
              objects.put(
                  Layout.sharing(LARGE.digest()) + hint,
                  ByteBuffer.wrap(link.getBytes(StandardCharsets.UTF_8))));
    }
    assertThat(at.names("digests/")).hasSize(1 + hints);
  }

  /** It has proved that it has the bytes. */
  @Test
  void anUploadSharesTheDataOfWhateverRepositoryHasIt() {
    var registry = sharing();
    registry.upload(new RepositoryName("secret"), LARGE);

    registry.upload(OTHER, LARGE);

    assertThat(data()).hasSize(1);
  }

  @Test
  void aHintThatNamesNoLinkIsRemoved() {
    var registry = sharing();
    var key = Layout.sharing(LARGE.digest()) + "01ARZ3NDEKTSV4RRFFQ69G5FAV-x-96";
    await(() -> objects.put(key, ByteBuffer.wrap("../../etc".getBytes(StandardCharsets.UTF_8))));

    assertThat(mount(registry, LARGE, Optional.empty())).isFalse();

    assertThat(registry.names("digests/")).isEmpty();
  }

  @Test
  void aLinksKeyTellsTheRepository() {
    assertThat(Layout.repositoryOfLink(Layout.links(APP, LARGE.digest()) + "x")).contains(APP);
    assertThat(Layout.repositoryOfLink("repos/_blobs/x")).isEmpty();
    assertThat(Layout.repositoryOfLink("repos/A/_blobs/x")).isEmpty();
    assertThat(Layout.repositoryOfLink("data/a/_blobs/x")).isEmpty();
    assertThat(Layout.repositoryOfLink("")).isEmpty();
  }

  @Test
  void aMountedBlobOutlivesTheOneThatItCameFrom() {
    registry.upload(APP, LARGE, SMALL);
    mount(registry, LARGE, Optional.of(APP));
    mount(registry, SMALL, Optional.of(APP));

    await(() -> registry.parts.blobs.delete(APP, LARGE.digest()));
    await(() -> registry.parts.blobs.delete(APP, SMALL.digest()));

    assertThat(registry.hasBlob(APP, LARGE)).isFalse();
    assertThat(read(OTHER, LARGE)).isEqualTo(LARGE.content());
    assertThat(read(OTHER, SMALL)).isEqualTo(SMALL.content());
  }

  @ParameterizedTest
  @CsvSource({"0, 4, 0, 5", "3, 3, 3, 1", "90, 200, 90, 6", "95, 95, 95, 1"})
  void aPartOfABlobIsRead(long first, long last, int offset, int length) {
    registry.upload(APP, LARGE);

    var opened = open(APP, LARGE, new ByteRange.Between(first, last));

    assertThat(opened.size()).isEqualTo(96);
    assertThat(opened.offset()).isEqualTo(offset);
    assertThat(bytes(opened.content()))
        .isEqualTo(Arrays.copyOfRange(LARGE.content(), offset, offset + length));
  }

  @Test
  void aRangeBehindTheEndIsRefused() {
    registry.upload(APP, LARGE);

    assertThatThrownBy(
            () ->
                await(() -> registry.parts.blobs.open(APP, LARGE.digest(), new ByteRange.From(96))))
        .satisfies(e -> assertThat(error(e)).isEqualTo(new RegistryError.RangeNotSatisfiable(96)));
  }

  @Test
  void anEmptyBlobIsABlob() {
    var empty = new Blob("");
    registry.upload(APP, empty);

    assertThat(registry.hasBlob(APP, empty)).isTrue();
    assertThat(read(APP, empty)).isEmpty();
  }

  /** The link was believed in, and has been replaced by a renewed one since. */
  @Test
  void aBlobIsReadWhenTheLinkThatWasKnownIsGone() {
    registry.upload(APP, SMALL);
    var known = registry.links(APP, SMALL).getFirst();
    replica().upload(OTHER, SMALL);
    mountBack();
    await(() -> objects.delete(List.of(Layout.links(APP, SMALL.digest()) + known)));

    assertThat(read(APP, SMALL)).isEqualTo(SMALL.content());
  }

  private void mountBack() {
    clock.passMoreThanHalfTheGrace();
    registry.hasBlob(APP, SMALL);
    replica().push(APP, TestImages.image(SMALL), LATEST);
  }

  private byte[] read(RepositoryName repository, Blob blob) {
    return bytes(open(repository, blob, new ByteRange.Whole()).content());
  }

  private OpenedBlob.Here open(RepositoryName repository, Blob blob, ByteRange range) {
    return (OpenedBlob.Here)
        await(() -> registry.parts.blobs.open(repository, blob.digest(), range));
  }

  private static byte[] bytes(Content content) {
    return ((Content.InMemory) content).bytes().getBytes();
  }
}
