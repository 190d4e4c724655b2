package io.sluice.sync;

import static io.sluice.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.Answer;
import io.sluice.testkit.Registry;
import io.sluice.testkit.RegistryTest;
import io.sluice.testkit.Repository;
import io.sluice.testkit.upstream.Mood;
import io.sluice.testkit.upstream.RemoteBlob;
import io.sluice.testkit.upstream.RemoteImage;
import io.sluice.testkit.upstream.ScriptedUpstream;
import io.sluice.testkit.upstream.SyncConfigs;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What a client is told of an upstream that doesn't give what it was asked for. */
class UpstreamErrorsTest {
  private ScriptedUpstream upstream;
  private RemoteImage image;

  @BeforeEach
  void startUpstream() {
    upstream = ScriptedUpstream.start();
    image = upstream.image("team/app", "1", 100_000);
  }

  @AfterEach
  void stopUpstream() {
    upstream.close();
  }

  private Repository app(Registry registry) {
    registry.reconfigure(SyncConfigs.with("prefetch: false", upstream));
    return registry.repository("team/app");
  }

  /** The answer names the upstream. */
  private Answer blames(Answer answer, int status, String code) {
    answer.expect(status);
    assertThat(answer.errorCode()).isEqualTo(code);
    assertThat(answer.errorDetail().getString("upstream")).isEqualTo(upstream.host());
    assertThat(answer.errorDetail().getString("reason")).isNotBlank();
    return answer;
  }

  @RegistryTest(config = SyncConfigs.NONE)
  void whatNoUpstreamHasIsUnknown(Registry registry) {
    var app = app(registry);
    assertThat(app.getManifest("2").answers(404).errorCode()).isEqualTo("MANIFEST_UNKNOWN");
    var nowhere = RemoteBlob.of("nowhere").digest();
    assertThat(app.getManifest(nowhere).answers(404).errorCode()).isEqualTo("MANIFEST_UNKNOWN");
    assertThat(app.getBlob(nowhere).answers(404).errorCode()).isEqualTo("BLOB_UNKNOWN");
  }

  @RegistryTest(config = SyncConfigs.NONE)
  void thatSomethingIsNotThereIsRememberedForAWhile(Registry registry) {
    var app = app(registry);
    var nowhere = RemoteBlob.of("nowhere").digest();
    app.getManifest("2").answers(404);
    app.getBlob(nowhere).answers(404);
    upstream.forgetRequests();

    app.getManifest("2").answers(404);
    app.headManifest("2").answers(404);
    app.getBlob(nowhere).answers(404);
    assertThat(upstream.requests()).isEmpty();

    registry.reconfigure(SyncConfigs.with("missTtl: 0s", upstream));
    var late = upstream.image("team/app", "2", 10);
    app.getManifest("2").answers(200).expectBody(late.manifest().bytes());
  }

  @RegistryTest(config = SyncConfigs.NONE)
  void whoAsksAgainAndAgainGetsItOnceItIsThere(Registry registry) {
    registry.reconfigure(SyncConfigs.with("prefetch: false, missTtl: 300ms", upstream));
    var app = registry.repository("team/app");
    app.getManifest("2").answers(404);
    var late = upstream.image("team/app", "2", 10);
    // Each of these comes long before what is remembered of the one before has passed.
    eventually(
        () -> app.getManifest("2").send(),
        answer -> answer.expect(200).expectBody(late.manifest().bytes()));
  }

  @RegistryTest(config = SyncConfigs.NONE)
  void anUpstreamThatIsDownIsABadGateway(Registry registry) {
    var app = app(registry);
    upstream.stop();
    blames(app.getManifest("1").send(), 502, "UNAVAILABLE");
    blames(app.getBlob(image.config().digest()).send(), 502, "UNAVAILABLE");
    app.headManifest("1").answers(502);
    registry.isUnharmed();
  }

  @RegistryTest(config = SyncConfigs.NONE)
  void oneThatFailsIsABadGatewayAndThenIsLeftAlone(Registry registry) {
    var app = app(registry);
    upstream.failNext(100, 500);
    for (int i = 0; i < 5; i++) {
      blames(app.getManifest("1").send(), 502, "UNAVAILABLE");
    }
    upstream.forgetRequests();
    var resting = blames(app.getManifest("1").send(), 503, "UNAVAILABLE");
    assertThat(Integer.parseInt(resting.header("Retry-After"))).isBetween(1, 5);
    assertThat(upstream.requests()).isEmpty();

    var status = status(registry);
    assertThat(status).contains("\"state\":\"resting\"").contains("\"lastError\"");
  }

  private static String status(Registry registry) {
    return registry.get("/v2/_sluice/sync").answers(200).text();
  }

  @RegistryTest(config = SyncConfigs.NONE)
  void itsLimitIsPassedOnAndKept(Registry registry) {
    var app = app(registry);
    upstream.limitNext(1, "30");
    var limited = blames(app.getManifest("1").send(), 429, "TOOMANYREQUESTS");
    assertThat(Integer.parseInt(limited.header("Retry-After"))).isBetween(29, 30);

    blames(app.getManifest("1").send(), 429, "TOOMANYREQUESTS");
    assertThat(upstream.requests()).hasSize(1);
    assertThat(status(registry)).contains("\"state\":\"limited\"");
  }

  @RegistryTest(config = SyncConfigs.NONE)
  void whatIsLeftOfItsLimitIsShown(Registry registry) {
    var app = app(registry);
    upstream.header("ratelimit-limit", "100;w=21600");
    upstream.header("ratelimit-remaining", "76;w=21600");
    app.getManifest("1").answers(200);
    assertThat(status(registry)).contains("\"rateLimit\":{\"remaining\":76,\"limit\":100}");
  }

  @RegistryTest(config = SyncConfigs.NONE)
  void oneThatDoesNotLetUsInIsABadGatewayThatSaysSo(Registry registry) {
    upstream.requireBasic("somebody", "else");
    var answer = blames(app(registry).getManifest("1").send(), 502, "UNAVAILABLE");
    assertThat(answer.errorMessage()).contains("wants a login, and none is configured");
  }

  @RegistryTest(config = SyncConfigs.NONE)
  void aWebPageIsNoManifestAndNoBlob(Registry registry) {
    var app = app(registry);
    upstream.is(Mood.WEB_PAGES);
    blames(app.getManifest("1").send(), 502, "UNAVAILABLE");
    blames(app.getBlob(image.config().digest()).send(), 502, "UNAVAILABLE");
    registry.leavesNothingBehind();
  }

  @RegistryTest(config = SyncConfigs.NONE)
  void anotherManifestThanThatOfTheDigestIsRefused(Registry registry) {
    var app = app(registry);
    upstream.is(Mood.OTHER_BYTES);
    blames(app.getManifest(image.digest()).send(), 502, "UNAVAILABLE");
    upstream.heal();
    app.getManifest(image.digest()).answers(200).expectBody(image.manifest().bytes());
  }

  @RegistryTest(config = SyncConfigs.NONE)
  void whatHasNoUpstreamIsNotAskedForAnywhere(Registry registry) {
    registry.reconfigure(
        SyncConfigs.of(
            java.util.List.of(),
            java.util.List.of(SyncConfigs.registry(upstream, ", content: [{prefix: 'team/**'}]"))));
    assertThat(registry.repository("alpine").getManifest("1").answers(404).errorCode())
        .isEqualTo("MANIFEST_UNKNOWN");
    registry.repository("alpine").getBlob(image.config().digest()).answers(404);
    assertThat(upstream.requests()).isEmpty();
    registry.repository("team/app").getManifest("1").answers(200);
  }
}
