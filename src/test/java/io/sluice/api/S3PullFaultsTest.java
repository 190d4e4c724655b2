package io.sluice.api;

import static io.sluice.testkit.Eventually.eventually;
import static io.sluice.testkit.s3.S3Operation.GET_OBJECT;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.OverS3;
import io.sluice.testkit.Payload;
import io.sluice.testkit.RawConnection;
import io.sluice.testkit.Registry;
import io.sluice.testkit.Repository;
import io.sluice.testkit.s3.FaultyS3;
import java.util.concurrent.CompletableFuture;

/** Pulls while S3 has its troubles: the client gets every byte, or sees that it did not. */
class S3PullFaultsTest {
  private static final int SIZE = 6_500_000;

  /** More than all the sockets' buffers between the store and the client can hold. */
  private static final int HUGE = 60_000_000;

  private static RawConnection pulling(Registry registry, Repository app, Payload payload) {
    return registry.connectNarrow().request("GET " + app.path("blobs/" + payload.digest()));
  }

  @OverS3
  void aPullGoesOnWhereTheStoreBreaksOff(Registry registry, FaultyS3 s3) {
    var app = registry.repository("team/app");
    var payload = Payload.ofSize(SIZE);
    app.push(payload);
    var cuts = s3.on(GET_OBJECT).cutAnswerAfter(1_000_000);

    app.getBlob(payload.digest()).answers(200).expectBody(payload);
    app.getBlob(payload.digest())
        .header("Range", "bytes=100-6000099")
        .answers(206)
        .expectBody(payload.slice(100, 6_000_100));

    assertThat(cuts.hits()).isEqualTo(7 + 6);
  }

  @OverS3
  void aStoreThatBreaksOffAtTheSameByteTwiceNeverMakesAGoodEnd(Registry registry, FaultyS3 s3) {
    var app = registry.repository("team/app");
    var payload = Payload.ofSize(SIZE);
    app.push(payload);
    s3.on(GET_OBJECT).next(1).cutAnswerAfter(1_000_000);
    s3.on(GET_OBJECT).cutAnswerAfterHead();

    try (var connection = pulling(registry, app, payload)) {
      assertThat(connection.readUntilClosed()).isBetween(1_000_000L, 1_001_000L);
    }
  }

  @OverS3(impatient = true)
  void aPullThatTheStoreAbandonsIsCut(Registry registry, FaultyS3 s3) {
    var app = registry.repository("team/app");
    var payload = Payload.ofSize(SIZE);
    app.push(payload);
    s3.on(GET_OBJECT).next(1).cutAnswerAfter(1_000_000);
    s3.on(GET_OBJECT).cutAnswerAfter(0);

    try (var connection = pulling(registry, app, payload)) {
      assertThat(connection.readUntilClosed()).isBetween(1_000_000L, 1_001_000L);
    }
  }

  @OverS3
  void aPullGoesOnAfterAnOutage(Registry registry, FaultyS3 s3) {
    var app = registry.repository("team/app");
    var payload = Payload.ofSize(HUGE);
    app.push(payload);
    s3.reset();

    try (var connection = pulling(registry, app, payload)) {
      eventually(() -> s3.bytesAnswered(GET_OBJECT), it -> assertThat(it).isPositive());
      s3.outage();
      var answer = CompletableFuture.supplyAsync(connection::read);
      eventually(s3::turnedAway, it -> assertThat(it).isGreaterThanOrEqualTo(3));
      s3.recover();

      answer.join().expect(200).expectBody(payload);
    }
  }

  @OverS3
  void aClientThatStandsStillIsNotReadAheadFor(Registry registry, FaultyS3 s3) {
    var app = registry.repository("team/app");
    var payload = Payload.ofSize(HUGE);
    app.push(payload);
    s3.reset();

    try (var connection = pulling(registry, app, payload)) {
      long answered = settled(s3);

      assertThat(answered).isBetween(1L, HUGE / 2L);
      connection.read().expect(200).expectBody(payload);
    }
    assertThat(s3.bytesAnswered(GET_OBJECT)).isEqualTo(HUGE);
  }

  @OverS3
  void aClientThatGoesAwayTakesTheReadAlong(Registry registry, FaultyS3 s3) {
    var app = registry.repository("team/app");
    var payload = Payload.ofSize(HUGE);
    app.push(payload);
    s3.reset();

    var connection = pulling(registry, app, payload);
    eventually(() -> s3.bytesAnswered(GET_OBJECT), it -> assertThat(it).isPositive());
    connection.cut();

    eventually(s3::inFlight, it -> assertThat(it).isZero());
    assertThat(s3.bytesAnswered(GET_OBJECT)).isLessThan(HUGE);
    assertThat(s3.requests(GET_OBJECT)).isOne();
  }

  @OverS3(impatient = true)
  void aStoreThatHangsDoesNotKeepAReadWhoseClientHasGone(Registry registry, FaultyS3 s3) {
    var app = registry.repository("team/app");
    var payload = Payload.ofSize(SIZE);
    app.push(payload);
    var hanging = s3.on(GET_OBJECT).hang();

    var connection = pulling(registry, app, payload);
    eventually(hanging::hits, it -> assertThat(it).isOne());
    connection.cut();
    s3.heal();

    app.getBlob(payload.digest()).answers(200).expectBody(payload);
  }

  /** What the store has sent when it doesn't get on any more for a while. */
  private static long settled(FaultyS3 s3) {
    var last = new long[] {-1, 0};
    eventually(
        () -> s3.bytesAnswered(GET_OBJECT),
        now -> {
          last[1] = now > 0 && now == last[0] ? last[1] + 1 : 0;
          last[0] = now;
          assertThat(last[1]).as("looks at %s bytes", now).isGreaterThan(50);
        });
    return last[0];
  }
}
