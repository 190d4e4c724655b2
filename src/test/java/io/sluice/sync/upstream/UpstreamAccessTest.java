package io.sluice.sync.upstream;

import static io.sluice.sync.upstream.Client.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Await;
import io.sluice.config.Secret;
import io.sluice.sync.login.Login;
import io.sluice.sync.login.LoginSource;
import io.sluice.sync.upstream.UpstreamFailure.Kind;
import io.sluice.testkit.WatchedLog;
import io.sluice.testkit.upstream.RemoteImage;
import io.sluice.testkit.upstream.ScriptedUpstream;
import io.vertx.core.Future;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(WatchedLog.class)
class UpstreamAccessTest {
  private static final String PASSWORD = "correct horse";

  private final ScriptedUpstream upstream = ScriptedUpstream.start();
  private final ScriptedUpstream other = ScriptedUpstream.start();
  private final Client client = Client.of(upstream);
  private final RemoteImage image = upstream.image("team/app", "1", 1_000);

  @AfterEach
  void stop() {
    client.close();
    other.close();
    upstream.close();
  }

  @Test
  void aTokenIsGotForWhatWeAskAndNotForWhatTheUpstreamNames() {
    var issuer = upstream.requireTokens();
    assertThat(client.manifest("team/app", "1").digest()).isEqualTo(image.digest());
    assertThat(issuer.asked()).containsExactly("repository:team/app:pull");
    assertThat(upstream.requests())
        .extracting(it -> it.method() + " " + it.path())
        .containsExactly(
            "GET /v2/team/app/manifests/1", "GET /token", "GET /v2/team/app/manifests/1");
    assertThat(upstream.requestsTo("/token").getFirst().header("Authorization")).isEmpty();
  }

  @Test
  void anAccessTokenIsATokenAsWell() {
    upstream.requireTokens().as("access_token").lifetime(0);
    assertThat(client.manifest("team/app", "1").digest()).isEqualTo(image.digest());
  }

  @Test
  void aTokenIsUsedAgainAndOtherRepositoriesGetTheirsWithoutAsking() {
    var issuer = upstream.requireTokens();
    upstream.image("team/other", "1", 10);
    client.manifest("team/app", "1");
    client.bytes("team/app", image.config().digest(), 0);
    client.manifest("team/other", "1");
    client.get(Upstream::catalog);

    assertThat(issuer.asked())
        .containsExactly(
            "repository:team/app:pull", "repository:team/other:pull", "registry:catalog:*");
    assertThat(upstream.requests()).hasSize(1 + 4 + 3);
  }

  @Test
  void aHundredRequestsAtOnceGetOneToken() {
    var issuer = upstream.requireTokens();
    client.manifest("team/app", "1");
    client.pass(Duration.ofMinutes(10));
    var all = new ArrayList<Future<?>>();
    for (int i = 0; i < 100; i++) {
      all.add(client.ask(it -> it.manifest("team/app", image.digest())));
    }
    Await.result(Future.join(all));
    assertThat(issuer.asked()).hasSize(2);
  }

  @Test
  void aTokenIsRenewedBeforeItRunsOut() {
    var issuer = upstream.requireTokens().lifetime(100);
    client.manifest("team/app", "1");
    client.pass(Duration.ofSeconds(89));
    client.manifest("team/app", "1");
    assertThat(issuer.asked()).hasSize(1);
    client.pass(Duration.ofSeconds(2));
    client.manifest("team/app", "1");
    assertThat(issuer.asked()).hasSize(2);
  }

  @Test
  void aTokenThatIsNotTakenAnyMoreIsReplacedOnce() {
    var issuer = upstream.requireTokens();
    client.manifest("team/app", "1");
    issuer.revoke();
    assertThat(client.manifest("team/app", "1").digest()).isEqualTo(image.digest());
    assertThat(issuer.asked()).hasSize(2);
  }

  @Test
  void theLoginIsShownToTheTokenServiceOnly() {
    upstream.requireTokens().user("ci", PASSWORD);
    client.login(upstream.host(), "ci", PASSWORD);
    client.manifest("team/app", "1");
    assertThat(upstream.requests())
        .extracting(it -> it.header("Authorization").map(text -> text.substring(0, 5)).orElse(""))
        .containsExactly("", "Basic", "Beare");
  }

  @Test
  void whoeverHasNoLoginIsRefused() {
    upstream.requireTokens().user("ci", PASSWORD);
    var failure = failure(() -> client.manifest("team/app", "1"));
    assertThat(failure.kind()).isEqualTo(Kind.REFUSED);
    // Another token for nobody would be no better.
    assertThat(upstream.requestsTo("/token")).hasSize(1);
  }

