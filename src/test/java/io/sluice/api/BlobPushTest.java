package io.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.Payload;
import io.sluice.testkit.Registry;
import io.sluice.testkit.RegistryTest;

/** end-4, end-5, end-6, end-13: uploads of blobs. */
class BlobPushTest {

  @RegistryTest
  void anUploadBeginsWithWhereToGoOn(Registry registry) {
    var app = registry.repository("team/app");
    for (var path : new String[] {"blobs/uploads/", "blobs/uploads"}) {
      var answer = registry.post(app.path(path)).answers(202);
      assertThat(answer.header("Location")).matches("/v2/team/app/blobs/uploads/[0-9a-f]{32}");
      assertThat(answer.header("Range")).isEqualTo("0-0");
      assertThat(answer.header("Location")).endsWith("/" + answer.header("Docker-Upload-UUID"));
      assertThat(answer.header("Content-Length")).isEqualTo("0");
    }
  }

  @RegistryTest
  void aPutBringsTheWholeBlob(Registry registry) {
    var app = registry.repository("team/app");
    for (int size : new int[] {0, 1, 65_536, 65_537, 1_048_576, 3_000_000}) {
      var payload = Payload.ofSize(size);
      var answer = app.startUpload().put(payload.digest()).body(payload).answers(201);
      assertThat(answer.header("Location")).isEqualTo("/v2/team/app/blobs/" + payload.digest());
      assertThat(answer.header("Docker-Content-Digest")).isEqualTo(payload.digest().toString());
      registry.get(answer.header("Location")).answers(200).expectBody(payload);
    }
    registry.leavesNothingBehind();
  }

  @RegistryTest
  void aPostWithADigestBringsTheWholeBlobAtOnce(Registry registry) {
    var app = registry.repository("team/app");
    for (int size : new int[] {0, 1, 70_000, 3_000_000}) {
      var payload = Payload.ofSize(size);
      var answer =
          registry
              .post(app.path("blobs/uploads/?digest=" + payload.digest()))
              .body(payload)
              .answers(201);
      registry.get(answer.header("Location")).answers(200).expectBody(payload);
    }
    registry.leavesNothingBehind();
  }

  @RegistryTest
  void chunksWithContentRangeMakeTheBlob(Registry registry) {
    var app = registry.repository("team/app");
    var payload = Payload.ofSize(3_000_000);
    var upload = app.startUpload();
    upload.send(payload, 0, 10);
    assertThat(upload.offset()).isEqualTo(10);
    upload.send(payload, 10, 100_000);
    upload.send(payload, 100_000, 2_500_000);
    assertThat(upload.offset()).isEqualTo(2_500_000);
    upload.send(payload, 2_500_000, 3_000_000);
    upload.finish(payload.digest());
    app.getBlob(payload.digest()).answers(200).expectBody(payload);
    registry.leavesNothingBehind();
  }

  @RegistryTest
  void aChunkIsAnsweredWithWhatHasCome(Registry registry) {
    var upload = registry.repository("team/app").startUpload();
    var answer = upload.patch().body(new byte[1000]).answers(202);
    assertThat(answer.header("Range")).isEqualTo("0-999");
    assertThat(answer.header("Location")).isEqualTo(upload.location());
    assertThat(answer.header("Docker-Upload-UUID")).isEqualTo(upload.id());

    var status = registry.get(upload.location()).answers(204);
    assertThat(status.header("Range")).isEqualTo("0-999");
    assertThat(status.header("Location")).isEqualTo(upload.location());
    registry.head(upload.location()).answers(204);
  }

  @RegistryTest
  void chunksWithoutContentRangeFollowEachOther(Registry registry) {
    var app = registry.repository("team/app");
    var payload = Payload.ofSize(300_000);
    var upload = app.startUpload();
    upload.patch().body(payload.slice(0, 100_000)).answers(202);
    upload.patch().chunked(payload.slice(100_000, 200_000)).answers(202);
    upload.put(payload.digest()).body(payload.slice(200_000, 300_000)).answers(201);
    app.getBlob(payload.digest()).answers(200).expectBody(payload);
  }

