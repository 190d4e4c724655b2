package io.sluice.sync.upstream;

import static io.sluice.sync.upstream.Client.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Await;
import io.sluice.sync.upstream.UpstreamFailure.Kind;
import io.sluice.testkit.Eventually;
import io.sluice.testkit.WatchedLog;
import io.sluice.testkit.upstream.Mood;
import io.sluice.testkit.upstream.RemoteBlob;
import io.sluice.testkit.upstream.ScriptedUpstream;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(WatchedLog.class)
class UpstreamBlobTest {
  private static final int SIZE = 300_000;

  private final ScriptedUpstream upstream = ScriptedUpstream.start();
  private final Client client = Client.of(upstream);
  private final RemoteBlob blob = upstream.blob(RemoteBlob.ofSize(SIZE));

  @AfterEach
  void stop() {
    client.close();
    upstream.close();
  }

  @Test
  void aBlobComesAsAStreamOfAllItsBytes() {
    var stream = client.blob("app", blob.digest(), 0);
    assertThat(stream.offset()).isZero();
    assertThat(stream.total()).hasValue(SIZE);
    assertThat(Await.result(client.read(stream)).getBytes()).isEqualTo(blob.bytes());
  }

  @Test
  void aBlobComesFromAnOffsetOn() {
    var stream = client.blob("app", blob.digest(), 100_000);
    assertThat(stream.offset()).isEqualTo(100_000);
    assertThat(stream.total()).hasValue(SIZE);
    assertThat(Await.result(client.read(stream)).getBytes()).isEqualTo(tail(100_000));
    assertThat(upstream.requestsFor(blob.digest()).getFirst().header("Range"))
        .contains("bytes=100000-");
  }

  @Test
  void whereThereAreNoRangesTheBeginningIsLeftOut() {
    upstream.is(Mood.WITHOUT_RANGES);
    assertThat(client.bytes("app", blob.digest(), 100_000)).isEqualTo(tail(100_000));
    upstream.is(Mood.UNKNOWN_LENGTH);
    assertThat(client.bytes("app", blob.digest(), 1)).isEqualTo(tail(1));
  }

  @Test
  void whereThereAreNoRangesTheBeginningIsLeftOutAlsoForWhoeverReadsByPieces() {
    upstream.is(Mood.WITHOUT_RANGES);
    var stream = client.blob("app", blob.digest(), 100_000);
    var read = new AtomicLong();
    client.on(
        () -> {
          stream
              .body()
              .handler(
                  buffer -> {
                    read.addAndGet(buffer.length());
                    stream.body().fetch(1);
                  });
          stream.body().fetch(1);
        });
    Eventually.eventually(read::get, it -> assertThat(it).isEqualTo(SIZE - 100_000));
  }

  @Test
  void anotherRangeThanTheOneAskedForIsALie() {
    upstream.is(Mood.WRONG_RANGES);
    assertThat(failure(() -> client.bytes("app", blob.digest(), 5)).kind()).isEqualTo(Kind.LYING);
  }

  @Test
  void theFirstByteComesBeforeTheLastHasLeft() {
    upstream.hold(blob.digest());
    var stream = client.blob("app", blob.digest(), 0);
    var read = new AtomicLong();
    client.on(() -> stream.body().handler(it -> read.addAndGet(it.length())).resume());

    upstream.release(blob.digest(), 1_000);
    Eventually.eventually(read::get, it -> assertThat(it).isEqualTo(1_000));
    upstream.release(blob.digest());
    Eventually.eventually(read::get, it -> assertThat(it).isEqualTo(SIZE));
  }

  @Test
  void aPausedStreamHoldsTheUpstreamBackAndIsNotTakenForOneThatStandsStill() {
    var large = upstream.blob(RemoteBlob.ofSize(64 << 20));
    try (var hasty = Client.of(upstream).patience(Duration.ofSeconds(10), Duration.ofMillis(100))) {
      var stream = hasty.blob("app", large.digest(), 0);
      // Others are served meanwhile, for longer than a body may stand still.
      long until = System.nanoTime() + Duration.ofMillis(400).toNanos();
      while (System.nanoTime() - until < 0) {
        assertThat(hasty.bytes("app", blob.digest(), 0)).hasSize(SIZE);
      }
      var read = new AtomicLong();
      hasty.on(() -> stream.body().handler(it -> read.addAndGet(it.length())).resume());
      Eventually.eventually(read::get, it -> assertThat(it).isEqualTo(64 << 20));
    }
  }

