package io.sluice.scrub;

import static io.sluice.scrub.Scrubbing.findings;
import static io.sluice.scrub.Scrubbing.scrub;
import static io.sluice.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.events.Event;
import io.sluice.oci.Digest;
import io.sluice.scrub.Scrubbing.Found;
import io.sluice.testkit.Document;
import io.sluice.testkit.Payload;
import io.sluice.testkit.Registry;
import io.sluice.testkit.RegistryTest;
import io.sluice.testkit.Repository;
import io.sluice.testkit.StoreKind;
import io.sluice.testkit.upstream.ScriptedUpstream;
import io.sluice.testkit.upstream.SyncConfigs;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/** What a scrub finds, and what it doesn't take for damage. */
class ScrubTest {
  private static final int LARGE = 5_000_000;

  /** An image whose layer is too large for its link. */
  private static Document push(Repository repository, String tag, Payload layer) {
    var config = Payload.ofSize(200);
    repository.push(config);
    repository.push(layer);
    var image = Document.image(config, layer);
    repository.putManifest(tag, image).answers(201);
    return image;
  }

  private static Found found(Repository in, String status, Object digest, String... tags) {
    return new Found(in.name(), List.of(tags), status, digest.toString());
  }

  @RegistryTest(config = "storage: {dedupe: true, subPaths: {/other: {rootDirectory: $STORES/o}}}")
  void aHealthyRegistryHasNothingToReport(Registry registry) {
    var app = registry.repository("team/app");
    var layer = Payload.ofSize(LARGE);
    var amd64 = push(app, "amd64", layer);
    var arm64 = app.pushImage("arm64");
    app.putManifest("multi", Document.index(amd64, arm64)).answers(201);
    app.putManifest("multi", Document.index(arm64)).answers(201);
    app.putManifest("amd64", amd64).answers(201);
    var signature = Payload.ofSize(70_000);
    app.push(signature);
    app.push(Document.EMPTY);
    var referrer = Document.artifact("application/x", signature).withSubject(amd64);
    app.putManifest(referrer.digest(), referrer).answers(201);
    var nested = registry.repository("team/app/nested");
    nested.mount(layer.digest(), app).answers(201);
    push(registry.repository("team"), "1", layer);
    registry.repository("other/one").pushImage("1");
    var gone = nested.push(Payload.ofSize(100_000));
    nested.deleteBlob(gone).answers(202);
    nested.push(Payload.of(""));
    app.deleteManifest("arm64").answers(202);

    var state = scrub(registry);
    assertThat(state.getJsonArray("findings")).isEmpty();
    var progress = state.getJsonObject("progress");
    assertThat(progress.getLong("repositories")).isEqualTo(4);
    assertThat(progress.getLong("manifests")).isEqualTo(7);
    assertThat(progress.getLong("blobs")).isEqualTo(12);
    assertThat(progress.getLong("quarantined")).isZero();
    // What three repositories share is read once.
    assertThat(progress.getLong("bytes")).isBetween((long) LARGE + 70_000, LARGE + 100_000L);
    assertThat(state.getJsonObject("last").getLong("blobs")).isEqualTo(12);
  }

  @RegistryTest
  void everyKindOfDamageIsFoundWithTheTagsThatNeedIt(Registry registry) {
    var app = registry.repository("team/app");
    var flipped = Payload.ofSize(LARGE);
    var flippedImage = push(app, "flipped", flipped);
    app.putManifest("list", Document.index(flippedImage)).answers(201);
    var truncated = Payload.ofSize(100_000);
    push(app, "truncated", truncated);
    var missing = Payload.ofSize(100_000);
    push(app, "missing", missing);
    var inline = Payload.ofSize(1_000);
    push(app, "inline", inline);
    var unlinked = Payload.ofSize(1_000);
    push(app, "unlinked", unlinked);
    var manifest = app.pushImage("manifest");
    var headless = app.pushImage("headless");
    var gone = app.pushImage("gone");
    app.pushImage("sound");

    var objects = registry.objects();
    objects.flip(objects.data(app, flipped.digest()));
    objects.truncate(objects.data(app, truncated.digest()));
    objects.delete(objects.data(app, missing.digest()));
    objects.flip(objects.link(app, inline.digest()));
    objects.delete(objects.link(app, unlinked.digest()));
    objects.flip(objects.revision(app, manifest.digest()));
    objects.change(
        objects.revision(app, headless.digest()),
        bytes -> {
          bytes[0] ^= 1;
          return bytes;
        });
    objects.delete(objects.revision(app, gone.digest()));

    var expected =
        List.of(
            found(app, "damaged-blob", flipped.digest(), "flipped", "list"),
            found(app, "damaged-blob", truncated.digest(), "truncated"),
            found(app, "missing-blob", missing.digest(), "missing"),
            found(app, "damaged-blob", inline.digest(), "inline"),
            found(app, "missing-blob", unlinked.digest(), "unlinked"),
            found(app, "damaged-manifest", manifest.digest(), "manifest"),
            found(app, "damaged-manifest", headless.digest(), "headless"),
            found(app, "missing-manifest", gone.digest(), "gone"));
    assertThat(findings(registry)).containsExactlyInAnyOrderElementsOf(expected);
    // Nothing was hidden, so the next one finds the same.
    assertThat(findings(registry)).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(objects.keys("repos/")).noneMatch(key -> key.endsWith("-quarantined"));
  }

