package io.sluice.api;

import static io.sluice.testkit.Eventually.eventually;
import static io.sluice.testkit.s3.S3Operation.ABORT_MULTIPART_UPLOAD;
import static io.sluice.testkit.s3.S3Operation.COMPLETE_MULTIPART_UPLOAD;
import static io.sluice.testkit.s3.S3Operation.LIST_OBJECTS_V2;
import static io.sluice.testkit.s3.S3Operation.PUT_OBJECT;
import static io.sluice.testkit.s3.S3Operation.UPLOAD_PART;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.Answer;
import io.sluice.testkit.OverS3;
import io.sluice.testkit.Payload;
import io.sluice.testkit.Registry;
import io.sluice.testkit.s3.FaultyS3;
import io.sluice.testkit.s3.Refusal;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Pushes while S3 has its troubles: they succeed, or fail clearly and leave nothing. */
class S3PushFaultsTest {
  /** Several parts of 8 MiB. */
  private static final int LARGE = 30_000_000;

  @OverS3
  void aStoreThatIsTooBusyMakesPushesSlowerAndFailsNone(Registry registry, FaultyS3 s3) {
    var app = registry.repository("team/app");
    var payloads = Stream.generate(() -> Payload.ofSize(12_000_000)).limit(6).toList();
    var busy =
        List.of(
            s3.on(UPLOAD_PART).next(10).refuse(Refusal.slowDown()),
            s3.on(PUT_OBJECT).next(8).refuse(Refusal.slowDown()),
            s3.on(LIST_OBJECTS_V2).next(8).refuse(Refusal.serviceUnavailable()));

    var pushes =
        payloads.stream()
            .map(it -> app.startUpload().put(it.digest()).body(it).sendAsync())
            .toList();

    pushes.forEach(push -> push.join().expect(201));
    assertThat(busy).extracting(it -> it.hits()).containsExactly(10, 8, 8);
    payloads.forEach(it -> app.getBlob(it.digest()).answers(200).expectBody(it));
  }

  @OverS3
  void partsThatAreCutInTheMiddleAreSentAgain(Registry registry, FaultyS3 s3) {
    var app = registry.repository("team/app");
    var payload = Payload.ofSize(LARGE);
    var cuts = s3.on(UPLOAD_PART).next(5).cutRequestAfter(1_000_000);

    app.startUpload().put(payload.digest()).body(payload).answers(201);

    assertThat(cuts.hits()).isEqualTo(5);
    app.getBlob(payload.digest()).answers(200).expectBody(payload);
  }

  @OverS3
  void callsWhoseAnswersAreLostAreMadeAgain(Registry registry, FaultyS3 s3) {
    var app = registry.repository("team/app");
    var payload = Payload.ofSize(10_000_000);
    for (var operation : List.of(UPLOAD_PART, PUT_OBJECT, COMPLETE_MULTIPART_UPLOAD)) {
      s3.on(operation).next(1).cutAnswerAfter(0);
    }

    app.startUpload().put(payload.digest()).body(payload).answers(201);
    var image = app.pushImage("1.4");

    app.getBlob(payload.digest()).answers(200).expectBody(payload);
    app.getManifest("1.4").answers(200).expectBody(image.payload());
  }

  @OverS3
  void aStoreThatTakesSecondsForACallOnlyTakesLonger(Registry registry, FaultyS3 s3) {
    var app = registry.repository("team/app");
    var payload = Payload.ofSize(10_000_000);
    var slow = s3.on().next(6).delay(Duration.ofMillis(1500));

    app.startUpload().put(payload.digest()).body(payload).answers(201);

    assertThat(slow.hits()).isEqualTo(6);
    s3.on().next(2).delay(Duration.ofMillis(1500));
    app.getBlob(payload.digest()).answers(200).expectBody(payload);
  }

  @OverS3
  void aCompletionThatInTruthSucceededIsRecognised(Registry registry, FaultyS3 s3) {
    var app = registry.repository("team/app");
    var payload = Payload.ofSize(10_000_000);
    s3.on(COMPLETE_MULTIPART_UPLOAD).next(1).refuseAfterwards(Refusal.internalError());

    app.startUpload().put(payload.digest()).body(payload).answers(201);

    assertThat(s3.requests(COMPLETE_MULTIPART_UPLOAD)).isEqualTo(2);
    app.getBlob(payload.digest()).answers(200).expectBody(payload);
  }

  @OverS3
  void aCompletionThatFailsAfterItBeganWithSuccessIsMadeAgain(Registry registry, FaultyS3 s3) {
    var app = registry.repository("team/app");
    var payload = Payload.ofSize(10_000_000);
    s3.on(COMPLETE_MULTIPART_UPLOAD).next(2).refuse(Refusal.internalErrorAfterStatus200());

    app.startUpload().put(payload.digest()).body(payload).answers(201);

    assertThat(s3.requests(COMPLETE_MULTIPART_UPLOAD)).isEqualTo(3);
    app.getBlob(payload.digest()).answers(200).expectBody(payload);
  }

