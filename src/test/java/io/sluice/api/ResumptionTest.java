package io.sluice.api;

import static io.sluice.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.Payload;
import io.sluice.testkit.Registry;
import io.sluice.testkit.RegistryTest;
import java.util.List;

/** Uploads survive their connections, their requests, and the process. */
class ResumptionTest {
  private static final String PARK_SOON = "{sluice: {uploads: {parkAfter: 50ms}}}";

  @RegistryTest
  void aCutUploadGoesOnFromTheOffsetThatTheRegistryReports(Registry registry) {
    var app = registry.repository("team/app");
    for (int cut : new int[] {1_000, 100_000, 2_500_000}) {
      var payload = Payload.ofSize(3_000_000);
      var upload = app.startUpload();
      upload.sendThenCut(payload, 0, cut);
      long offset = upload.offset();
      assertThat(offset).isEqualTo(cut);
      upload.send(payload, offset, 3_000_000).finish(payload.digest());
      app.getBlob(payload.digest()).answers(200).expectBody(payload);
    }
    registry.leavesNothingBehind();
  }

  @RegistryTest
  void anUploadMayBeCutAgainAndAgain(Registry registry) {
    var app = registry.repository("team/app");
    var payload = Payload.ofSize(2_000_000);
    var upload = app.startUpload();
    for (int at = 0; at < 1_900_000; at += 190_000) {
      upload.sendThenCut(payload, at, at + 190_000);
    }
    upload.put(payload.digest()).body(payload.slice(1_900_000, 2_000_000)).answers(201);
    app.getBlob(payload.digest()).answers(200).expectBody(payload);
    registry.leavesNothingBehind();
  }

  @RegistryTest
  void aCutStreamGoesOnToo(Registry registry) {
    var app = registry.repository("team/app");
    var payload = Payload.ofSize(500_000);
    var upload = app.startUpload();
    var connection =
        registry.connect().request("PATCH " + upload.location(), "Transfer-Encoding: chunked");
    connection.send(Integer.toHexString(200_000) + "\r\n").send(payload.slice(0, 150_000));
    eventually(upload::offset, offset -> assertThat(offset).isEqualTo(150_000));
    connection.cut();
    upload.send(payload, 150_000, 500_000).finish(payload.digest());
    app.getBlob(payload.digest()).answers(200).expectBody(payload);
  }

  @RegistryTest
  void aCutFinalPutMayBeRepeated(Registry registry) {
    var app = registry.repository("team/app");
    var payload = Payload.ofSize(500_000);
    var upload = app.startUpload();
    var connection =
        registry
            .connect()
            .request(
                "PUT " + upload.location() + "?digest=" + payload.digest(),
                "Content-Length: 500000")
            .send(payload.slice(0, 300_000));
    eventually(upload::offset, offset -> assertThat(offset).isEqualTo(300_000));
    connection.cut();
    upload
        .put(payload.digest())
        .header("Content-Range", "300000-499999")
        .body(payload.slice(300_000, 500_000))
        .answers(201);
    app.getBlob(payload.digest()).answers(200).expectBody(payload);
  }

  @RegistryTest
  void anUploadGoesOnAfterARestart(Registry registry) {
    var app = registry.repository("team/app");
    for (int before : new int[] {0, 10, 60_000, 100_000, 1_048_576, 2_500_000}) {
      var payload = Payload.ofSize(3_000_000);
      var upload = app.startUpload();
      if (before > 0) {
        upload.send(payload, 0, before);
      }
      registry.restart();
      assertThat(upload.offset()).isEqualTo(before);
      upload.send(payload, before, 3_000_000).finish(payload.digest());
      app.getBlob(payload.digest()).answers(200).expectBody(payload);
    }
    registry.leavesNothingBehind();
    assertThat(registry.storage().keys()).noneMatch(key -> key.startsWith("/uploads/"));
  }

  @RegistryTest
  void severalRestartsAreSurvivedToo(Registry registry) {
    var payload = Payload.ofSize(1_200_000);
    var upload = registry.repository("team/app").startUpload();
    for (int at = 0; at < 1_200_000; at += 300_000) {
      upload.send(payload, at, at + 300_000);
      registry.restart();
    }
    upload.finish(payload.digest());
    registry.repository("team/app").getBlob(payload.digest()).answers(200).expectBody(payload);
    registry.leavesNothingBehind();
  }

  @RegistryTest
  void afterARestartAWrongDigestIsStillFound(Registry registry) {
    var payload = Payload.ofSize(1_200_000);
    var app = registry.repository("team/app");
    var upload = app.startUpload().send(payload, 0, 1_200_000);
    registry.restart();
    var wrong = Payload.of("wrong").digest();
    var answer = upload.put(wrong).answers(400);
    assertThat(answer.errorCode()).isEqualTo("DIGEST_INVALID");
    app.getBlob(wrong).answers(404);
    registry.leavesNothingBehind();
    assertThat(registry.storage().keys()).noneMatch(key -> key.startsWith("/data/"));
  }

  @RegistryTest
  void aSha512UploadGoesOnAfterARestart(Registry registry) {
    var payload = Payload.ofSize(1_200_000);
    var app = registry.repository("team/app");
    var upload = app.startUpload().send(payload, 0, 700_000);
    registry.restart();
    upload.send(payload, 700_000, 1_200_000).finish(payload.sha512());
    app.getBlob(payload.sha512()).answers(200).expectBody(payload);
  }

