package io.sluice.sync.upstream;

import static io.sluice.sync.upstream.Client.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Await;
import io.sluice.sync.upstream.UpstreamFailure.Kind;
import io.sluice.sync.upstream.UpstreamStatus.RateLimit;
import io.sluice.sync.upstream.UpstreamStatus.State;
import io.sluice.testkit.WatchedLog;
import io.sluice.testkit.upstream.Mood;
import io.sluice.testkit.upstream.RemoteImage;
import io.sluice.testkit.upstream.ScriptedUpstream;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(WatchedLog.class)
class UpstreamTroubleTest {
  private final ScriptedUpstream upstream = ScriptedUpstream.start();
  private final ScriptedUpstream mirror = ScriptedUpstream.start();
  private final Client client = Client.of(upstream, mirror);
  private final Client alone = Client.of(upstream);
  private final RemoteImage image = upstream.image("app", "1", 1_000);

  @AfterEach
  void stop() {
    client.close();
    alone.close();
    mirror.close();
    upstream.close();
  }

  @Test
  void whatIsThereIsNotAskedOfMirrors() {
    client.manifest("app", "1");
    String name = client.get(it -> Future.succeededFuture(it.name()));
    assertThat(name).isEqualTo(upstream.host());
    assertThat(mirror.requests()).isEmpty();
  }

  @Test
  void aMirrorIsAskedWhenTheUpstreamFails() {
    var there = mirror.image("app", "1", 10);
    upstream.failNext(1, 502);
    assertThat(client.manifest("app", "1").digest()).isEqualTo(there.digest());
    upstream.limitNext(1, "60");
    assertThat(client.manifest("app", "1").digest()).isEqualTo(there.digest());
    client.pass(Duration.ofSeconds(61));
    upstream.is(Mood.WEB_PAGES);
    assertThat(client.manifest("app", "1").digest()).isEqualTo(there.digest());
    upstream.stop();
    assertThat(client.manifest("app", "1").digest()).isEqualTo(there.digest());
  }

  @Test
  void itIsNotFoundOnlyWhenNobodyHasIt() {
    assertThat(failure(() -> client.manifest("app", "2")).kind()).isEqualTo(Kind.NOT_FOUND);
    assertThat(mirror.requests()).hasSize(1);
    mirror.failNext(1, 500);
    assertThat(failure(() -> client.manifest("app", "2")).kind()).isEqualTo(Kind.FAILING);
    upstream.failNext(1, 500);
    assertThat(failure(() -> client.manifest("app", "2")).kind()).isEqualTo(Kind.FAILING);
    var there = mirror.image("app", "2", 10);
    assertThat(client.manifest("app", "2").digest()).isEqualTo(there.digest());
  }

  @Test
  void anUpstreamThatIsDownIsUnreachable() {
    upstream.stop();
    var failure = failure(() -> alone.manifest("app", "1"));
    assertThat(failure.kind()).isEqualTo(Kind.UNREACHABLE);
    assertThat(failure).hasMessage(upstream.host() + " refuses connections");
  }

  @Test
  void aNameThatDoesNotResolveIsUnreachable() {
    try (var nowhere = Client.ofUrl("http://registry.invalid")) {
      var failure = failure(() -> nowhere.manifest("app", "1"));
      assertThat(failure.kind()).isEqualTo(Kind.UNREACHABLE);
      assertThat(failure).hasMessageContaining("does not resolve");
    }
  }

  @Test
  void anUpstreamThatIsBackIsUsedAgain() {
    alone.manifest("app", "1");
    upstream.stop();
    assertThat(failure(() -> alone.manifest("app", "1")).kind()).isEqualTo(Kind.UNREACHABLE);
    upstream.up();
    assertThat(alone.manifest("app", "1").digest()).isEqualTo(image.digest());
  }

  @Test
  void anAnswerThatDoesNotComeIsUnreachable() {
    upstream.is(Mood.SILENT);
    try (var hasty = Client.of(upstream).patience(Duration.ofMillis(200), Duration.ofSeconds(10))) {
      assertThat(failure(() -> hasty.manifest("app", "1")))
          .hasMessage(upstream.host() + " does not answer within 200 ms")
          .extracting(UpstreamFailure::kind)
          .isEqualTo(Kind.UNREACHABLE);
    }
  }

  @Test
  void aConnectionThatWasClosedWhileItWasIdleIsNoFailure() {
    alone.manifest("app", "1");
    upstream.hangUpNext(1);
    assertThat(alone.manifest("app", "1").digest()).isEqualTo(image.digest());
    assertThat(upstream.requests()).hasSize(3);
    upstream.hangUpNext(2);
    assertThat(failure(() -> alone.manifest("app", "1")).kind()).isEqualTo(Kind.UNREACHABLE);
  }

