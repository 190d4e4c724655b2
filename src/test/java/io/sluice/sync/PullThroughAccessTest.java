package io.sluice.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.Ask;
import io.sluice.testkit.Document;
import io.sluice.testkit.Payload;
import io.sluice.testkit.Registry;
import io.sluice.testkit.RegistryTest;
import io.sluice.testkit.StoreKind;
import io.sluice.testkit.upstream.RemoteImage;
import io.sluice.testkit.upstream.ScriptedUpstream;
import io.sluice.testkit.upstream.SyncConfigs;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * Who may have what is fetched from an upstream, who may push beside it, and who sees how it is.
 */
class PullThroughAccessTest {
  private static final String RULES =
      """
      http: {accessControl: {
        repositories: {
          "public/**": {anonymousPolicy: [read], defaultPolicy: [read],
            policies: [{users: [ann], actions: [read, create, update]}]},
          "red/**": {policies: [{users: [ann], actions: [read]}]},
          "blue/**": {policies: [{users: [bob], actions: [read, create]}]}},
        adminPolicy: {users: [admin], actions: [read]}}}
      """;

  private ScriptedUpstream upstream;
  private RemoteImage open;
  private RemoteImage red;

  @BeforeEach
  void startUpstream() {
    upstream = ScriptedUpstream.start();
    open = upstream.image("public/app", "1", 100_000);
    red = upstream.image("red/app", "1", 100_000);
  }

  @AfterEach
  void stopUpstream() {
    upstream.close();
  }

  private void pullThrough(Registry registry) {
    registry.reconfigure(
        RULES + SyncConfigs.with("prefetch: false, ttl: 0s, listUpstream: true", upstream));
  }

  /** All that leads to an upstream. */
  private static List<Ask> reads(Registry reader, RemoteImage image) {
    var repository = reader.repository(image.repository());
    var layer = image.layers().getFirst().digest();
    return List.of(
        repository.getManifest("1"),
        repository.headManifest("1"),
        repository.getManifest(image.digest()),
        repository.getBlob(layer),
        repository.headBlob(layer),
        repository.getBlob(layer).header("Range", "bytes=0-9"),
        repository.tags(""),
        repository.referrers(image.digest(), ""));
  }

  @RegistryTest(
      config = SyncConfigs.NONE,
      users = {"ann", "bob"},
      on = StoreKind.MEMORY)
  void whoMayNotReadCanNotMakeUsFetch(Registry registry) {
    pullThrough(registry);
    reads(registry, red).forEach(ask -> ask.answers(401));
    reads(registry.as("bob"), red).forEach(ask -> ask.answers(403));
    reads(registry.as("ann", "wrong"), red).forEach(ask -> ask.answers(401));
    var ns = "/v2/red/app/manifests/1?ns=" + upstream.host();
    registry.as("bob").get(ns).answers(403);
    assertThat(upstream.requests()).isEmpty();

    reads(registry.as("ann"), red).forEach(ask -> assertThat(ask.send().status()).isLessThan(300));
    reads(registry.as("bob"), red).forEach(ask -> ask.answers(403));
  }

  @RegistryTest(
      config = SyncConfigs.NONE,
      users = {"ann", "bob"},
      on = StoreKind.MEMORY)
  void mountingFetchesNothing(Registry registry) {
    pullThrough(registry);
    var blue = registry.as("bob").repository("blue/app");
    for (var image : List.of(open, red)) {
      blue.mount(image.config().digest(), registry.repository(image.repository())).answers(202);
    }
    assertThat(upstream.requests()).isEmpty();
  }

  @RegistryTest(config = SyncConfigs.NONE, users = "ann")
  void anybodyPullsWhereAnybodyMayRead(Registry registry) {
    pullThrough(registry);
    var app = registry.repository("public/app");
    PullThroughTest.pull(app, "1", open);
    PullThroughTest.isWhole(registry, app, open);
    assertThat(app.tags("").answers(200).list("tags")).containsExactly("1");
  }

  @RegistryTest(
      config = SyncConfigs.NONE,
      users = {"ann", "bob"})
  void whoMayPushIsToldOnlyOfTheBlobsHere(Registry registry) {
    pullThrough(registry);
    var layer = open.layers().getFirst();
    var pusher = registry.as("ann").repository("public/app");
    pusher.headBlob(layer.digest()).answers(404);
    assertThat(upstream.requests()).isEmpty();
    for (var reader : List.of(registry, registry.as("bob"))) {
      var answer = reader.repository("public/app").headBlob(layer.digest()).answers(200);
      assertThat(answer.header("Content-Length")).isEqualTo("" + layer.size());
    }
    pusher.headBlob(layer.digest()).answers(404);

    pusher.getBlob(layer.digest()).answers(200).expectBody(layer.bytes());
    PullThroughTest.has(registry, pusher, layer);
    assertThat(pusher.headBlob(layer.digest()).answers(200).header("Content-Length"))
        .isEqualTo("" + layer.size());
  }

  @RegistryTest(config = SyncConfigs.NONE, users = "ann")
  void aPushNeedsItsBlobsHereAndThenWinsOverTheUpstreamsTag(Registry registry) {
    pullThrough(registry);
    var ann = registry.as("ann").repository("public/app");
    var refused =
        registry
            .as("ann")
            .put(ann.path("manifests/mine"))
            .header("Content-Type", open.mediaType())
            .body(open.manifest().bytes())
            .answers(404);
    assertThat(refused.errorCode()).isEqualTo("MANIFEST_BLOB_UNKNOWN");
    assertThat(upstream.requests()).isEmpty();

    var app = registry.repository("public/app");
    PullThroughTest.pull(app, "1", open);
    var mine = ann.pushImage("1");
    upstream.forgetRequests();
    app.getManifest("1").answers(200).expectBody(mine.payload());
    assertThat(upstream.requests()).isEmpty();
    app.getManifest(open.digest()).answers(200).expectBody(open.manifest().bytes());
  }

  /** Whoever may only create has no right to what a tag names, whoever has brought it. */
  @RegistryTest(config = SyncConfigs.NONE, users = "bob", on = StoreKind.MEMORY)
  void aTagOfAnUpstreamIsMovedOnlyByWhoMayMoveTags(Registry registry) {
    upstream.image("blue/app", "1", 100);
    pullThrough(registry);
    var blue = registry.as("bob").repository("blue/app");
    blue.getManifest("1").answers(200);
    var config = Payload.ofSize(100);
    var layer = Payload.ofSize(1_000);
    blue.push(config);
    blue.push(layer);
    var image = Document.image(config, layer);
    blue.putManifest("1", image).answers(403);
    blue.putManifest("2", image).answers(201);
  }

  @RegistryTest(
      config = SyncConfigs.NONE,
      users = {"ann", "admin"},
      on = StoreKind.MEMORY)
  void howItStandsIsForAdminsOnly(Registry registry) {
    pullThrough(registry);
    registry.get("/v2/_sluice/sync").answers(401);
    assertThat(registry.as("ann").get("/v2/_sluice/sync").answers(403).errorCode())
        .isEqualTo("DENIED");
    registry.repository("public/app").getManifest("1").answers(200);
    var status = registry.as("admin").get("/v2/_sluice/sync").answers(200);
    var one = status.json().getJsonArray("upstreams").getJsonObject(0);
    assertThat(one.getString("host")).isEqualTo(upstream.host());
    assertThat(one.getString("state")).isEqualTo("up");
  }
}
