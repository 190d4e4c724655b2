package io.sluice.sync;

import static io.sluice.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.events.Event;
import io.sluice.events.Event.Stage;
import io.sluice.testkit.Answer;
import io.sluice.testkit.Registry;
import io.sluice.testkit.RegistryTest;
import io.sluice.testkit.Repository;
import io.sluice.testkit.StoreKind;
import io.sluice.testkit.upstream.Mood;
import io.sluice.testkit.upstream.RemoteBlob;
import io.sluice.testkit.upstream.RemoteImage;
import io.sluice.testkit.upstream.ScriptedUpstream;
import io.sluice.testkit.upstream.SyncConfigs;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A blob that is given to clients while it is fetched. */
class SpooledPullTest {
  private static final int SIZE = 5_000_000;
  private static final int HALF = SIZE / 2;

  private ScriptedUpstream upstream;
  private RemoteImage image;
  private RemoteBlob layer;

  @BeforeEach
  void startUpstream() {
    upstream = ScriptedUpstream.start();
    image = upstream.image("team/app", "1", SIZE);
    layer = image.layers().getFirst();
  }

  @AfterEach
  void stopUpstream() {
    upstream.close();
  }

  /** Without prefetching, so that nothing happens but what a client asks for. */
  private Repository pullingFrom(Registry registry) {
    registry.reconfigure(SyncConfigs.with("prefetch: false", upstream));
    return registry.repository("team/app");
  }

  @RegistryTest(config = SyncConfigs.NONE)
  void whatHasComeIsSentBeforeTheRestHas(Registry registry) {
    var app = pullingFrom(registry);
    upstream.hold(layer.digest());
    upstream.release(layer.digest(), HALF);

    try (var client = app.getBlob(layer.digest()).reads(200)) {
      assertThat(client.next(HALF - 1)).isEqualTo(layer.read(0, HALF - 1));
      upstream.release(layer.digest());
      assertThat(client.rest()).isEqualTo(layer.read(HALF - 1, SIZE - HALF + 1));
    }
    PullThroughTest.has(registry, app, layer);
  }

  @RegistryTest(config = SyncConfigs.NONE)
  void whoeverComesLaterReadsAlongFromTheBeginning(Registry registry) {
    var app = pullingFrom(registry);
    upstream.hold(layer.digest());
    upstream.release(layer.digest(), HALF);

    try (var first = app.getBlob(layer.digest()).reads(200)) {
      first.next(HALF - 1);
      try (var second = app.getBlob(layer.digest()).reads(200)) {
        assertThat(second.next(HALF - 1)).isEqualTo(layer.read(0, HALF - 1));
        upstream.release(layer.digest());
        assertThat(second.rest()).isEqualTo(layer.read(HALF - 1, SIZE - HALF + 1));
      }
      assertThat(first.rest()).hasSize(SIZE - HALF + 1);
    }
    assertThat(upstream.requestsFor(layer.digest())).hasSize(1);
  }

  @RegistryTest(config = SyncConfigs.NONE)
  void aRangeIsSentWhenItsBytesHaveCome(Registry registry) {
    var app = pullingFrom(registry);
    upstream.hold(layer.digest());
    upstream.release(layer.digest(), HALF);

    try (var whole = app.getBlob(layer.digest()).reads(200)) {
      whole.next(1000);
      var range = app.getBlob(layer.digest()).header("Range", "bytes=1000-1999").answers(206);
      range.expectBody(layer.read(1000, 1000));
      assertThat(range.header("Content-Range")).isEqualTo("bytes 1000-1999/" + SIZE);

      var later =
          app.getBlob(layer.digest()).header("Range", "bytes=" + (SIZE - 100) + "-").sendAsync();
      app.getBlob(layer.digest()).header("Range", "bytes=" + SIZE + "-").answers(416);
      upstream.release(layer.digest());
      later.join().expect(206).expectBody(layer.read(SIZE - 100, 100));
    }
    assertThat(upstream.requestsFor(layer.digest())).hasSize(1);
  }

  @RegistryTest(config = SyncConfigs.NONE)
  void aHundredClientsCostTheUpstreamOneDownload(Registry registry) {
    var app = pullingFrom(registry);
    upstream.hold(layer.digest());
    var pulls =
        IntStream.range(0, 100).mapToObj(_ -> app.getBlob(layer.digest()).sendAsync()).toList();
    eventually(
        () -> registry.get("/v2/_sluice/sync").answers(200).json().getJsonArray("downloads"),
        downloads -> {
          assertThat(downloads).hasSize(1);
          assertThat(downloads.getJsonObject(0).getInteger("readers")).isEqualTo(100);
        });
    upstream.release(layer.digest());

    pulls.stream().map(CompletableFuture::join).forEach(answer -> isLayer(answer));
    assertThat(upstream.requestsFor(layer.digest())).hasSize(1);
  }

  private void isLayer(Answer answer) {
    answer.expect(200);
    assertThat(Arrays.equals(answer.body(), layer.bytes())).isTrue();
  }

  @RegistryTest(config = SyncConfigs.NONE)
  void theDownloadGoesOnWhenAllClientsHaveLeft(Registry registry) {
    var app = pullingFrom(registry);
    upstream.hold(layer.digest());
    upstream.release(layer.digest(), HALF);
    var client = app.getBlob(layer.digest()).reads(200);
    client.next(1000);
    client.close();

    upstream.release(layer.digest());
    PullThroughTest.has(registry, app, layer);
    assertThat(upstream.requestsFor(layer.digest())).hasSize(1);
  }