  @RegistryTest(config = "sluice: {scrub: {quarantine: true}}")
  void whatIsQuarantinedIsNotThereUntilItIsPushedAgain(Registry registry) {
    var app = registry.repository("team/app");
    var layer = Payload.ofSize(LARGE);
    var small = Payload.ofSize(500);
    app.push(small);
    app.push(layer);
    var image = Document.image(small, layer);
    app.putManifest("1", image).answers(201);
    app.getBlob(small.digest()).answers(200).expectBody(small);
    var objects = registry.objects();
    objects.flip(objects.data(app, layer.digest()));
    objects.flip(objects.link(app, small.digest()));
    objects.flip(objects.revision(app, image.digest()));

    assertThat(findings(registry))
        .extracting(Found::digest)
        .containsExactlyInAnyOrder(
            layer.digest().toString(), small.digest().toString(), image.digest().toString());
    isGone(app, layer.digest());
    isGone(app, small.digest());
    eventually(() -> app.headManifest("1").send(), it -> assertThat(it.status()).isEqualTo(404));
    eventually(
        () -> app.headManifest(image.digest()).send(),
        it -> assertThat(it.status()).isEqualTo(404));
    assertThat(findings(registry))
        .containsExactly(found(app, "missing-manifest", image.digest(), "1"));

    app.push(small);
    app.push(layer);
    app.putManifest("1", image).answers(201);
    app.getManifest("1").answers(200).expectBody(image.payload());
    app.getBlob(layer.digest()).answers(200).expectBody(layer);
    app.getBlob(small.digest()).answers(200).expectBody(small);
    assertThat(findings(registry)).isEmpty();
  }

  private static void isGone(Repository repository, Digest blob) {
    eventually(
        () -> repository.headBlob(blob).send(), it -> assertThat(it.status()).isEqualTo(404));
    repository.getBlob(blob).answers(404);
  }

  @RegistryTest(
      config = "{storage: {dedupe: true}, sluice: {scrub: {quarantine: true}}}",
      on = {StoreKind.FS, StoreKind.S3})
  void whatIsDamagedIsNotSharedWithNewPushes(Registry registry) {
    var layer = Payload.ofSize(100_000);
    var first = registry.repository("a/first");
    push(first, "1", layer);
    var second = registry.repository("b/second");
    push(second, "1", layer);
    var third = registry.repository("c/third");
    third.mount(layer.digest(), first).answers(201);
    var objects = registry.objects();
    var damaged = objects.data(first, layer.digest());
    assertThat(List.of(objects.data(second, layer.digest()), objects.data(third, layer.digest())))
        .containsOnly(damaged);
    objects.flip(damaged);

    assertThat(findings(registry))
        .containsExactlyInAnyOrder(
            found(first, "damaged-blob", layer.digest(), "1"),
            found(second, "damaged-blob", layer.digest(), "1"),
            found(third, "damaged-blob", layer.digest()));
    List.of(first, second, third).forEach(it -> isGone(it, layer.digest()));
    third.mount(layer.digest(), first).answers(202);

    third.push(layer);
    third.getBlob(layer.digest()).answers(200).expectBody(layer);
    var sound = objects.data(third, layer.digest());
    assertThat(sound).isNotEqualTo(damaged);
    // Now it can be shared again.
    first.push(layer);
    assertThat(objects.data(first, layer.digest())).isEqualTo(sound);
    second.push(layer);
    assertThat(findings(registry)).isEmpty();
  }