  @Test
  void aLoginThatIsNotTakenIsFetchedAnewOnceAndNeverShown() {
    upstream.requireTokens().user("ci", PASSWORD);
    var refused = new AtomicInteger();
    client.login(upstream.host(), changing(refused, "old secret", PASSWORD));
    assertThat(client.manifest("team/app", "1").digest()).isEqualTo(image.digest());
    assertThat(refused).hasValue(1);

    upstream.requireTokens().dismiss("ci");
    client.pass(Duration.ofHours(1));
    var failure = failure(() -> client.manifest("team/app", "1"));
    assertThat(failure.kind()).isEqualTo(Kind.REFUSED);
    assertThat(failure.getMessage()).doesNotContain(PASSWORD, "secret");
    assertThat(client.status().toString()).doesNotContain(PASSWORD, "secret");
  }

  @Test
  void aLoginThatCanNotBeHadIsARefusalThatSaysWhy() {
    upstream.requireBasic("ci", PASSWORD);
    client.login(upstream.host(), () -> Future.failedFuture("the helper is not there"));
    var failure = failure(() -> client.manifest("team/app", "1"));
    assertThat(failure.kind()).isEqualTo(Kind.REFUSED);
    assertThat(failure).hasMessageContaining("the helper is not there");
  }

  @Test
  void basicIsRememberedForTheHost() {
    upstream.requireBasic("ci", PASSWORD);
    client.login(upstream.host(), "ci", PASSWORD);
    client.manifest("team/app", "1");
    client.head("team/app", "1");
    assertThat(upstream.requests()).extracting("method").containsExactly("GET", "GET", "HEAD");
  }

  @Test
  void basicWithoutOrWithAWrongLoginIsRefused() {
    upstream.requireBasic("ci", PASSWORD);
    assertThat(failure(() -> client.manifest("team/app", "1")).kind()).isEqualTo(Kind.REFUSED);
    client.login(upstream.host(), "ci", "wrong");
    try (var wrong = Client.of(upstream).login(upstream.host(), "ci", "wrong")) {
      assertThat(failure(() -> wrong.manifest("team/app", "1")).kind()).isEqualTo(Kind.REFUSED);
    }
    // Once without, once with it, once with it fetched anew.
    assertThat(upstream.requests()).hasSize(1 + 3);
  }

  @Test
  void aTokenServiceElsewhereGetsNoLogin() {
    var issuer = upstream.requireTokensOf(other, other.url());
    client.login(upstream.host(), "ci", PASSWORD);
    client.manifest("team/app", "1");
    assertThat(issuer.asked()).hasSize(1);
    assertThat(other.requests()).allSatisfy(it -> assertThat(it.header("Authorization")).isEmpty());
  }

  @Test
  void aTokenServiceElsewhereGetsTheLoginThatTheOperatorHasNamedForIt() {
    upstream.requireTokensOf(other, other.otherUrl()).user("ci", PASSWORD);
    client.login(URI.create(other.otherUrl()).getAuthority(), "ci", PASSWORD);
    assertThat(client.manifest("team/app", "1").digest()).isEqualTo(image.digest());
  }

  @Test
  void theTokenServicesOfWellKnownUpstreamsAreKnown() {
    assertThat(known("https://registry-1.docker.io", "https://auth.docker.io")).isTrue();
    assertThat(known("https://registry.gitlab.com", "https://gitlab.com")).isTrue();
    assertThat(known("https://registry.gitlab.com", "https://auth.docker.io")).isFalse();
    assertThat(known("https://registry-1.docker.io", "https://auth.docker.io:8443")).isFalse();
    assertThat(known("https://registry.test", "https://registry.test")).isTrue();
    assertThat(known("https://registry.test", "https://registry.test:444")).isFalse();
    assertThat(known("https://registry.test", "http://registry.test:443")).isFalse();
  }

  private static boolean known(String upstream, String realm) {
    return Authorizer.isItsOwn(Origin.of(URI.create(upstream)), Origin.of(URI.create(realm)));
  }

  @Test
  void aTokenServiceOnANetworkOfAnotherKindIsNotAsked() {
    upstream.requireTokensOf(other, "http://169.254.169.254");
    assertThat(failure(() -> client.manifest("team/app", "1")))
        .hasMessageContaining("169.254.169.254")
        .extracting(UpstreamFailure::kind)
        .isEqualTo(Kind.LYING);
  }

