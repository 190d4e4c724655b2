package io.sluice.sync;

import static io.sluice.sync.Mirrors.digest;
import static io.sluice.sync.Mirrors.has;
import static io.sluice.sync.Mirrors.hasNo;
import static io.sluice.sync.Mirrors.holds;
import static io.sluice.sync.Mirrors.nextRun;
import static io.sluice.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.Registry;
import io.sluice.testkit.RegistryTest;
import io.sluice.testkit.StoreKind;
import io.sluice.testkit.upstream.Mood;
import io.sluice.testkit.upstream.RemoteBlob;
import io.sluice.testkit.upstream.RemoteImage;
import io.sluice.testkit.upstream.ScriptedUpstream;
import io.sluice.testkit.upstream.SeenRequest;
import io.sluice.testkit.upstream.SyncConfigs;
import java.util.List;
import java.util.Map;

/** What is fetched by schedule, and when its name appears. */
class MirrorTest {
  private static final String SIGNATURE = "application/vnd.dev.cosign.artifact.sig.v1+json";
  private static final String ALL = "{prefix: \"**\"}";

  @RegistryTest(config = SyncConfigs.NONE)
  void whatMatchesIsMirroredAndNothingElse(Registry registry) {
    try (var upstream = ScriptedUpstream.start()) {
      var app = upstream.image("team/app", "1.0", 100, 70_000, 3_000_000);
      var tool = upstream.image("team/deep/tool", "2.0", 1_000);
      upstream.image("other/app", "1.0", 1_000);
      registry.reconfigure(Mirrors.of(upstream, "{prefix: \"team/**\"}"));

      has(registry, "team/app", "1.0", app);
      has(registry, "team/deep/tool", "2.0", tool);
      nextRun(registry);
      hasNo(registry, "other/app", "1.0");
      assertThat(upstream.requestsTo("/v2/other/")).isEmpty();
      registry.leavesNothingBehind();
    }
  }

  @RegistryTest(config = SyncConfigs.NONE, on = StoreKind.FS)
  void namesAreThoseOfTheFirstEntryThatMatches(Registry registry) {
    try (var upstream = ScriptedUpstream.start()) {
      var app = upstream.image("team/app", "1", 1_000);
      var alpine = upstream.image("library/alpine", "3", 1_000);
      registry.reconfigure(
          Mirrors.of(
              upstream,
              """
              {prefix: "team/**", destination: "/mirror", stripPrefix: true},
              {prefix: "library/alpine", destination: "/docker"},
              {prefix: "**", destination: "/rest"}
              """));

      has(registry, "mirror/app", "1", app);
      has(registry, "docker/library/alpine", "3", alpine);
      nextRun(registry);
      hasNo(registry, "rest/team/app", "1");
      hasNo(registry, "rest/library/alpine", "3");
      hasNo(registry, "team/app", "1");
    }
  }

  @RegistryTest(config = SyncConfigs.NONE, on = StoreKind.FS)
  void tagsThatTheFilterLeavesOutStayThere(Registry registry) {
    try (var upstream = ScriptedUpstream.start()) {
      for (var tag : List.of("v1.0.0", "v1.1.0-rc.1", "v2.0.0", "v1.latest", "nightly")) {
        upstream.image("team/app", tag, 1_000);
      }
      registry.reconfigure(
          Mirrors.of(
              upstream,
              "{prefix: \"team/app\", tags: {regex: \"^v1\", excludeRegex: rc, semver: true}}"));

      eventually(
          () -> digest(registry, "team/app", "v1.0.0"), name -> assertThat(name).isNotEmpty());
      nextRun(registry);
      hasNo(registry, "team/app", "v1.1.0-rc.1", "v2.0.0", "v1.latest", "nightly");
    }
  }

  @RegistryTest(config = SyncConfigs.NONE)
  void aRunThatFindsNothingNewAsksForDigestsOnly(Registry registry) {
    try (var upstream = ScriptedUpstream.start()) {
      var image = upstream.image("team/app", "1", 1_000);
      upstream.index("team/app", "2", Map.of("linux/amd64", image));
      registry.reconfigure(Mirrors.of(upstream, ALL));
      has(registry, "team/app", "1", image);
      nextRun(registry);

      upstream.forgetRequests();
      assertThat(nextRun(registry).getInteger("taken")).isZero();
      assertThat(upstream.requests().stream().map(SeenRequest::line))
          .contains("HEAD /v2/team/app/manifests/1", "HEAD /v2/team/app/manifests/2")
          .allMatch(
              line ->
                  line.startsWith("HEAD /v2/team/app/manifests/")
                      || line.contains("/tags/list")
                      || line.contains("/_catalog"));
    }
  }