  @RegistryTest(config = "{sluice: {shutdown: {timeout: 100ms}}}")
  void whatCameBeforeAStopIsKeptAlsoOfARequestThatItCutOff(Registry registry) {
    var payload = Payload.ofSize(2_000_000);
    var app = registry.repository("team/app");
    var upload = app.startUpload();
    try (var connection = upload.beginPatch(2_000_000).send(payload.slice(0, 1_500_000))) {
      eventually(upload::offset, offset -> assertThat(offset).isEqualTo(1_500_000));
      registry.restart();
      connection.readUntilClosed();
    }
    assertThat(upload.offset()).isEqualTo(1_500_000);
    upload.send(payload, 1_500_000, 2_000_000).finish(payload.digest());
    app.getBlob(payload.digest()).answers(200).expectBody(payload);
    registry.leavesNothingBehind();
  }

  @RegistryTest
  void whatIsUnderWayWhenAStopBeginsMayEnd(Registry registry) {
    var payload = Payload.ofSize(2_000_000);
    var app = registry.repository("team/app");
    var upload = app.startUpload();
    try (var connection = upload.beginPatch(2_000_000).send(payload.slice(0, 1_000_000))) {
      eventually(upload::offset, offset -> assertThat(offset).isEqualTo(1_000_000));
      var restart = java.util.concurrent.CompletableFuture.runAsync(registry::restart);
      connection.send(payload.slice(1_000_000, 2_000_000));
      connection.read().expect(202);
      restart.join();
    }
    upload.finish(payload.digest());
    app.getBlob(payload.digest()).answers(200).expectBody(payload);
  }

  @RegistryTest(config = PARK_SOON)
  void anUploadThatRestsGivesItsMemoryBackAndGoesOn(Registry registry) {
    var app = registry.repository("team/app");
    for (int before : new int[] {10, 100_000, 2_500_000}) {
      var payload = Payload.ofSize(3_000_000);
      var upload = app.startUpload().send(payload, 0, before);
      eventually(
          registry::status,
          status -> {
            assertThat(status.uploads()).as("%s", status).isZero();
            assertThat(status.memoryUsed()).as("%s", status).isZero();
          });
      assertThat(upload.offset()).isEqualTo(before);
      upload.send(payload, before, 3_000_000).finish(payload.digest());
      app.getBlob(payload.digest()).answers(200).expectBody(payload);
    }
    registry.leavesNothingBehind();
    assertThat(registry.storage().keys()).noneMatch(key -> key.startsWith("/uploads/"));
  }

  @RegistryTest(config = PARK_SOON)
  void aParkedUploadMayBeCancelledAndLeavesNothing(Registry registry) {
    var payload = Payload.ofSize(2_500_000);
    var upload = registry.repository("team/app").startUpload().send(payload, 0, 2_000_000);
    eventually(registry::status, status -> assertThat(status.uploads()).isZero());
    upload.cancel().answers(204);
    registry.leavesNothingBehind();
    assertThat(registry.storage().keys()).containsExactly("/format.json");
  }

  @RegistryTest
  void aSecondRequestTakesTheUploadOver(Registry registry) {
    var payload = Payload.ofSize(1_000_000);
    var app = registry.repository("team/app");
    var upload = app.startUpload();
    try (var stuck = upload.beginPatch(1_000_000).send(payload.slice(0, 400_000))) {
      eventually(upload::offset, offset -> assertThat(offset).isEqualTo(400_000));
      upload.send(payload, 400_000, 1_000_000);
      var answer = stuck.read().expect(400);
      assertThat(answer.errorCode()).isEqualTo("BLOB_UPLOAD_INVALID");
      assertThat(answer.errorMessage()).contains("another request");
    }
    upload.finish(payload.digest());
    app.getBlob(payload.digest()).answers(200).expectBody(payload);
    registry.leavesNothingBehind();
  }

  @RegistryTest
  void ofRequestsAtOnceNoneHarmsTheUpload(Registry registry) {
    var payload = Payload.ofSize(1_000_000);
    var app = registry.repository("team/app");
    var upload = app.startUpload();
    var answers =
        java.util.stream.IntStream.range(0, 6)
            .mapToObj(
                _ -> upload.patch().header("Content-Range", "0-999999").body(payload).sendAsync())
            .toList();
    var statuses = answers.stream().map(answer -> answer.join().status()).toList();
    assertThat(statuses).allMatch(status -> List.of(202, 400, 416).contains(status));
    long offset = upload.offset();
    if (offset < 1_000_000) {
      upload.send(payload, offset, 1_000_000);
    }
    upload.finish(payload.digest());
    app.getBlob(payload.digest()).answers(200).expectBody(payload);
    registry.leavesNothingBehind();
  }

  @RegistryTest
  void aFinishTakesTheUploadOverFromARequestThatIsStuck(Registry registry) {
    var payload = Payload.ofSize(300_000);
    var app = registry.repository("team/app");
    var upload = app.startUpload();
    try (var stuck = upload.beginPatch(1_000_000).send(payload.bytes())) {
      eventually(upload::offset, offset -> assertThat(offset).isEqualTo(300_000));
      upload.finish(payload.digest());
      stuck.read().expect(400);
    }
    app.getBlob(payload.digest()).answers(200).expectBody(payload);
    registry.leavesNothingBehind();
  }

  @RegistryTest(config = "{sluice: {uploads: {memory: 16MiB}}}")
  void moreUploadsThanMemoryAllCome(Registry registry) {
    var app = registry.repository("team/app");
    var payloads =
        java.util.stream.Stream.generate(() -> Payload.ofSize(3_000_000)).limit(24).toList();
    var answers =
        payloads.stream()
            .map(payload -> app.startUpload().put(payload.digest()).body(payload).sendAsync())
            .toList();
    answers.forEach(answer -> answer.join().expect(201));
    payloads.forEach(payload -> app.getBlob(payload.digest()).answers(200).expectBody(payload));
    assertThat(registry.status().memoryPeak()).isLessThanOrEqualTo(16 << 20);
    registry.leavesNothingBehind();
  }
}
