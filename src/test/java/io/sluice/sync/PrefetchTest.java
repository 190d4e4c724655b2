package io.sluice.sync;

import static io.sluice.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.Registry;
import io.sluice.testkit.RegistryTest;
import io.sluice.testkit.Repository;
import io.sluice.testkit.upstream.RemoteImage;
import io.sluice.testkit.upstream.ScriptedUpstream;
import io.sluice.testkit.upstream.SeenRequest;
import io.sluice.testkit.upstream.SyncConfigs;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What is fetched of an image without being asked for, and what is not. */
class PrefetchTest {
  private ScriptedUpstream upstream;
  private RemoteImage amd64;
  private RemoteImage arm64;
  private RemoteImage index;

  @BeforeEach
  void startUpstream() {
    upstream = ScriptedUpstream.start();
    amd64 = upstream.image("team/app", "amd64", 1_000, 100_000);
    arm64 = upstream.image("team/app", "arm64", 2_000, 200_000);
    index = upstream.index("team/app", "1", Map.of("linux/amd64", amd64, "linux/arm64", arm64));
  }

  @AfterEach
  void stopUpstream() {
    upstream.close();
  }

  private Repository app(Registry registry, String own) {
    registry.reconfigure(SyncConfigs.with(own, upstream));
    return registry.repository("team/app");
  }

  @RegistryTest(config = SyncConfigs.NONE)
  void anImageIsMadeWholeOnceItsManifestWasPulled(Registry registry) {
    var app = app(registry, "");
    app.getManifest("amd64").answers(200);
    PullThroughTest.isWhole(registry, app, amd64);

    upstream.stop();
    registry.restart();
    PullThroughTest.pull(app, "amd64", amd64);
  }

  @RegistryTest(config = SyncConfigs.NONE)
  void onlyThePlatformThatIsAskedForIsFetched(Registry registry) {
    var app = app(registry, "");
    app.getManifest("1").answers(200).expectBody(index.manifest().bytes());
    app.getManifest(amd64.digest()).answers(200);
    PullThroughTest.isWhole(registry, app, amd64);

    assertThat(upstream.requestsFor(arm64.digest())).isEmpty();
    assertThat(upstream.requestsFor(arm64.config().digest())).isEmpty();
  }

  @RegistryTest(config = SyncConfigs.NONE)
  void thePlatformsOfTheConfigurationAreFetchedWithTheIndex(Registry registry) {
    var app = app(registry, "platforms: [linux/arm64]");
    app.getManifest("1").answers(200);
    PullThroughTest.isWhole(registry, app, arm64);
    assertThat(upstream.requestsFor(amd64.digest())).isEmpty();

    upstream.stop();
    app.getManifest(arm64.digest()).answers(200).expectBody(arm64.manifest().bytes());
    app.getManifest(amd64.digest()).answers(502);
  }

  @RegistryTest(config = SyncConfigs.NONE)
  void aHeadFetchesNoBlob(Registry registry) {
    var app = app(registry, "");
    app.headManifest("amd64").answers(200);
    app.getManifest("1").answers(200);
    assertThat(upstream.requests()).noneMatch(request -> request.path().contains("/blobs/"));
  }

  @RegistryTest(config = SyncConfigs.NONE)
  void whatAClientWaitsForGoesFirst(Registry registry) {
    registry.reconfigure(
        SyncConfigs.of(List.of(), List.of(SyncConfigs.registry(upstream, ", reqConcurrent: 1"))));
    var app = registry.repository("team/app");
    amd64.blobs().forEach(blob -> upstream.hold(blob.digest()));
    app.getManifest("amd64").answers(200);
    eventually(() -> blobRequests(), requests -> assertThat(requests).hasSize(1));

    // The background has the only slot, and three blobs wait for it.
    var wanted = arm64.layers().getLast();
    var client = app.getBlob(wanted.digest()).sendAsync();
    eventually(
        () -> registry.get("/v2/_sluice/sync").answers(200).text(),
        status -> assertThat(status).contains("\"waiting\":3"));
    amd64.blobs().forEach(blob -> upstream.release(blob.digest()));
    client.join().expect(200).expectBody(wanted.bytes());

    PullThroughTest.isWhole(registry, app, amd64);
    assertThat(blobRequests().get(1)).endsWith(wanted.digest().toString());
  }

  private List<String> blobRequests() {
    return upstream.requests().stream()
        .map(SeenRequest::path)
        .filter(path -> path.contains("/blobs/"))
        .toList();
  }

  @RegistryTest(config = SyncConfigs.NONE)
  void whatRefersToAnImageComesAlongWhenAskedFor(Registry registry) {
    var app = app(registry, "");
    var signature = upstream.referrer(amd64, "application/vnd.dev.cosign.artifact.sig.v1+json");
    app.getManifest("amd64").answers(200);

    var referrers = app.referrers(amd64.digest(), "").answers(200).json().getJsonArray("manifests");
    assertThat(referrers).hasSize(1);
    assertThat(referrers.getJsonObject(0).getString("digest"))
        .isEqualTo(signature.digest().toString());
    PullThroughTest.isWhole(registry, app, signature);

    upstream.stop();
    registry.restart();
    var alone = app.referrers(amd64.digest(), "").answers(200);
    assertThat(alone.json().getJsonArray("manifests")).hasSize(1);
    assertThat(alone.header("Warning")).startsWith("110 ");
    app.getManifest(signature.digest()).answers(200).expectBody(signature.manifest().bytes());
  }

  @RegistryTest(config = SyncConfigs.NONE)
  void listsOfTagsHoldTheUpstreamsIfWanted(Registry registry) {
    var app = app(registry, "");
    app.getManifest("1").answers(200);
    assertThat(app.tags("").answers(200).list("tags")).containsExactly("1");

    app(registry, "listUpstream: true");
    app.pushImage("b");
    assertThat(app.tags("").answers(200).list("tags")).containsExactly("1", "amd64", "arm64", "b");
    var page = app.tags("?n=2&last=amd64").answers(200);
    assertThat(page.list("tags")).containsExactly("arm64", "b");
    assertThat(page.findHeader("Link")).isEmpty();
    assertThat(app.tags("?n=2").answers(200).header("Link")).contains("last=amd64");

    upstream.stop();
    app(registry, "listUpstream: true, ttl: 0s");
    var alone = app.tags("").answers(200);
    assertThat(alone.list("tags")).contains("1", "b");
    assertThat(alone.header("Warning")).startsWith("110 ");
  }

  @RegistryTest(config = SyncConfigs.NONE)
  void onlyWhatIsSignedIsTakenIfSoConfigured(Registry registry) {
    registry.reconfigure(
        SyncConfigs.of(List.of(), List.of(SyncConfigs.registry(upstream, ", onlySigned: true"))));
    var app = registry.repository("team/app");
    app.getManifest("1").answers(404);

    var signature = upstream.referrer(index, "application/vnd.dev.cosign.artifact.sig.v1+json");
    registry.reconfigure(
        SyncConfigs.of(
            List.of("missTtl: 0s"), List.of(SyncConfigs.registry(upstream, ", onlySigned: true"))));
    app.getManifest("1").answers(200);
    app.getManifest(amd64.digest()).answers(200);
    app.getManifest(signature.digest()).answers(200);
    app.getManifest("amd64").answers(200);
    app.getManifest(upstream.image("team/app", "2", 10).digest()).answers(404);
  }
}
