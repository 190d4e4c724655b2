package io.sluice.sync;

import static io.sluice.sync.Mirrors.digest;
import static io.sluice.sync.Mirrors.nextRun;
import static io.sluice.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.Registry;
import io.sluice.testkit.RegistryTest;
import io.sluice.testkit.StoreKind;
import io.sluice.testkit.upstream.ScriptedUpstream;
import io.sluice.testkit.upstream.SeenRequest;
import io.sluice.testkit.upstream.SyncConfigs;
import java.time.Instant;
import java.util.List;

/** When the mirror runs, and how it goes on when an upstream doesn't. */
class MirrorScheduleTest {
  private static final String ALL = "{prefix: \"**\"}";

  @RegistryTest(config = SyncConfigs.NONE, on = StoreKind.FS)
  void theFirstRunComesSoonAndTheNextAfterTheInterval(Registry registry) {
    try (var upstream = ScriptedUpstream.start()) {
      var image = upstream.image("team/app", "1", 1_000);
      var config = Mirrors.of(upstream, ALL).replace("100ms", "1h");
      registry.reconfigure(config);
      Mirrors.has(registry, "team/app", "1", image);

      eventually(
          () -> Mirrors.state(registry),
          state -> {
            assertThat(state.getInteger("taken")).isEqualTo(1);
            assertThat(state.getInteger("failed")).isZero();
            var last = Instant.parse(state.getString("lastRun"));
            assertThat(Instant.parse(state.getString("nextRun")))
                .isBetween(last.plusSeconds(50 * 60), last.plusSeconds(70 * 60));
          });
    }
  }

  @RegistryTest(config = SyncConfigs.NONE, on = StoreKind.FS)
  void aReloadStartsNewMirrorsAndStopsTheOthers(Registry registry) {
    try (var first = ScriptedUpstream.start();
        var second = ScriptedUpstream.start()) {
      mirror(registry, first, "team/first");
      mirror(registry, second, "team/second");
      first.forgetRequests();
      nextRun(registry);
      assertThat(first.requests()).isEmpty();

      registry.reconfigure(SyncConfigs.NONE);
      assertThat(Mirrors.status(registry).getJsonArray("upstreams")).isEmpty();
    }
  }

  private static void mirror(Registry registry, ScriptedUpstream upstream, String repository) {
    var image = upstream.image(repository, "1", 1_000);
    registry.reconfigure(Mirrors.of(upstream, ALL));
    Mirrors.has(registry, repository, "1", image);
  }

  @RegistryTest(config = SyncConfigs.NONE, on = StoreKind.FS)
  void aRunThatIsStoppedByAReloadMovesNoTag(Registry registry) {
    try (var upstream = ScriptedUpstream.start()) {
      var image = upstream.image("team/app", "1", 100_000);
      var layer = image.layers().getFirst().digest();
      upstream.hold(layer);
      registry.reconfigure(Mirrors.of(upstream, ALL));
      eventually(() -> upstream.requestsFor(layer), seen -> assertThat(seen).isNotEmpty());

      registry.reconfigure(SyncConfigs.NONE);
      upstream.release(layer);
      eventually(
          () -> registry.storage().keys(),
          keys -> assertThat(keys).anyMatch(key -> key.contains(layer.hex())));
      registry.leavesNothingBehind();
      Mirrors.hasNo(registry, "team/app", "1");
    }
  }

  @RegistryTest(config = SyncConfigs.NONE)
  void afterARestartNothingIsFetchedASecondTime(Registry registry) {
    try (var upstream = ScriptedUpstream.start()) {
      var image = upstream.image("team/app", "1", 1_000, 70_000);
      registry.reconfigure(Mirrors.of(upstream, ALL));
      Mirrors.has(registry, "team/app", "1", image);
      registry.restart();
      upstream.forgetRequests();
      nextRun(registry);

      assertThat(upstream.requests().stream().map(SeenRequest::line))
          .contains("HEAD /v2/team/app/manifests/1")
          .noneMatch(line -> line.startsWith("GET /v2/team/app/manifests/1"))
          .noneMatch(line -> line.contains("/blobs/"));
    }
  }

  @RegistryTest(config = SyncConfigs.NONE, on = StoreKind.FS)
  void whatFailsIsTriedAgainInTheSameRunAndALimitIsKept(Registry registry) {
    try (var upstream = ScriptedUpstream.start()) {
      var image = upstream.image("team/app", "1", 1_000);
      upstream.limitNext(1, "1");
      registry.reconfigure(Mirrors.of(upstream, ALL).replace("100ms", "1h"));
      Mirrors.has(registry, "team/app", "1", image);
      eventually(
          () -> Mirrors.state(registry),
          state -> assertThat(state.getInteger("taken")).isEqualTo(1));
      assertThat(Mirrors.state(registry).getInteger("failed")).isZero();

      upstream.failNext(2, 500);
      var again = upstream.image("team/app", "1", 1_000);
      registry.reconfigure(
          Mirrors.of(upstream, ALL, ", maxRetries: 2, retryDelay: 1ms").replace("100ms", "1h"));
      Mirrors.has(registry, "team/app", "1", again);
      assertThat(Mirrors.state(registry).getInteger("failed")).isZero();
    }
  }

  @RegistryTest(config = SyncConfigs.NONE, on = StoreKind.FS)
  void aTagStaysWithTheUpstreamThatItCameFrom(Registry registry) {
    try (var first = ScriptedUpstream.start();
        var second = ScriptedUpstream.start()) {
      var image = first.image("team/app", "1", 1_000);
      var other = second.image("team/app", "1", 1_000);
      registry.reconfigure(Mirrors.of(first, ALL));
      Mirrors.has(registry, "team/app", "1", image);

      var news = second.image("team/app", "2", 1_000);
      registry.reconfigure(
          SyncConfigs.of(
              List.of(),
              List.of(Mirrors.registry(first, ALL, ""), Mirrors.registry(second, ALL, ""))));
      Mirrors.has(registry, "team/app", "2", news);
      nextRun(registry);
      assertThat(digest(registry, "team/app", "1")).isEqualTo(image.digest().toString());

      registry.reconfigure(Mirrors.of(second, ALL));
      Mirrors.has(registry, "team/app", "1", other);
    }
  }
}