  @RegistryTest
  void aStreamOfUnknownLengthMakesTheBlob(Registry registry) {
    var app = registry.repository("team/app");
    for (int size : new int[] {0, 1, 65_536, 65_537, 5_000_000}) {
      var payload = Payload.ofSize(size);
      var upload = app.startUpload();
      upload.patch().chunked(payload.bytes()).answers(202);
      upload.finish(payload.digest());
      app.getBlob(payload.digest()).answers(200).expectBody(payload);
    }
    registry.leavesNothingBehind();
  }

  @RegistryTest
  void theLastChunkMayComeWithThePutAndItsRange(Registry registry) {
    var app = registry.repository("team/app");
    var payload = Payload.ofSize(200_000);
    var upload = app.startUpload().send(payload, 0, 150_000);
    upload
        .put(payload.digest())
        .header("Content-Range", "150000-199999")
        .body(payload.slice(150_000, 200_000))
        .answers(201);
    app.getBlob(payload.digest()).answers(200).expectBody(payload);
  }

  @RegistryTest
  void aChunkOutOfOrderIsRefusedAndTheUploadGoesOn(Registry registry) {
    var app = registry.repository("team/app");
    var payload = Payload.ofSize(3_000);
    var upload = app.startUpload().send(payload, 0, 1_000);
    for (var range : new String[] {"2000-2999", "0-999", "1001-2000"}) {
      var answer =
          upload.patch().header("Content-Range", range).body(payload.slice(0, 1000)).answers(416);
      assertThat(answer.header("Range")).isEqualTo("0-999");
      assertThat(answer.header("Location")).isEqualTo(upload.location());
      assertThat(answer.errorCode()).isEqualTo("BLOB_UPLOAD_INVALID");
      assertThat(answer.errorDetail().getLong("offset")).isEqualTo(1000);
    }
    upload.put(payload.digest()).header("Content-Range", "0-2999").body(payload).answers(416);
    upload.send(payload, 1_000, 3_000).finish(payload.digest());
  }

  @RegistryTest
  void theFirstChunkHasToStartAtZero(Registry registry) {
    var upload = registry.repository("team/app").startUpload();
    var answer = upload.patch().header("Content-Range", "10-19").body(new byte[10]).answers(416);
    assertThat(answer.header("Range")).isEqualTo("0-0");
    assertThat(answer.errorDetail().getLong("offset")).isZero();
  }

  @RegistryTest
  void aContentRangeThatContradictsTheLengthIsRefused(Registry registry) {
    var payload = Payload.ofSize(100);
    var upload = registry.repository("team/app").startUpload();
    for (var range : new String[] {"0-98", "0-100"}) {
      var answer = upload.patch().header("Content-Range", range).body(payload).answers(400);
      assertThat(answer.errorCode()).isEqualTo("SIZE_INVALID");
    }
    for (var range : new String[] {"5-1", "x", "0-", "-5", "0-99-100"}) {
      var answer = upload.patch().header("Content-Range", range).body(payload).answers(400);
      assertThat(answer.errorCode()).isEqualTo("BLOB_UPLOAD_INVALID");
    }
    upload.send(payload, 0, 100).finish(payload.digest());
  }

  @RegistryTest
  void ofAStreamThatIsLongerThanItsContentRangeTheRestIsNotTaken(Registry registry) {
    var payload = Payload.ofSize(300_000);
    var upload = registry.repository("team/app").startUpload();
    var answer =
        upload
            .patch()
            .header("Content-Range", "0-99999")
            .chunked(payload.slice(0, 100_050))
            .answers(400);
    assertThat(answer.errorCode()).isEqualTo("SIZE_INVALID");
    assertThat(answer.header("Range")).isEqualTo("0-99999");
    upload.send(payload, 100_000, 300_000).finish(payload.digest());
  }