  @Test
  void aTokenServiceThatRedirectsGetsNoLoginThere() {
    upstream.requireTokens().user("ci", PASSWORD);
    upstream.redirect("/token", other.otherUrl() + "/token?service=scripted&scope=x");
    client.login(upstream.host(), "ci", PASSWORD);
    assertThat(failure(() -> client.manifest("team/app", "1")).kind()).isEqualTo(Kind.REFUSED);
    assertThat(other.requests())
        .isNotEmpty()
        .allSatisfy(it -> assertThat(it.header("Authorization")).isEmpty());
  }

  @Test
  void anEndlessOrSenselessTokenIsALie() {
    upstream.requireTokens().answers("{\"token\":\"" + "x".repeat(70_000) + "\"}");
    assertThat(failure(() -> client.manifest("team/app", "1")).kind()).isEqualTo(Kind.LYING);
    upstream.requireTokens().answers("{\"token\":\"two\\r\\nlines\"}");
    assertThat(failure(() -> client.manifest("team/app", "1")).kind()).isEqualTo(Kind.LYING);
    upstream.requireTokens().answers("<html>");
    assertThat(failure(() -> client.manifest("team/app", "1")).kind()).isEqualTo(Kind.LYING);
  }

  @Test
  void blobsAreFollowedToAnotherHostWithoutCredentials() {
    upstream.requireTokens().user("ci", PASSWORD);
    upstream.redirectBlobsTo(other, other.otherUrl());
    client.login(upstream.host(), "ci", PASSWORD);
    var layer = image.layers().getFirst();

    assertThat(client.bytes("team/app", layer.digest(), 0)).isEqualTo(layer.bytes());
    assertThat(client.bytes("team/app", layer.digest(), 500)).hasSize(500);
    long size = client.get(it -> it.blobSize("team/app", layer.digest()));
    assertThat(size).isEqualTo(1_000);
    assertThat(other.requests())
        .hasSize(3)
        .allSatisfy(it -> assertThat(it.header("Authorization")).isEmpty())
        .allSatisfy(it -> assertThat(it.target()).contains("signature=secret"));
    assertThat(other.requests().get(1).header("Range")).contains("bytes=500-");
    assertThat(other.requests().getFirst().header("Host"))
        .contains(URI.create(other.otherUrl()).getAuthority());
  }

  @Test
  void aRedirectLeadsToNoNetworkOfAnotherKind() {
    var layer = image.layers().getFirst().digest();
    for (var target :
        new String[] {
          "http://10.0.0.1",
          "http://192.168.1.1:8080",
          "http://169.254.169.254",
          "http://[fd00::1]",
          "http://[::ffff:10.0.0.1]",
          "http://100.64.0.1",
          "http://0.0.0.0:5000"
        }) {
      upstream.redirectBlobsTo(target);
      var failure = failure(() -> client.blob("team/app", layer, 0));
      assertThat(failure.kind()).as(target).isEqualTo(Kind.LYING);
      assertThat(failure).hasMessageContaining("another kind").hasMessageNotContainingAny("secret");
    }
  }

  @Test
  void redirectsThatGoRoundEnd() {
    upstream.redirect("/round", "/round");
    upstream.redirectManifestsTo("/round?");
    upstream.redirect("/round/v2/team/app/manifests/1", "/round");
    upstream.redirectManifestsTo(upstream.url() + "/round");
    assertThat(failure(() -> client.manifest("team/app", "1")))
        .hasMessageContaining("more than 5 times")
        .extracting(UpstreamFailure::kind)
        .isEqualTo(Kind.LYING);
  }

  @Test
  void aRedirectToNowhereIsALie() {
    for (var target : new String[] {"ftp://registry.test", "http://ci:secret@127.0.0.1", "::"}) {
      upstream.redirectManifestsTo(target);
      assertThat(failure(() -> client.manifest("team/app", "1")).kind()).isEqualTo(Kind.LYING);
    }
  }

  @Test
  void whatFailsBehindARedirectIsNamedWithoutItsSignature() {
    upstream.redirectBlobsTo(other, other.otherUrl());
    var layer = image.layers().getFirst().digest();
    other.failNext(1, 403);
    var failure = failure(() -> client.blob("team/app", layer, 0));
    assertThat(failure.kind()).isEqualTo(Kind.FAILING);
    assertThat(failure)
        .hasMessageContaining("403")
        .hasMessageContaining("localhost")
        .hasMessageNotContainingAny("secret");
  }

  private static LoginSource changing(AtomicInteger refused, String first, String second) {
    return new LoginSource() {
      @Override
      public Future<Optional<Login>> login() {
        return Future.succeededFuture(
            Optional.of(new Login("ci", new Secret(refused.get() == 0 ? first : second))));
      }

      @Override
      public void refused() {
        refused.incrementAndGet();
      }
    };
  }
}
