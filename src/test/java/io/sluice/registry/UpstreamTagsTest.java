package io.sluice.registry;

import static io.sluice.registry.TestImages.image;
import static io.sluice.registry.TestImages.large;
import static io.sluice.registry.TestImages.small;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.oci.Digest;
import io.sluice.oci.Tag;
import io.sluice.registry.Commands.KeepManifest;
import io.sluice.registry.TestImages.Image;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Tags and manifests that were fetched from an upstream, beside those that users push. */
class UpstreamTagsTest extends OnARegistry {
  private static final Image A = image(small(1));
  private static final Image B = image(small(2));
  private static final TagOrigin ORIGIN =
      new TagOrigin("quay.io", "team/app", Instant.parse("2026-11-26T10:00:00Z"));

  private static Future<Boolean> follow(TestRegistry at, Digest digest) {
    return at.parts.tags.follow(APP, LATEST, digest, ORIGIN, () -> true);
  }

  private static Future<Boolean> push(TestRegistry at, Digest digest) {
    return at.parts.tags.move(APP, LATEST, digest, TagRights.BOTH, () -> true);
  }

  @Test
  void aTagFollowsItsUpstreamAndSaysWhereItIsFrom() {
    await(() -> follow(registry, A.digest()));
    await(() -> follow(registry, B.digest()));

    assertThat(registry.tag(APP, LATEST)).contains(B.digest());
    assertThat(registry.names(Layout.values(APP, LATEST))).hasSize(1);
    var value = await(() -> replica().parts.tags.value(APP, LATEST)).orElseThrow();
    assertThat(value.isFromUpstream()).isTrue();
    assertThat(await(() -> registry.parts.tags.origin(value))).contains(ORIGIN);
  }

  @Test
  void aTagThatAUserPushedIsNotMoved() {
    await(() -> push(registry, A.digest()));

    assertThat(await(() -> follow(registry, B.digest()))).isTrue();

    assertThat(replica().tag(APP, LATEST)).contains(A.digest());
    var value = await(() -> replica().parts.tags.value(APP, LATEST)).orElseThrow();
    assertThat(value.isFromUpstream()).isFalse();
    assertThat(await(() -> registry.parts.tags.origin(value))).isEmpty();
  }

  @Test
  void aUsersPushReplacesWhatWasFetched() {
    await(() -> follow(registry, A.digest()));
    await(() -> push(registry, B.digest()));
    assertThat(replica().tag(APP, LATEST)).contains(B.digest());
    assertThat(registry.names(Layout.values(APP, LATEST))).hasSize(1);
    assertThat(registry.names(Layout.history(APP, LATEST))).hasSize(1);
  }

  @Test
  void aUsersPushAtTheSameMomentCountsWheneverItComes() {
    for (int call = 0; call < 5; call++) {
      start();
      await(() -> follow(registry, A.digest()));
      var user = replica(false, Duration.ofHours(-3));
      registry.store.before(call, () -> push(user, B.digest()));

      await(() -> follow(registry, image(small(3)).digest()));

      assertThat(replica().tag(APP, LATEST)).as("before call %d", call).contains(B.digest());
    }
  }

  @Test
  void aFollowingAtTheSameMomentDoesNotHideAUsersPush() {
    for (int call = 0; call < 5; call++) {
      start();
      await(() -> follow(registry, A.digest()));
      var syncing = replica(false, Duration.ofHours(3));
      registry.store.before(call, () -> follow(syncing, image(small(3)).digest()));

      await(() -> push(registry, B.digest()));

      assertThat(replica().tag(APP, LATEST)).as("before call %d", call).contains(B.digest());
    }
  }

  @Test
  void aDeletedTagIsGoneWhicheverItWas() {
    await(() -> follow(registry, A.digest()));
    await(() -> registry.parts.tags.delete(APP, LATEST));
    assertThat(replica().tag(APP, LATEST)).isEmpty();
    assertThat(await(() -> follow(registry, B.digest()))).isTrue();
    assertThat(replica().tag(APP, LATEST)).contains(B.digest());
  }

  @Test
  void aManifestIsKeptWithoutItsBlobs() {
    var image = image(small(1), large(2));

    keep(image, LATEST);

    assertThat(replica().tag(APP, LATEST)).contains(image.digest());
    assertThat(await(() -> replica().parts.manifests.get(APP, LATEST)).bytes())
        .isEqualTo(image.bytes());
  }

  /** So that a collector leaves alone what the manifest needs from now on. */
  @Test
  void whatIsHereOfAKeptManifestIsMadeFresh() {
    var image = image(small(1), large(2));
    registry.pushAll(APP, image, new Tag("before"));
    var blob = image.blobs().getLast().digest();
    var old = registry.names(Layout.links(APP, blob));
    clock.pass(TestRegistry.GRACE);

    var later = replica();
    keep(later, image, LATEST);

    assertThat(later.names(Layout.links(APP, blob))).hasSize(2).containsAll(old);
  }

  private void keep(Image image, Tag tag) {
    keep(registry, image, tag);
  }

  private void keep(TestRegistry at, Image image, Tag tag) {
    var manifest = new StoredManifest(image.digest(), image.mediaType(), image.bytes());
    await(() -> at.parts.manifests.keep(new KeepManifest(APP, Optional.of(tag), manifest, ORIGIN)));
  }
}