  @Test
  void aLimitIsKeptUntilItsTimeHasPassed() {
    upstream.limitNext(1, "120");
    var failure = failure(() -> alone.manifest("app", "1"));
    assertThat(failure.kind()).isEqualTo(Kind.LIMITED);
    assertThat(failure.retryAfter()).contains(Duration.ofMinutes(2));

    alone.pass(Duration.ofSeconds(100));
    var again = failure(() -> alone.head("app", "1"));
    assertThat(again.kind()).isEqualTo(Kind.LIMITED);
    assertThat(again.retryAfter().orElseThrow()).isBetween(seconds(15), seconds(20));
    assertThat(alone.status().state()).isEqualTo(State.LIMITED);
    assertThat(upstream.requests()).hasSize(1);

    alone.pass(Duration.ofSeconds(20));
    assertThat(alone.manifest("app", "1").digest()).isEqualTo(image.digest());
    assertThat(alone.status().state()).isEqualTo(State.OPEN);
  }

  private static Duration seconds(int seconds) {
    return Duration.ofSeconds(seconds);
  }

  @Test
  void whatIsLeftOfTheRateLimitIsKnown() {
    assertThat(alone.status().rateLimit()).isEmpty();
    upstream.header("ratelimit-limit", "100;w=21600");
    upstream.header("ratelimit-remaining", "98;w=21600");
    alone.head("app", "1");
    assertThat(alone.status().rateLimit()).contains(new RateLimit(98, 100));
  }

  @Test
  void anUpstreamThatFailsAgainAndAgainRests() {
    upstream.failNext(6, 503);
    for (int i = 0; i < 5; i++) {
      failure(() -> alone.manifest("app", "1"));
    }
    var failure = failure(() -> alone.manifest("app", "1"));
    assertThat(failure.kind()).isEqualTo(Kind.FAILING);
    assertThat(failure.retryAfter().orElseThrow()).isBetween(seconds(1), seconds(5));
    assertThat(upstream.requests()).hasSize(5);
    var status = alone.status();
    assertThat(status.state()).isEqualTo(State.RESTING);
    assertThat(status.until().orElseThrow()).isAfter(Instant.now());
    assertThat(status.lastError().orElseThrow().text()).contains("status 503");
    assertThat(status.failures()).isEqualTo(5);

    alone.pass(Duration.ofSeconds(5));
    assertThat(failure(() -> alone.manifest("app", "1"))).hasMessageContaining("503");
    alone.pass(Duration.ofSeconds(5));
    assertThat(failure(() -> alone.manifest("app", "1")).retryAfter()).isPresent();
    alone.pass(Duration.ofSeconds(5));
    assertThat(alone.manifest("app", "1").digest()).isEqualTo(image.digest());
    assertThat(alone.status().state()).isEqualTo(State.OPEN);
  }

  @Test
  void anUpstreamWhoseBlobsAreCutAgainAndAgainRests() {
    upstream.cutBlobsAfter(10);
    var layer = image.layers().getFirst().digest();
    for (int i = 0; i < 5; i++) {
      failure(() -> Await.result(alone.read(alone.blob("app", layer, 0))));
    }
    assertThat(alone.status().state()).isEqualTo(State.RESTING);
  }

  @Test
  void whatIsMissingIsNoFailure() {
    for (int i = 0; i < 10; i++) {
      assertThat(failure(() -> alone.manifest("app", "2")).kind()).isEqualTo(Kind.NOT_FOUND);
    }
    var status = alone.status();
    assertThat(status.state()).isEqualTo(State.OPEN);
    assertThat(status.failures()).isZero();
    assertThat(status.requests()).isEqualTo(10);
    assertThat(status.lastError()).isEmpty();
  }

  @Test
  void theStatusTellsOfMirrorsAsWell() {
    mirror.image("app", "1", 10);
    upstream.failNext(1, 500);
    client.manifest("app", "1");
    var status = client.status();
    assertThat(status.host()).isEqualTo(upstream.host());
    assertThat(status.failures()).isEqualTo(1);
    assertThat(status.mirrors())
        .singleElement()
        .satisfies(it -> assertThat(it.host()).isEqualTo(mirror.host()))
        .satisfies(it -> assertThat(it.requests()).isEqualTo(1))
        .satisfies(it -> assertThat(it.failures()).isZero());
  }

  @Test
  void requestsAreNoMoreThanSoManyInASecond() {
    try (var paced = Client.of(upstream).perSecond(20)) {
      long begun = System.nanoTime();
      var all = new ArrayList<Future<?>>();
      for (int i = 0; i < 11; i++) {
        all.add(paced.ask(it -> it.head("app", image.digest())));
      }
      Await.result(Future.join(all));
      assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofMillis(480));
    }
  }
}