  @RegistryTest
  void aStreamThatIsShorterThanItsContentRangeGoesOnFromItsEnd(Registry registry) {
    var payload = Payload.ofSize(300_000);
    var upload = registry.repository("team/app").startUpload();
    var answer =
        upload
            .patch()
            .header("Content-Range", "0-99999")
            .chunked(payload.slice(0, 50_000))
            .answers(400);
    assertThat(answer.errorDetail().getLong("actual")).isEqualTo(50_000);
    assertThat(answer.header("Range")).isEqualTo("0-49999");
    upload.send(payload, 50_000, 300_000).finish(payload.digest());
  }

  @RegistryTest
  void theContentRangeOfHttpIsUnderstoodToo(Registry registry) {
    var payload = Payload.ofSize(100);
    var upload = registry.repository("team/app").startUpload();
    upload
        .patch()
        .header("Content-Range", "bytes 0-49/100")
        .body(payload.slice(0, 50))
        .answers(202);
    upload.patch().header("Content-Range", "bytes=50-99").body(payload.slice(50, 100)).answers(202);
    upload.finish(payload.digest());
  }

  @RegistryTest
  void aWrongDigestIsRefusedAndNothingIsKept(Registry registry) {
    var app = registry.repository("team/app");
    var wrong = Payload.of("something else").digest();
    for (int size : new int[] {0, 10, 100_000, 3_000_000}) {
      var payload = Payload.ofSize(size);
      var put = app.startUpload().put(wrong).body(payload).answers(400);
      assertThat(put.errorCode()).isEqualTo("DIGEST_INVALID");
      assertThat(put.errorDetail().getString("expected")).isEqualTo(wrong.toString());
      assertThat(put.errorDetail().getString("actual")).isEqualTo(payload.digest().toString());

      var post =
          registry.post(app.path("blobs/uploads/?digest=" + wrong)).body(payload).answers(400);
      assertThat(post.errorCode()).isEqualTo("DIGEST_INVALID");
      app.getBlob(wrong).answers(404);
    }
    assertThat(registry.status().uploads()).isZero();
    registry.leavesNothingBehind();
    assertThat(registry.storage().keys()).noneMatch(key -> key.startsWith("/data/"));
  }

  @RegistryTest
  void aPutWithoutADigestIsRefusedAndTheUploadGoesOn(Registry registry) {
    var payload = Payload.ofSize(100);
    var upload = registry.repository("team/app").startUpload().send(payload, 0, 100);
    for (var query : new String[] {"", "?digest=", "?digest=sha256:abc", "?digest=md5:abc"}) {
      var answer = registry.put(upload.location() + query).answers(400);
      assertThat(answer.errorCode()).isEqualTo("DIGEST_INVALID");
    }
    upload.finish(payload.digest());
  }

  @RegistryTest
  void sha512IsADigestLikeTheOther(Registry registry) {
    var app = registry.repository("team/app");
    for (int size : new int[] {10, 100_000, 3_000_000}) {
      var payload = Payload.ofSize(size);
      app.startUpload().put(payload.sha512()).body(payload).answers(201);
      app.getBlob(payload.sha512()).answers(200).expectBody(payload);

      var other = Payload.ofSize(size);
      registry.post(app.path("blobs/uploads/?digest=" + other.sha512())).body(other).answers(201);
      app.getBlob(other.sha512()).answers(200).expectBody(other);

      var announced = Payload.ofSize(size);
      var begun = registry.post(app.path("blobs/uploads/?digest-algorithm=sha512")).answers(202);
      registry
          .put(begun.header("Location") + "?digest=" + announced.sha512())
          .body(announced)
          .answers(201);
      app.headBlob(announced.sha512()).answers(200);
    }
    var wrong = Payload.of("something else").sha512();
    app.startUpload().put(wrong).body(Payload.ofSize(2_000_000)).answers(400);
    registry.leavesNothingBehind();
  }

  @RegistryTest
  void aBlobThatIsThereMayBePushedAgain(Registry registry) {
    var app = registry.repository("team/app");
    var payload = Payload.ofSize(2_000_000);
    app.push(payload);
    app.push(payload);
    app.getBlob(payload.digest()).answers(200).expectBody(payload);
    assertThat(registry.storage().keys()).filteredOn(key -> key.startsWith("/data/")).hasSize(1);
    registry.leavesNothingBehind();
  }