  @Test
  void aBodyThatStandsStillIsGivenUp() {
    upstream.hold(blob.digest());
    try (var hasty = Client.of(upstream).patience(Duration.ofSeconds(10), Duration.ofMillis(100))) {
      var stream = hasty.blob("app", blob.digest(), 0);
      var reading = hasty.read(stream);
      upstream.release(blob.digest(), 1_000);
      var failure = failure(() -> Await.result(reading));
      assertThat(failure.kind()).isEqualTo(Kind.UNREACHABLE);
      assertThat(failure).hasMessageContaining("stands still");
    }
  }

  @Test
  void aCutIsAFailureAndTheRestCanBeHadByRange() {
    upstream.cutNextBlobAfter(100_000);
    upstream.hold(blob.digest());
    var reading = client.read(client.blob("app", blob.digest(), 0));
    upstream.release(blob.digest());
    var failure = failure(() -> Await.result(reading));
    assertThat(failure.kind()).isEqualTo(Kind.UNREACHABLE);
    assertThat(failure).hasMessageContaining("after 100000 bytes");
    assertThat(client.bytes("app", blob.digest(), 100_000)).isEqualTo(tail(100_000));
  }

  @Test
  void whoeverBeginsToReadAfterTheCutIsToldOfIt() {
    upstream.cutNextBlobAfter(1_000);
    var stream = client.blob("app", blob.digest(), 0);
    Eventually.eventually(client::status, it -> assertThat(it.failures()).isEqualTo(1));
    assertThat(failure(() -> Await.result(client.read(stream))).kind()).isEqualTo(Kind.UNREACHABLE);
  }

  @Test
  void aBodyThatIsShorterThanAnnouncedIsAFailure() {
    upstream.is(Mood.SHORT_BODIES);
    var stream = client.blob("app", blob.digest(), 0);
    assertThat(failure(() -> Await.result(client.read(stream)))).isNotNull();
  }

  @Test
  void whatIsSentBeyondTheAnnouncedLengthIsNoAnswerToTheNextRequest() {
    upstream.is(Mood.LONG_BODIES);
    for (int i = 0; i < 5; i++) {
      assertThat(client.bytes("app", blob.digest(), 0)).isEqualTo(blob.bytes());
    }
  }

  @Test
  void aBodyOfUnknownLengthSaysSo() {
    upstream.is(Mood.UNKNOWN_LENGTH);
    var stream = client.blob("app", blob.digest(), 0);
    assertThat(stream.total()).isEmpty();
    assertThat(Await.result(client.read(stream)).getBytes()).isEqualTo(blob.bytes());
  }

  @Test
  void whoeverHasEnoughOfAnEndlessBodyCancelsIt() {
    upstream.is(Mood.ENDLESS_BODIES);
    var stream = client.blob("app", blob.digest(), 0);
    var read = new AtomicLong();
    var afterwards = new AtomicLong();
    client.on(
        () ->
            stream
                .body()
                .handler(
                    buffer -> {
                      if (read.get() > SIZE) {
                        afterwards.incrementAndGet();
                      } else if (read.addAndGet(buffer.length()) > SIZE) {
                        stream.cancel().run();
                      }
                    })
                .exceptionHandler(_ -> afterwards.incrementAndGet())
                .resume());
    Eventually.eventually(read::get, it -> assertThat(it).isGreaterThan(SIZE));
    upstream.heal();
    assertThat(client.bytes("app", blob.digest(), 0)).isEqualTo(blob.bytes());
    assertThat(afterwards).hasValue(0);
    assertThat(client.status().failures()).isZero();
  }

  @Test
  void whatIsCompressedOrAWebPageIsNoBlob() {
    upstream.is(Mood.GZIP);
    assertThat(failure(() -> client.blob("app", blob.digest(), 0)).kind()).isEqualTo(Kind.LYING);
    upstream.is(Mood.WEB_PAGES);
    assertThat(failure(() -> client.blob("app", blob.digest(), 0)).kind()).isEqualTo(Kind.LYING);
  }

  @Test
  void aBlobThatIsNotThereIsNotFound() {
    var other = RemoteBlob.ofSize(10);
    assertThat(failure(() -> client.blob("app", other.digest(), 0)).kind())
        .isEqualTo(Kind.NOT_FOUND);
    assertThat(failure(() -> client.get(it -> it.blobSize("app", other.digest()))).kind())
        .isEqualTo(Kind.NOT_FOUND);
  }

  @Test
  void theSizeOfABlobIsToldWithoutSendingIt() {
    long size = client.get(it -> it.blobSize("app", blob.digest()));
    assertThat(size).isEqualTo(SIZE);
    upstream.is(Mood.UNKNOWN_LENGTH);
    assertThat(failure(() -> client.get(it -> it.blobSize("app", blob.digest()))).kind())
        .isEqualTo(Kind.LYING);
  }

  private byte[] tail(int from) {
    return Arrays.copyOfRange(blob.bytes(), from, SIZE);
  }
}
