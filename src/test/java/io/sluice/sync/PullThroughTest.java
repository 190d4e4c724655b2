package io.sluice.sync;

import static io.sluice.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.Answer;
import io.sluice.testkit.Registry;
import io.sluice.testkit.RegistryTest;
import io.sluice.testkit.Repository;
import io.sluice.testkit.StoreKind;
import io.sluice.testkit.upstream.RemoteBlob;
import io.sluice.testkit.upstream.RemoteImage;
import io.sluice.testkit.upstream.ScriptedUpstream;
import io.sluice.testkit.upstream.SyncConfigs;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** What a client gets of an image that is elsewhere, and what the upstream is asked for. */
class PullThroughTest {

  @RegistryTest(config = SyncConfigs.NONE)
  void anImageOfAnUpstreamIsPulledAsIfItWereHere(Registry registry) {
    try (var upstream = ScriptedUpstream.start()) {
      var image = upstream.image("library/alpine", "3.20", 100, 70_000, 3_000_000);
      registry.reconfigure(SyncConfigs.from(upstream));
      var alpine = registry.repository("library/alpine");

      pull(alpine, "3.20", image);
      isWhole(registry, alpine, image);
    }
  }

  @RegistryTest(config = SyncConfigs.NONE)
  void whatWasPulledOnceIsServedWithoutTheUpstream(Registry registry) {
    try (var upstream = ScriptedUpstream.start()) {
      var image = upstream.image("library/alpine", "3.20", 100, 70_000, 3_000_000);
      registry.reconfigure(SyncConfigs.from(upstream));
      var alpine = registry.repository("library/alpine");
      pull(alpine, "3.20", image);
      isWhole(registry, alpine, image);
      for (var blob : image.blobs()) {
        assertThat(upstream.requestsFor(blob.digest())).as("requests for %s", blob).hasSize(1);
      }

      upstream.stop();
      registry.restart();
      pull(alpine, "3.20", image);
    }
  }

  @RegistryTest(
      config = SyncConfigs.NONE,
      on = {StoreKind.FS, StoreKind.S3})
  void aHundredNodesThatPullAtOnceCostTheUpstreamOnePull(Registry registry) {
    try (var upstream = ScriptedUpstream.start()) {
      var image =
          upstream.image(
              "team/app", "1", 10, 1_000, 60_000, 70_000, 200_000, 300_000, 500_000, 1_000_000);
      registry.reconfigure(SyncConfigs.from(upstream));
      var app = registry.repository("team/app");

      var manifests = each(100, () -> app.getManifest("1").sendAsync());
      manifests.forEach(answer -> answer.expect(200));
      image
          .blobs()
          .forEach(
              blob ->
                  each(100, () -> app.getBlob(blob.digest()).sendAsync())
                      .forEach(answer -> answer.expect(200).expectBody(blob.bytes())));

      assertThat(upstream.requestsTo("/v2/team/app/manifests/")).hasSize(1);
      for (var blob : image.blobs()) {
        assertThat(upstream.requestsFor(blob.digest())).as("requests for %s", blob).hasSize(1);
      }
      isWhole(registry, app, image);
    }
  }

  private static List<Answer> each(int times, Supplier<CompletableFuture<Answer>> ask) {
    var asked = IntStream.range(0, times).mapToObj(_ -> ask.get()).toList();
    return asked.stream().map(CompletableFuture::join).toList();
  }

  /** Manifest and blobs, each as the upstream has it. */
  static void pull(Repository repository, String tag, RemoteImage image) {
    var manifest = repository.getManifest(tag).answers(200);
    manifest.expectBody(image.manifest().bytes());
    assertThat(manifest.header("Content-Type")).isEqualTo(image.mediaType());
    assertThat(manifest.header("Docker-Content-Digest")).isEqualTo(image.digest().toString());
    for (var blob : image.blobs()) {
      var answer = repository.getBlob(blob.digest()).answers(200);
      answer.expectBody(blob.bytes());
      assertThat(answer.header("Content-Length")).isEqualTo("" + blob.size());
    }
  }

  /** Nothing of it is missing in the store, or will be in a moment. */
  static void isWhole(Registry registry, Repository repository, RemoteImage image) {
    image.blobs().forEach(blob -> has(registry, repository, blob));
    registry.leavesNothingBehind();
  }

  /** The blob is in the store, or will be in a moment. */
  static void has(Registry registry, Repository repository, RemoteBlob blob) {
    var link = "/repos/%s/_blobs/sha256/%s/".formatted(repository.name(), blob.digest().hex());
    eventually(
        () -> registry.storage().keys(),
        keys -> assertThat(keys).anyMatch(key -> key.contains(link)));
  }
}
