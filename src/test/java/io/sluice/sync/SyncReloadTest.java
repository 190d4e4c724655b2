package io.sluice.sync;

import static io.sluice.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.Registry;
import io.sluice.testkit.RegistryTest;
import io.sluice.testkit.StoreKind;
import io.sluice.testkit.upstream.RemoteImage;
import io.sluice.testkit.upstream.ScriptedUpstream;
import io.sluice.testkit.upstream.SyncConfigs;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What another configuration changes while things are being fetched. */
class SyncReloadTest {
  private ScriptedUpstream upstream;
  private RemoteImage image;

  @BeforeEach
  void startUpstream() {
    upstream = ScriptedUpstream.start();
    image = upstream.image("team/app", "1", 3_000_000);
  }

  @AfterEach
  void stopUpstream() {
    upstream.close();
  }

  @RegistryTest(config = SyncConfigs.NONE, on = StoreKind.FS)
  void aDownloadEndsByTheConfigurationItBeganWith(Registry registry) {
    registry.reconfigure(SyncConfigs.with("prefetch: false", upstream));
    var app = registry.repository("team/app");
    var layer = image.layers().getFirst();
    upstream.hold(layer.digest());
    upstream.release(layer.digest(), 1_000_000);

    try (var client = app.getBlob(layer.digest()).reads(200)) {
      client.next(500_000);
      registry.reconfigure(SyncConfigs.NONE);
      app.getManifest("1").answers(404);
      upstream.release(layer.digest());
      assertThat(client.rest()).isEqualTo(layer.read(500_000, 2_500_000));
    }
    PullThroughTest.has(registry, app, layer);
  }

  @RegistryTest(config = SyncConfigs.NONE, on = StoreKind.FS)
  void whatIsHereIsServedAlsoWhenItsUpstreamIsNoMore(Registry registry) {
    registry.reconfigure(SyncConfigs.from(upstream));
    var app = registry.repository("team/app");
    PullThroughTest.pull(app, "1", image);
    PullThroughTest.isWhole(registry, app, image);
    registry.reconfigure(SyncConfigs.NONE);
    upstream.stop();
    PullThroughTest.pull(app, "1", image);
  }

  @RegistryTest(config = SyncConfigs.NONE, on = StoreKind.FS)
  void anUpstreamThatStaysKeepsWhatIsKnownOfIt(Registry registry) {
    try (var other = ScriptedUpstream.start()) {
      registry.reconfigure(SyncConfigs.from(upstream));
      upstream.limitNext(1, "30");
      registry.repository("team/app").getManifest("1").answers(429);

      registry.reconfigure(SyncConfigs.from(other, upstream));
      var status = registry.get("/v2/_sluice/sync").answers(200).json().getJsonArray("upstreams");
      assertThat(status.getJsonObject(0).getString("state")).isEqualTo("up");
      assertThat(status.getJsonObject(1).getString("state")).isEqualTo("limited");

      registry.reconfigure(
          SyncConfigs.of(List.of(), List.of(SyncConfigs.registry(upstream, ", reqPerSec: 1000"))));
      eventually(
          () -> registry.get("/v2/_sluice/sync").answers(200).text(),
          text -> assertThat(text).contains("\"state\":\"up\"").doesNotContain("limited"));
    }
  }
}