  @RegistryTest
  void aCancelledUploadIsGone(Registry registry) {
    var app = registry.repository("team/app");
    var payload = Payload.ofSize(3_000_000);
    var upload = app.startUpload().send(payload, 0, 2_500_000);
    upload.cancel().answers(204);

    assertThat(registry.get(upload.location()).answers(404).errorCode())
        .isEqualTo("BLOB_UPLOAD_UNKNOWN");
    upload.patch().body(new byte[10]).answers(404);
    upload.put(payload.digest()).answers(404);
    upload.cancel().answers(404);
    registry.leavesNothingBehind();
    assertThat(registry.storage().keys()).noneMatch(key -> key.startsWith("/uploads/"));
  }

  @RegistryTest
  void aFinishedUploadIsGone(Registry registry) {
    var payload = Payload.ofSize(3_000_000);
    var upload = registry.repository("team/app").startUpload().send(payload, 0, 3_000_000);
    upload.finish(payload.digest());
    registry.get(upload.location()).answers(404);
    upload.put(payload.digest()).answers(404);
    assertThat(registry.storage().keys()).noneMatch(key -> key.startsWith("/uploads/"));
  }

  @RegistryTest(config = "{sluice: {uploads: {maxBlobSize: 1MiB}}}")
  void aBlobBeyondTheLimitIsRefused(Registry registry) {
    var app = registry.repository("team/app");
    var tooLarge = Payload.ofSize((1 << 20) + 1);
    for (var answer :
        new io.sluice.testkit.Answer[] {
          app.startUpload().put(tooLarge.digest()).body(tooLarge).send(),
          app.startUpload().patch().chunked(tooLarge.bytes()).send(),
          registry
              .post(app.path("blobs/uploads/?digest=" + tooLarge.digest()))
              .body(tooLarge)
              .send()
        }) {
      assertThat(answer.expect(413).errorCode()).isEqualTo("SIZE_INVALID");
      assertThat(answer.errorDetail().getLong("limit")).isEqualTo(1 << 20);
    }
    app.push(Payload.ofSize(1 << 20));
    registry.leavesNothingBehind();
  }

  @RegistryTest
  void aClientThatExpectsContinueIsToldToGoOn(Registry registry) {
    var app = registry.repository("team/app");
    var payload = Payload.ofSize(100_000);
    var upload = app.startUpload();
    try (var connection = registry.connect()) {
      connection.request(
          "PUT " + upload.location() + "?digest=" + payload.digest(),
          "Expect: 100-continue",
          "Content-Length: 100000");
      connection.read().expect(100);
      connection.send(payload.bytes()).read().expect(201);
      // And the connection goes on.
      connection.request("GET /v2/").read().expect(200);
    }
    app.headBlob(payload.digest()).answers(200);
  }

  @RegistryTest
  void aClientThatExpectsContinueIsRefusedBeforeItSendsAnything(Registry registry) {
    var app = registry.repository("team/app");
    try (var connection = registry.connect()) {
      connection.request(
          "PATCH " + app.path("blobs/uploads/0123456789abcdef0123456789abcdef"),
          "Expect: 100-continue",
          "Content-Length: 1000000000");
      var answer = connection.read().expect(404);
      assertThat(answer.errorCode()).isEqualTo("BLOB_UPLOAD_UNKNOWN");
      assertThat(answer.header("Connection")).isEqualTo("close");
    }
    registry.isUnharmed();
  }

  @RegistryTest
  void pushesOfTheSameBlobAtOnceAllSucceed(Registry registry) {
    var app = registry.repository("team/app");
    var payload = Payload.ofSize(1_500_000);
    var answers =
        java.util.stream.IntStream.range(0, 8)
            .mapToObj(_ -> app.startUpload().put(payload.digest()).body(payload).sendAsync())
            .toList();
    answers.forEach(answer -> answer.join().expect(201));
    app.getBlob(payload.digest()).answers(200).expectBody(payload);
    registry.leavesNothingBehind();
  }
}
