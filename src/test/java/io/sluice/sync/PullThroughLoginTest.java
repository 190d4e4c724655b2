package io.sluice.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.Answer;
import io.sluice.testkit.Certificates;
import io.sluice.testkit.Registry;
import io.sluice.testkit.RegistryTest;
import io.sluice.testkit.Repository;
import io.sluice.testkit.StoreKind;
import io.sluice.testkit.upstream.RemoteImage;
import io.sluice.testkit.upstream.ScriptedUpstream;
import io.sluice.testkit.upstream.ScriptedUpstream.Protocol;
import io.sluice.testkit.upstream.SyncConfigs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** Upstreams that want to know who asks, or that speak TLS: from the files to the client. */
class PullThroughLoginTest {
  private static final String PASSWORD = "Correct-Horse-7731";

  @TempDir private Path folder;

  private Path logins() {
    return folder.resolve("logins.json");
  }

  private void login(ScriptedUpstream upstream, String password) throws IOException {
    Files.writeString(
        logins(),
        "{\"%s\": {\"username\": \"robot\", \"password\": \"%s\"}}"
            .formatted(upstream.host(), password));
  }

  /** Takes the configuration and its files over. */
  private Repository app(Registry registry, ScriptedUpstream upstream, String more) {
    registry.reconfigure(
        """
        extensions: {sync: {downloadDir: $STORES/spool, credentialsFile: %s, registries: [%s]}}
        sluice: {sync: {prefetch: false, missTtl: 0s}}
        """
            .formatted(logins(), SyncConfigs.registry(upstream, more)));
    return registry.repository("team/app");
  }

  /** What is told of the upstream, which must hold no secret. */
  private static String status(Registry registry) {
    var status = registry.get("/v2/_sluice/sync").answers(200).text();
    hasNoSecret(status);
    return status;
  }

  private static void hasNoSecret(String text) {
    var pair = Registry.basic("robot", PASSWORD).substring("Basic ".length());
    assertThat(text).doesNotContain(PASSWORD, pair, "signature");
  }

  @RegistryTest(config = SyncConfigs.NONE, on = StoreKind.MEMORY)
  void aLoginIsShownToItsHostAndNotWhereThatSendsUs(Registry registry) throws IOException {
    try (var upstream = ScriptedUpstream.start();
        var cdn = ScriptedUpstream.start()) {
      var image = upstream.image("team/app", "1", 100_000);
      upstream.requireBasic("robot", PASSWORD);
      upstream.redirectBlobsTo(cdn);
      login(upstream, PASSWORD);
      var app = app(registry, upstream, "");

      PullThroughTest.pull(app, "1", image);
      PullThroughTest.isWhole(registry, app, image);
      assertThat(upstream.requests()).anyMatch(it -> it.header("Authorization").isPresent());
      assertThat(cdn.requests()).hasSize(2);
      assertThat(cdn.requests()).noneMatch(it -> it.header("Authorization").isPresent());

      var late = upstream.image("team/app", "2", 100);
      cdn.stop();
      var failed = app.getBlob(late.config().digest()).answers(502);
      hasNoSecret(failed.text());
      assertThat(status(registry)).contains("lastError");
    }
  }

  @RegistryTest(config = SyncConfigs.NONE, on = StoreKind.MEMORY)
  void aNewLoginInTheFileIsUsedAfterAReload(Registry registry) throws IOException {
    try (var upstream = ScriptedUpstream.start()) {
      var image = upstream.image("team/app", "1", 100_000);
      upstream.requireBasic("robot", PASSWORD);
      login(upstream, "the old one");
      var refused = app(registry, upstream, "").getManifest("1").answers(502);
      assertThat(refused.errorDetail().getString("upstream")).isEqualTo(upstream.host());
      assertThat(refused.text()).doesNotContain("the old one");

      login(upstream, PASSWORD);
      PullThroughTest.pull(app(registry, upstream, ""), "1", image);
      status(registry);
    }
  }

  @RegistryTest(config = SyncConfigs.NONE, on = StoreKind.MEMORY)
  void tokensAreAskedForWithTheLogin(Registry registry) throws IOException {
    try (var upstream = ScriptedUpstream.start()) {
      var image = upstream.image("team/app", "1", 100_000, 200_000);
      var issuer = upstream.requireTokens().user("robot", PASSWORD);
      login(upstream, PASSWORD);
      var app = app(registry, upstream, "");

      PullThroughTest.pull(app, "1", image);
      assertThat(issuer.asked()).containsExactly("repository:team/app:pull");
      assertThat(upstream.requestsTo("/v2/"))
          .filteredOn(it -> it.header("Authorization").isPresent())
          .allSatisfy(it -> assertThat(it.header("Authorization").get()).startsWith("Bearer "));

      issuer.revoke();
      var late = upstream.image("team/app", "2", 100);
      PullThroughTest.pull(app, "2", late);
      status(registry);
    }
  }

  @RegistryTest(config = SyncConfigs.NONE, on = StoreKind.MEMORY)
  void anAuthorityOfOurOwnIsTrustedWhereItIsConfigured(Registry registry) throws IOException {
    try (var upstream = ScriptedUpstream.start(Protocol.HTTPS)) {
      var image = upstream.image("team/app", "1", 100_000);
      Files.writeString(logins(), "{}");
      var stranger = app(registry, upstream, "").getManifest("1").answers(502);
      assertThat(reason(stranger)).contains("TLS: its certificate is not trusted: ");
      assertThat(stranger.errorDetail().getString("upstream")).isEqualTo(upstream.host());

      pullsTrusting(registry, upstream, image);
      assertThat(upstream.requests()).allMatch(it -> it.protocol().equals("HTTP_1_1"));
    }
  }

  private static String reason(Answer answer) {
    return answer.errorDetail().getString("reason");
  }

  private void pullsTrusting(Registry registry, ScriptedUpstream upstream, RemoteImage image)
      throws IOException {
    Files.writeString(logins(), "{}");
    var trusted = Files.createDirectories(folder.resolve("trusted"));
    Files.writeString(trusted.resolve("ca.crt"), Certificates.shared().pem());
    var app = app(registry, upstream, ", certDir: \"" + trusted + "\"");
    PullThroughTest.pull(app, "1", image);
    PullThroughTest.isWhole(registry, app, image);
  }

  @RegistryTest(
      config = SyncConfigs.NONE,
      on = {StoreKind.FS, StoreKind.S3})
  void anUpstreamThatSpeaksHttp2IsPulledFromByIt(Registry registry) throws IOException {
    try (var upstream = ScriptedUpstream.start(Protocol.HTTP2)) {
      var image = upstream.image("team/app", "1", 100, 100_000, 5_000_000);
      pullsTrusting(registry, upstream, image);
      assertThat(upstream.requests()).allMatch(it -> it.protocol().equals("HTTP_2"));
      assertThat(upstream.requestsFor(image.layers().getLast().digest())).hasSize(1);
    }
  }
}