  @RegistryTest(config = SyncConfigs.NONE)
  void aMovedTagIsFollowedWhenAllOfTheNewImageIsHere(Registry registry) {
    try (var upstream = ScriptedUpstream.start()) {
      var before = upstream.image("team/app", "1", 1_000);
      registry.reconfigure(Mirrors.of(upstream, ALL));
      has(registry, "team/app", "1", before);

      var layer = upstream.blob(RemoteBlob.ofSize(200_000));
      upstream.hold(layer.digest());
      var after = upstream.image("team/app", "1", layer);
      eventually(
          () -> upstream.requestsFor(layer.digest()),
          requests -> assertThat(requests).isNotEmpty());
      upstream.release(layer.digest(), 150_000);
      assertThat(digest(registry, "team/app", "1")).isEqualTo(before.digest().toString());

      upstream.release(layer.digest());
      has(registry, "team/app", "1", after);
      registry.leavesNothingBehind();
    }
  }

  @RegistryTest(config = SyncConfigs.NONE)
  void aTagThatAUserPushedIsLeftAlone(Registry registry) {
    try (var upstream = ScriptedUpstream.start()) {
      var own = registry.repository("team/app").pushImage("1");
      upstream.image("team/app", "1", 1_000);
      var other = upstream.image("team/app", "2", 1_000);
      registry.reconfigure(Mirrors.of(upstream, ALL));

      has(registry, "team/app", "2", other);
      nextRun(registry);
      registry.repository("team/app").getManifest("1").answers(200).expectBody(own.payload());
      assertThat(upstream.requestsTo("/v2/team/app/manifests/1")).isEmpty();
    }
  }

  @RegistryTest(config = SyncConfigs.NONE, on = StoreKind.FS)
  void ofAnIndexThePlatformsThatAreWantedComeAndWithoutAWishAll(Registry registry) {
    try (var upstream = ScriptedUpstream.start()) {
      var amd = upstream.image("team/app", "amd", 1_000);
      var arm = upstream.image("team/app", "arm", 1_000);
      var index = upstream.index("team/app", "1", Map.of("linux/amd64", amd, "linux/arm64", arm));
      var one = Mirrors.registry(upstream, "{prefix: team/app, tags: {regex: \"^1\"}}", "");
      registry.reconfigure(SyncConfigs.of(List.of("platforms: [linux/amd64]"), List.of(one)));
      Mirrors.named(registry, "team/app", "1", index);
      holds(registry, "team/app", amd);
      assertThat(upstream.requestsFor(arm.digest())).isEmpty();

      registry.reconfigure(SyncConfigs.of(List.of(), List.of(one)));
      eventually(
          () -> registry.repository("team/app").headManifest(arm.digest()).send().status(),
          status -> assertThat(status).isEqualTo(200));
      holds(registry, "team/app", index);
    }
  }

  @RegistryTest(config = SyncConfigs.NONE, on = StoreKind.FS)
  void withoutACatalogWhatIsWrittenOutIsMirrored(Registry registry) {
    try (var upstream = ScriptedUpstream.start()) {
      upstream.is(Mood.WITHOUT_CATALOG);
      var app = upstream.image("team/app", "1", 1_000);
      upstream.image("other/app", "1", 1_000);
      registry.reconfigure(Mirrors.of(upstream, "{prefix: \"other/**\"}, {prefix: \"team/app\"}"));

      has(registry, "team/app", "1", app);
      assertThat(nextRun(registry).getInteger("failed")).isEqualTo(1);
      hasNo(registry, "other/app", "1");

      upstream.heal();
      eventually(() -> digest(registry, "other/app", "1"), name -> assertThat(name).isNotEmpty());
    }
  }