  @RegistryTest(
      config = "sluice: {scrub: {quarantine: true}}",
      on = {StoreKind.FS, StoreKind.S3})
  void anotherProcessNoticesWhatIsQuarantined(Registry registry) {
    var app = registry.repository("team/app");
    var layer = Payload.ofSize(100_000);
    var small = Payload.ofSize(500);
    push(app, "1", layer);
    app.push(small);
    try (var another = registry.another()) {
      var there = another.repository("team/app");
      there.getBlob(layer.digest()).answers(200);
      there.getBlob(small.digest()).answers(200);
      var image = there.getManifest("1").answers(200);
      var digest = Digest.parse(image.header("Docker-Content-Digest"));
      var objects = registry.objects();
      objects.flip(objects.data(app, layer.digest()));
      objects.flip(objects.link(app, small.digest()));
      objects.flip(objects.revision(app, digest));
      assertThat(findings(registry)).hasSize(3);
      isGone(there, layer.digest());
      isGone(there, small.digest());
      eventually(() -> there.getManifest("1").send(), it -> assertThat(it.status()).isEqualTo(404));
    }
  }

  @RegistryTest(
      config = "sluice: {scrub: {quarantine: true}}",
      on = {StoreKind.FS, StoreKind.S3})
  void anOlderWritingOfADamagedManifestTakesItsPlace(Registry registry) {
    var app = registry.repository("team/app");
    var image = app.pushImage("1");
    app.putManifest("1", image).answers(201);
    var objects = registry.objects();
    objects.flip(objects.revision(app, image.digest()));
    assertThat(findings(registry))
        .containsExactly(found(app, "damaged-manifest", image.digest(), "1"));
    registry.restart();
    app.getManifest("1").answers(200).expectBody(image.payload());
    assertThat(findings(registry)).isEmpty();
    // Also where manifests are gone through to see what they name.
    app.deleteBlob(image.layers().getFirst()).answers(405);
    app.deleteManifest(image.digest()).answers(202);
    app.getManifest(image.digest()).answers(404);
  }

  @RegistryTest(
      config = SyncConfigs.NONE,
      on = {StoreKind.FS, StoreKind.S3})
  void whatCanBeHadFromAnUpstreamIsNotMissing(Registry registry) {
    try (var upstream = ScriptedUpstream.start()) {
      upstream.image("library/alpine", "3.20", 100, 70_000);
      registry.reconfigure(SyncConfigs.with("prefetch: false", upstream));
      registry.repository("library/alpine").getManifest("3.20").answers(200);
      var state = scrub(registry);
      assertThat(state.getJsonArray("findings")).isEmpty();
      assertThat(state.getJsonObject("progress").getLong("manifests")).isEqualTo(1);
      assertThat(state.getJsonObject("progress").getLong("blobs")).isZero();
    }
  }

  @RegistryTest(
      config = SyncConfigs.NONE + "\nsluice: {scrub: {quarantine: true}}",
      on = {StoreKind.FS, StoreKind.S3})
  void whatIsQuarantinedOfAnUpstreamIsFetchedAnew(Registry registry) {
    try (var upstream = ScriptedUpstream.start()) {
      var image = upstream.image("library/alpine", "3.20", 100, 70_000);
      registry.reconfigure(SyncConfigs.from(upstream));
      var alpine = registry.repository("library/alpine");
      alpine.getManifest("3.20").answers(200);
      for (var blob : image.blobs()) {
        alpine.getBlob(blob.digest()).answers(200).expectBody(blob.bytes());
      }
      var layer = image.blobs().getLast();
      eventually(
          () -> registry.storage().keys(),
          keys ->
              assertThat(keys)
                  .filteredOn(key -> key.contains("/library/alpine/_blobs/"))
                  .hasSize(image.blobs().size()));
      registry.leavesNothingBehind();
      var objects = registry.objects();
      objects.flip(objects.data(alpine, layer.digest()));
      assertThat(findings(registry))
          .containsExactly(found(alpine, "damaged-blob", layer.digest(), "3.20"));
      eventually(
          () -> alpine.getBlob(layer.digest()).answers(200),
          answer -> answer.expectBody(layer.bytes()));
      assertThat(findings(registry)).isEmpty();
    }
  }

