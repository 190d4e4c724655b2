package io.sluice.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.Registry;
import io.sluice.testkit.RegistryTest;
import io.sluice.testkit.Repository;
import io.sluice.testkit.upstream.Mood;
import io.sluice.testkit.upstream.RemoteImage;
import io.sluice.testkit.upstream.ScriptedUpstream;
import io.sluice.testkit.upstream.SyncConfigs;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Which manifest a tag of an upstream names here, and when the upstream is asked. */
class TagFollowingTest {
  private static final String NO_PREFETCH = "prefetch: false";

  private ScriptedUpstream upstream;
  private RemoteImage old;

  @BeforeEach
  void startUpstream() {
    upstream = ScriptedUpstream.start();
    old = upstream.image("team/app", "1", 100);
  }

  @AfterEach
  void stopUpstream() {
    upstream.close();
  }

  private Repository app(Registry registry, String own) {
    registry.reconfigure(SyncConfigs.with(NO_PREFETCH + ", " + own, upstream));
    return registry.repository("team/app");
  }

  private static void names(Repository repository, RemoteImage image) {
    repository.getManifest("1").answers(200).expectBody(image.manifest().bytes());
  }

  @RegistryTest(config = SyncConfigs.NONE)
  void withinItsTimeATagIsServedWithoutAskingAgain(Registry registry) {
    var app = app(registry, "ttl: 1h");
    names(app, old);
    upstream.forgetRequests();

    upstream.image("team/app", "1", 200);
    names(app, old);
    assertThat(app.getManifest("1").answers(200).findHeader("Warning")).isEmpty();
    assertThat(upstream.requests()).isEmpty();
  }

  @RegistryTest(config = SyncConfigs.NONE)
  void afterItsTimeATagIsCheckedByHead(Registry registry) {
    var app = app(registry, "ttl: 0s");
    names(app, old);
    upstream.forgetRequests();

    names(app, old);
    assertThat(upstream.requests()).hasSize(1);
    assertThat(upstream.requests().getFirst().method()).isEqualTo("HEAD");
  }

  @RegistryTest(config = SyncConfigs.NONE)
  void aTagThatWasMovedThereIsFollowed(Registry registry) {
    var app = app(registry, "ttl: 0s");
    names(app, old);

    var next = upstream.image("team/app", "1", 200);
    names(app, next);
    assertThat(app.headManifest("1").answers(200).header("Docker-Content-Digest"))
        .isEqualTo(next.digest().toString());
    upstream.stop();
    registry.restart();
    names(app, next);
  }

  @RegistryTest(config = SyncConfigs.NONE)
  void anUpstreamThatDoesNotSayTheDigestIsAskedForTheManifest(Registry registry) {
    var app = app(registry, "ttl: 0s");
    names(app, old);
    upstream.is(Mood.WITHOUT_DIGEST_HEADER);
    names(app, old);

    var next = upstream.image("team/app", "1", 200);
    names(app, next);
  }

  @RegistryTest(config = SyncConfigs.NONE)
  void theCopyHereIsServedWithAWarningWhileTheUpstreamFails(Registry registry) {
    var app = app(registry, "ttl: 0s");
    names(app, old);

    upstream.failNext(1, 500);
    var answer = app.getManifest("1").answers(200);
    answer.expectBody(old.manifest().bytes());
    assertThat(answer.header("Warning")).startsWith("110 ").contains(upstream.host());

    upstream.limitNext(1, "1");
    assertThat(app.getManifest("1").answers(200).header("Warning")).contains("limit");
    upstream.stop();
    names(app, old);
  }

  @RegistryTest(config = SyncConfigs.NONE)
  void anUpstreamThatHangsHoldsNobodyUpWhoCanHaveTheCopy(Registry registry) {
    var app = app(registry, "ttl: 0s");
    names(app, old);

    upstream.is(Mood.SILENT);
    var answer = app.getManifest("1").answers(200);
    answer.expectBody(old.manifest().bytes());
    assertThat(answer.header("Warning")).contains("has not answered yet");
  }

  @RegistryTest(config = SyncConfigs.NONE)
  void aTagThatIsGoneThereStaysHere(Registry registry) {
    var app = app(registry, "ttl: 0s");
    names(app, old);

    upstream.failNext(1, 404);
    var answer = app.getManifest("1").answers(200);
    answer.expectBody(old.manifest().bytes());
    assertThat(answer.header("Warning")).contains("no upstream has this tag any more");
  }

  @RegistryTest(config = SyncConfigs.NONE)
  void aTagThatAUserPushedIsNeverReplaced(Registry registry) {
    var app = app(registry, "ttl: 0s");
    names(app, old);
    var mine = app.pushImage("1");
    upstream.image("team/app", "1", 300);
    upstream.forgetRequests();

    assertThat(app.getManifest("1").answers(200).header("Docker-Content-Digest"))
        .isEqualTo(mine.digest().toString());
    assertThat(upstream.requests()).isEmpty();
    registry.restart();
    assertThat(app.getManifest("1").answers(200).header("Docker-Content-Digest"))
        .isEqualTo(mine.digest().toString());
  }

  @RegistryTest(config = SyncConfigs.NONE)
  void aTagThatAUserDeletedIsFetchedAgain(Registry registry) {
    var app = app(registry, "ttl: 1h");
    names(app, old);
    app.deleteManifest("1").answers(202);
    var next = upstream.image("team/app", "1", 300);
    names(app, next);
  }

  @RegistryTest(config = SyncConfigs.NONE)
  void theFirstUpstreamThatHasItWins(Registry registry) {
    try (var second = ScriptedUpstream.start()) {
      var other = second.image("team/app", "1", 500);
      var only = second.image("team/app", "2", 600);
      registry.reconfigure(SyncConfigs.with(NO_PREFETCH + ", ttl: 0s", upstream, second));
      var app = registry.repository("team/app");

      names(app, old);
      app.getManifest("2").answers(200).expectBody(only.manifest().bytes());
      app.getBlob(only.layers().getFirst().digest()).answers(200);

      // What is here is not replaced by what another one has, because the first one fails.
      upstream.failNext(10, 503);
      names(app, old);
      assertThat(second.requestsFor(other.digest())).isEmpty();
    }
  }

  @RegistryTest(config = SyncConfigs.NONE)
  void oneThatFailsIsPassedOverForWhatIsNotHereYet(Registry registry) {
    try (var second = ScriptedUpstream.start()) {
      var other = second.image("team/app", "1", 500);
      registry.reconfigure(SyncConfigs.with(NO_PREFETCH, upstream, second));
      upstream.failNext(1, 503);
      names(registry.repository("team/app"), other);
    }
  }

  @RegistryTest(config = SyncConfigs.NONE)
  void aMirrorsClientChoosesTheUpstreamByItsHost(Registry registry) {
    try (var second = ScriptedUpstream.start()) {
      var other = second.image("team/app", "1", 500);
      registry.reconfigure(SyncConfigs.with(NO_PREFETCH + ", ttl: 1h", upstream, second));
      var app = registry.repository("team/app");

      names(app, old);
      registry
          .get("/v2/team/app/manifests/1?ns=" + second.host())
          .answers(200)
          .expectBody(other.manifest().bytes());
      names(app, old);
      registry
          .get("/v2/team/app/manifests/1?ns=" + upstream.host())
          .answers(200)
          .expectBody(old.manifest().bytes());
      registry
          .get("/v2/team/app/manifests/1?ns=unknown.example")
          .answers(200)
          .expectBody(old.manifest().bytes());
    }
  }
}