  @RegistryTest(config = SyncConfigs.NONE)
  void aConnectionThatBreaksIsGoneOnWithWhereItBroke(Registry registry) {
    var app = pullingFrom(registry);
    upstream.cutBlobsAfter(1_000_000);

    isLayer(app.getBlob(layer.digest()).answers(200));

    // What had come to us, and not yet to the spool, when a connection broke, comes again.
    var from =
        upstream.requestsFor(layer.digest()).stream()
            .map(request -> request.header("Range"))
            .map(range -> range.map(SpooledPullTest::start).orElse(0L))
            .toList();
    assertThat(from).isSorted().startsWith(0L).hasSizeBetween(5, 10);
    assertThat(from.getLast()).isBetween(4_000_000L, SIZE - 1L);
    PullThroughTest.has(registry, app, layer);
  }

  private static long start(String range) {
    return Long.parseLong(range.replaceAll("\\D", ""));
  }

  @RegistryTest(config = SyncConfigs.NONE)
  void anUpstreamWithoutRangesIsReadAgainFromTheStart(Registry registry) {
    var app = pullingFrom(registry);
    upstream.is(Mood.WITHOUT_RANGES);
    upstream.cutNextBlobAfter(1_000_000);

    isLayer(app.getBlob(layer.digest()).answers(200));
    assertThat(upstream.requestsFor(layer.digest())).hasSize(2);
  }

  @RegistryTest(config = SyncConfigs.NONE)
  void otherBytesThanThoseOfTheDigestNeverEndWell(Registry registry) {
    var app = pullingFrom(registry);
    upstream.is(Mood.OTHER_BYTES);
    upstream.hold(layer.digest());
    upstream.release(layer.digest(), HALF);

    var client = app.getBlob(layer.digest()).reads(200);
    client.next(1000);
    upstream.release(layer.digest());
    client.isCut();

    var failed =
        registry.events().await(Event.Synced.class, event -> event.stage() == Stage.FAILED);
    assertThat(failed.error()).get().asString().contains(" as " + layer.digest());
    registry.leavesNothingBehind();
    assertThat(registry.storage().keys()).noneMatch(key -> key.contains(layer.digest().hex()));

    upstream.heal();
    isLayer(app.getBlob(layer.digest()).answers(200));
  }

  @RegistryTest(config = SyncConfigs.NONE)
  void aBlobOfUnknownLengthIsSentWhenItIsAllThere(Registry registry) {
    var app = pullingFrom(registry);
    upstream.is(Mood.UNKNOWN_LENGTH);

    var answer = app.getBlob(layer.digest()).answers(200);
    isLayer(answer);
    assertThat(answer.header("Content-Length")).isEqualTo("" + SIZE);
  }

  @RegistryTest(config = SyncConfigs.NONE + "\nsluice: {sync: {spool: 64Mi}}")
  void aBlobThatNeverEndsIsGivenUp(Registry registry) {
    var app = pullingFrom(registry);
    upstream.is(Mood.ENDLESS_BODIES);
    app.getBlob(layer.digest()).answers(503);
    registry.leavesNothingBehind();
  }

  @RegistryTest(config = SyncConfigs.NONE)
  void theDownloadIsToldOf(Registry registry) {
    var app = pullingFrom(registry);
    isLayer(app.getBlob(layer.digest()).answers(200));

    var finished =
        registry.events().await(Event.Synced.class, event -> event.stage() == Stage.FINISHED);
    assertThat(finished.reference()).isEqualTo(layer.digest());
    assertThat(finished.upstream()).isEqualTo(upstream.host());
    assertThat(finished.received()).isEqualTo(SIZE);
    assertThat(finished.size()).contains((long) SIZE);
    assertThat(registry.events().all(Event.Synced.class))
        .extracting(Event.Synced::stage)
        .startsWith(Stage.STARTED);
  }

  @RegistryTest(
      config = SyncConfigs.NONE,
      on = {StoreKind.FS, StoreKind.S3})
  void oneThatReadsSlowlyHoldsNobodyUp(Registry registry) {
    var app = pullingFrom(registry);
    var large = upstream.blob(RemoteBlob.ofSize(40_000_000));
    try (var slow = app.getBlob(large.digest()).reads(200)) {
      slow.next(1000);
      var fast = app.getBlob(large.digest()).answers(200);
      assertThat(Arrays.equals(fast.body(), large.bytes())).isTrue();
      PullThroughTest.has(registry, app, large);
      assertThat(Arrays.equals(slow.rest(), large.read(1000, 40_000_000 - 1000))).isTrue();
    }
    assertThat(upstream.requestsFor(large.digest())).hasSize(1);
  }

  @RegistryTest(config = SyncConfigs.NONE + "\nsluice: {sync: {spool: 64Mi}}")
  void whenRoomIsWantedASlowReaderGetsTheRestFromTheStore(Registry registry) {
    var app = pullingFrom(registry);
    var first = upstream.blob(RemoteBlob.ofSize(40_000_000));
    var second = upstream.blob(RemoteBlob.ofSize(40_000_000));
    try (var slow = app.getBlob(first.digest()).reads(200)) {
      slow.next(1000);
      PullThroughTest.has(registry, app, first);

      var other = app.getBlob(second.digest()).answers(200);
      assertThat(Arrays.equals(other.body(), second.bytes())).isTrue();
      assertThat(Arrays.equals(slow.rest(), first.read(1000, 40_000_000 - 1000))).isTrue();
    }
    assertThat(upstream.requestsFor(first.digest())).hasSize(1);
    registry.leavesNothingBehind();
  }
}