  @RegistryTest(on = {StoreKind.FS, StoreKind.S3})
  void whatComesAndGoesMeanwhileIsNoDamage(Registry registry) {
    var app = registry.repository("team/app");
    var enough = new AtomicBoolean();
    var busy =
        CompletableFuture.runAsync(
            () -> {
              while (!enough.get()) {
                var layer = Payload.ofSize(70_000);
                var image = push(app, "1", layer);
                var index = Document.index(image);
                app.putManifest("list", index).answers(201);
                app.putManifest("1", image).answers(201);
                app.deleteManifest(index.digest()).answers(202);
                app.deleteManifest(image.digest()).answers(202);
                app.deleteBlob(layer.digest()).answers(202);
              }
            });
    for (int i = 0; i < 20; i++) {
      assertThat(findings(registry)).isEmpty();
    }
    enough.set(true);
    busy.join();
  }

  @RegistryTest(on = StoreKind.FS)
  void eventsTellOfAPassAndOfEachFinding(Registry registry) {
    var app = registry.repository("team/app");
    var layer = Payload.ofSize(100_000);
    push(app, "1", layer);
    var objects = registry.objects();
    objects.flip(objects.data(app, layer.digest()));
    scrub(registry);
    var found = registry.events().await(Event.ScrubFound.class);
    assertThat(found.repository().value()).isEqualTo("team/app");
    assertThat(found.status()).isEqualTo("damaged-blob");
    assertThat(found.digest()).isEqualTo(layer.digest());
    assertThat(found.tags()).containsExactly("1");
    assertThat(found.error()).contains("digest");
    assertThat(found.quarantined()).isFalse();
    var finished =
        registry.events().await(Event.Scrubbed.class, it -> it.stage() == Event.Stage.FINISHED);
    assertThat(finished.blobs()).isEqualTo(2);
    assertThat(finished.findings()).isEqualTo(1);
    assertThat(registry.events().all(Event.Scrubbed.class))
        .extracting(Event.Scrubbed::stage)
        .containsExactly(Event.Stage.STARTED, Event.Stage.FINISHED);
  }

  @RegistryTest(
      config = "sluice: {scrub: {bandwidth: 64KiB}}",
      on = {StoreKind.FS, StoreKind.S3})
  void aPassThatTakesLongIsNotBegunTwiceAndHoldsUpNoStop(Registry registry) {
    var app = registry.repository("team/app");
    app.push(Payload.ofSize(LARGE));
    app.push(Payload.ofSize(LARGE));
    var first = registry.post(Scrubbing.PATH).answers(202).json();
    var second = registry.post(Scrubbing.PATH).answers(202).json();
    assertThat(first.getBoolean("begun")).isTrue();
    assertThat(second.getBoolean("begun")).isFalse();
    assertThat(second.getBoolean("running")).isTrue();
    assertThat(second.getString("pass")).isEqualTo(first.getString("pass"));
    registry.restart();
    var after = registry.get(Scrubbing.PATH).answers(200).json();
    assertThat(after.getBoolean("running")).isFalse();
    assertThat(after.containsKey("last")).isFalse();
  }

  @RegistryTest(config = "extensions: {scrub: {interval: 3h}}")
  void whenTheLastPassWasIsKnownAfterARestart(Registry registry) {
    registry.repository("team/app").pushImage("1");
    scrub(registry);
    var last = scrub(registry).getJsonObject("last");
    assertThat(registry.objects().keys("gc/scrub/")).hasSize(1);
    registry.restart();
    eventually(
        () -> registry.get(Scrubbing.PATH).answers(200).json(),
        state -> {
          assertThat(state.getJsonObject("last")).isEqualTo(last);
          assertThat(Instant.parse(state.getString("next")))
              .isBetween(
                  Instant.parse(last.getString("ended")).plus(Duration.ofHours(3)),
                  Instant.parse(last.getString("ended")).plus(Duration.ofHours(4)));
        });
  }

  @RegistryTest(
      config =
          "http: {accessControl: {repositories: {'**': {defaultPolicy: [read, create]}}, adminPolicy: {users: [ann], actions: [read]}}}",
      users = {"ann", "bob"},
      on = StoreKind.MEMORY)
  void onlyAdministratorsMaySeeItAndBeginOne(Registry registry) {
    registry.get(Scrubbing.PATH).answers(401);
    registry.post(Scrubbing.PATH).answers(401);
    registry.as("bob").get(Scrubbing.PATH).answers(403);
    registry.as("bob").post(Scrubbing.PATH).answers(403);
    registry.as("ann").get(Scrubbing.PATH).answers(200);
    registry.as("ann").post(Scrubbing.PATH).answers(202);
    registry.as("ann").put(Scrubbing.PATH).answers(405);
  }
}
