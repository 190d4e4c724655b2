package io.sluice.sync;

import static io.sluice.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.Registry;
import io.sluice.testkit.RegistryTest;
import io.sluice.testkit.StoreKind;
import io.sluice.testkit.upstream.ScriptedUpstream;
import io.sluice.testkit.upstream.SyncConfigs;
import java.util.List;

/** What happens after a client was told that an upstream fails. */
class RetriesTest {

  @RegistryTest(config = SyncConfigs.NONE)
  void whatCouldNotBeFetchedIsHereWhenTheClientComesAgain(Registry registry) {
    try (var upstream = ScriptedUpstream.start()) {
      var image = upstream.image("team/app", "1", 1_000, 70_000);
      registry.reconfigure(config(upstream, ", maxRetries: 4, retryDelay: 1ms"));
      var app = registry.repository("team/app");
      upstream.failNext(3, 500);
      app.getManifest("1").answers(502);

      PullThroughTest.isWhole(registry, app, image);
      upstream.stop();
      PullThroughTest.pull(app, "1", image);
    }
  }

  @RegistryTest(config = SyncConfigs.NONE, on = StoreKind.FS)
  void anUpstreamThatLimitsIsAskedAgainWhenItSaidSo(Registry registry) {
    try (var upstream = ScriptedUpstream.start()) {
      var image = upstream.image("team/app", "1", 1_000);
      registry.reconfigure(config(upstream, ", maxRetries: 1, retryDelay: 1ms"));
      var app = registry.repository("team/app");
      upstream.limitNext(1, "1");
      app.getManifest("1").answers(429);
      app.getManifest("1").answers(429);

      PullThroughTest.isWhole(registry, app, image);
      assertThat(upstream.requestsTo("/v2/team/app/manifests/1")).hasSize(2);
    }
  }

  @RegistryTest(config = SyncConfigs.NONE, on = StoreKind.FS)
  void itIsGivenUpAfterMaxRetries(Registry registry) {
    try (var upstream = ScriptedUpstream.start()) {
      upstream.image("team/app", "1", 1_000);
      registry.reconfigure(config(upstream, ", maxRetries: 2, retryDelay: 1ms"));
      upstream.failNext(3, 500);
      var app = registry.repository("team/app");
      app.getManifest("1").answers(502);
      eventually(
          () -> upstream.requestsTo("/v2/team/app/manifests/1"),
          requests -> assertThat(requests).hasSize(3));

      // The fourth would have been answered well.
      app.getManifest("2").answers(404);
      assertThat(upstream.requestsTo("/v2/team/app/manifests/1")).hasSize(3);
    }
  }

  private static String config(ScriptedUpstream upstream, String more) {
    return SyncConfigs.of(List.of(), List.of(SyncConfigs.registry(upstream, more)));
  }
}