  @OverS3(impatient = true)
  void aCompletionThatNeverSucceedsFailsThePushAndLeavesNothing(Registry registry, FaultyS3 s3) {
    var app = registry.repository("team/app");
    var payload = Payload.ofSize(10_000_000);
    s3.on(COMPLETE_MULTIPART_UPLOAD).refuse(Refusal.internalError());

    var answer = app.startUpload().put(payload.digest()).body(payload).send();

    requireUnavailable(answer);
    app.getBlob(payload.digest()).answers(404);
    registry.leavesNothingBehind();
    assertThat(s3.requests(ABORT_MULTIPART_UPLOAD)).isOne();
    assertThat(registry.storage().keys()).noneMatch(key -> key.startsWith("/data/"));
  }

  @OverS3
  void aPushGoesOnAfterAnOutage(Registry registry, FaultyS3 s3) {
    var app = registry.repository("team/app");
    var payload = Payload.ofSize(LARGE);
    var upload = app.startUpload();
    try (var connection = upload.beginPatch(LARGE).send(payload.slice(0, 20_000_000))) {
      eventually(() -> s3.requests(UPLOAD_PART), it -> assertThat(it).isPositive());
      s3.outage();
      long before = s3.turnedAway();
      var rest =
          CompletableFuture.runAsync(() -> connection.send(payload.slice(20_000_000, LARGE)));
      eventually(s3::turnedAway, it -> assertThat(it).isGreaterThanOrEqualTo(before + 4));

      s3.recover();

      rest.join();
      connection.read().expect(202);
    }
    upload.finish(payload.digest());
    app.getBlob(payload.digest()).answers(200).expectBody(payload);
  }

  @OverS3
  void anOutageOfHalfAMinuteIsSurvivedToo(Registry registry, FaultyS3 s3) {
    var app = registry.repository("team/app");
    var payload = Payload.ofSize(LARGE);
    var upload = app.startUpload();
    try (var connection = upload.beginPatch(LARGE).send(payload.slice(0, 20_000_000))) {
      eventually(() -> s3.requests(UPLOAD_PART), it -> assertThat(it).isPositive());
      s3.outage();
      var over =
          CompletableFuture.runAsync(
              s3::recover, CompletableFuture.delayedExecutor(30, TimeUnit.SECONDS));
      connection.send(payload.slice(20_000_000, LARGE));
      over.join();
      connection.read().expect(202);
    }
    upload.finish(payload.digest());
    app.getBlob(payload.digest()).answers(200).expectBody(payload);
  }

  @OverS3(impatient = true)
  void anOutageThatLastsTooLongFailsThePushClearly(Registry registry, FaultyS3 s3) {
    var app = registry.repository("team/app");
    var kept = Payload.ofSize(LARGE);
    app.push(kept);
    var payload = Payload.ofSize(LARGE);
    var upload = app.startUpload();
    s3.reset();
    try (var connection = upload.beginPatch(LARGE).send(payload.slice(0, 20_000_000))) {
      // Not earlier: an upload whose beginning was never answered is found by its age only.
      eventually(() -> s3.requests(UPLOAD_PART), it -> assertThat(it).isPositive());
      s3.outage();

      requireUnavailable(connection.read());
    }

    s3.recover();
    app.getBlob(kept.digest()).answers(200).expectBody(kept);
    app.push(payload);
    app.getBlob(payload.digest()).answers(200).expectBody(payload);
  }

  @OverS3(impatient = true)
  void aStoreThatNeverAnswersHoldsNobodyForLong(Registry registry, FaultyS3 s3) {
    var app = registry.repository("team/app");
    var payloads = Stream.generate(() -> Payload.ofSize(9_000_000)).limit(5).toList();
    s3.on(UPLOAD_PART).hang();

    payloads.stream()
        .map(it -> app.startUpload().put(it.digest()).body(it).sendAsync())
        .toList()
        .forEach(push -> requireUnavailable(push.join()));

    s3.heal();
    payloads.forEach(app::push);
    payloads.forEach(it -> app.getBlob(it.digest()).answers(200).expectBody(it));
  }

  /** What happens to small blobs and manifests, of which each is one object. */
  @OverS3(impatient = true)
  void whatWasAcknowledgedBeforeAnOutageIsThereAfterIt(Registry registry, FaultyS3 s3) {
    var app = registry.repository("team/app");
    var before = app.pushImage("before");
    s3.outage();
    var blob = Payload.ofSize(1000);

    requireUnavailable(app.startUpload().put(blob.digest()).body(blob).send());
    requireUnavailable(app.putManifest("during", before).send());

    s3.recover();
    app.getManifest("before").answers(200).expectBody(before.payload());
    app.getManifest("during").answers(404);
    app.getBlob(blob.digest()).answers(404);
    app.putManifest("during", before).answers(201);
    app.getManifest("during").answers(200).expectBody(before.payload());
  }

  private static void requireUnavailable(Answer answer) {
    answer.expect(503);
    assertThat(answer.errorCode()).isEqualTo("UNAVAILABLE");
    assertThat(answer.errorMessage()).startsWith("the storage can't do this now: ");
  }
}