  @RegistryTest(config = SyncConfigs.NONE, on = StoreKind.FS)
  void aBrokenImageDoesNotStopTheOthersAndIsNeverNamed(Registry registry) {
    try (var upstream = ScriptedUpstream.start()) {
      var stranger = upstream.image("elsewhere", "1", 1_000);
      upstream.index("team/app", "0-broken", Map.of("linux/amd64", stranger));
      var app = upstream.image("team/app", "1", 1_000);
      var tool = upstream.image("team/tool", "1", 1_000);
      registry.reconfigure(
          Mirrors.of(upstream, "{prefix: team/none}, {prefix: team/app}, {prefix: team/tool}"));

      has(registry, "team/app", "1", app);
      has(registry, "team/tool", "1", tool);
      assertThat(nextRun(registry).getInteger("failed")).isEqualTo(2);
      hasNo(registry, "team/app", "0-broken");
    }
  }

  @RegistryTest(config = SyncConfigs.NONE, on = StoreKind.FS)
  void anImageThatTakesTooLongIsGivenUp(Registry registry) {
    try (var upstream = ScriptedUpstream.start()) {
      var slow = upstream.image("a/slow", "1", 100_000);
      upstream.hold(slow.layers().getFirst().digest());
      var app = upstream.image("team/app", "1", 1_000);
      registry.reconfigure(Mirrors.of(upstream, ALL, ", syncTimeout: 1s"));

      has(registry, "team/app", "1", app);
      hasNo(registry, "a/slow", "1");
      eventually(
          () -> Mirrors.state(registry),
          state -> assertThat(state.getInteger("failed")).isEqualTo(1));

      upstream.release(slow.layers().getFirst().digest());
      has(registry, "a/slow", "1", slow);
    }
  }

  @RegistryTest(config = SyncConfigs.NONE, on = StoreKind.FS)
  void whereOnlySignedImagesAreWantedTheOthersAreNotEvenAskedFor(Registry registry) {
    try (var upstream = ScriptedUpstream.start()) {
      var signed = upstream.image("team/app", "signed", 1_000);
      upstream.referrer(signed, SIGNATURE);
      var unsigned = upstream.image("team/app", "unsigned", 1_000);
      registry.reconfigure(Mirrors.of(upstream, ALL, ", onlySigned: true"));

      has(registry, "team/app", "signed", signed);
      nextRun(registry);
      hasNo(registry, "team/app", "unsigned");
      assertThat(upstream.requestsTo("/v2/team/app/manifests/unsigned"))
          .allMatch(request -> request.method().equals("HEAD"));

      upstream.referrer(unsigned, SIGNATURE);
      has(registry, "team/app", "unsigned", unsigned);
    }
  }

  @RegistryTest(config = SyncConfigs.NONE)
  void whatRefersToAnImageComesWithIt(Registry registry) {
    try (var upstream = ScriptedUpstream.start()) {
      var image = upstream.image("team/app", "1", 1_000);
      var sbom = upstream.referrer(image, "application/spdx+json");
      var cosign = upstream.image("team/app", companion(image, ".sig"), 300);
      var stranger = upstream.image("elsewhere", "1", 1_000);
      upstream.image("team/app", companion(stranger, ".sig"), 300);
      registry.reconfigure(Mirrors.of(upstream, "{prefix: team/app, tags: {regex: \"^1$\"}}"));

      has(registry, "team/app", "1", image);
      holds(registry, "team/app", sbom);
      assertThat(registry.repository("team/app").referrers(image.digest(), "").answers(200).text())
          .contains(sbom.digest().toString());
      has(registry, "team/app", companion(image, ".sig"), cosign);
      nextRun(registry);
      hasNo(registry, "team/app", companion(stranger, ".sig"));
    }
  }

  @RegistryTest(config = SyncConfigs.NONE, on = StoreKind.FS)
  void tagsOfCosignStayThereIfSoConfigured(Registry registry) {
    try (var upstream = ScriptedUpstream.start()) {
      var image = upstream.image("team/app", "1", 1_000);
      upstream.image("team/app", companion(image, ".att"), 300);
      registry.reconfigure(Mirrors.of(upstream, ALL, ", syncLegacyCosignTags: false"));

      has(registry, "team/app", "1", image);
      nextRun(registry);
      hasNo(registry, "team/app", companion(image, ".att"));
    }
  }

  private static String companion(RemoteImage image, String suffix) {
    return "sha256-" + image.digest().hex() + suffix;
  }
}
