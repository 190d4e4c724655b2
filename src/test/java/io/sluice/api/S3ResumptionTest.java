package io.sluice.api;

import static io.sluice.testkit.Eventually.eventually;
import static io.sluice.testkit.s3.S3Operation.UPLOAD_PART;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.OverS3;
import io.sluice.testkit.Payload;
import io.sluice.testkit.Registry;
import io.sluice.testkit.s3.Bucket;
import io.sluice.testkit.s3.FaultyS3;
import java.util.List;

/** Uploads whose parts are in S3 already survive their connections, the process, and one of two. */
class S3ResumptionTest {
  private static final int SIZE = 30_000_000;

  /** Two parts, and a tail that is too short to be one. */
  private static final int SOME = 20_000_000;

  private static final long PART = 8 << 20;

  /** Whole parts: nothing is left to be written at the end. */
  private static final int FULL = 3 * (8 << 20);

  @OverS3
  void aCutUploadGoesOn(Registry registry, FaultyS3 s3) {
    var app = registry.repository("team/app");
    var payload = Payload.ofSize(SIZE);
    var upload = app.startUpload();
    upload.sendThenCut(payload, 0, SOME);

    upload.send(payload, upload.offset(), SIZE).finish(payload.digest());

    app.getBlob(payload.digest()).answers(200).expectBody(payload);
    assertThat(s3.bytesSent(UPLOAD_PART)).isEqualTo(SIZE);
  }

  @OverS3
  void anUploadGoesOnAfterARestart(Registry registry, FaultyS3 s3) {
    var app = registry.repository("team/app");
    var payload = Payload.ofSize(SIZE);
    var upload = app.startUpload().send(payload, 0, SOME);

    registry.restart();

    assertThat(upload.offset()).isEqualTo(SOME);
    upload.send(payload, SOME, SIZE).finish(payload.digest());
    app.getBlob(payload.digest()).answers(200).expectBody(payload);
    assertThat(registry.storage().keys()).noneMatch(key -> key.startsWith("/uploads/"));
  }

  @OverS3
  void whatOneRegistryParkedAnotherFinishes(Registry registry, FaultyS3 s3) {
    var payload = Payload.ofSize(SIZE);
    io.sluice.testkit.Upload begun;
    try (var first = registry.another()) {
      begun = first.repository("team/app").startUpload().send(payload, 0, SOME);
    }
    var upload = begun.at(registry);

    assertThat(upload.offset()).isEqualTo(SOME);
    upload.send(payload, SOME, SIZE).finish(payload.digest());

    var app = registry.repository("team/app");
    app.getBlob(payload.digest()).answers(200).expectBody(payload);
    registry.leavesNothingBehind();
    assertThat(registry.storage().keys()).noneMatch(key -> key.startsWith("/uploads/"));
  }

  @OverS3
  void whatOneRegistryHasInMemoryAnotherMayTakeOverFromTheLastPart(Registry registry, FaultyS3 s3) {
    var payload = Payload.ofSize(SIZE);
    var app = registry.repository("team/app");
    try (var first = registry.another()) {
      var upload = first.repository("team/app").startUpload().send(payload, 0, SOME);
      var taken = upload.at(registry);

      // Stores that don't tell the checksums of parts make it begin anew.
      assertThat(taken.offset()).isIn(0L, 2 * PART);
      taken.send(payload, taken.offset(), SIZE).finish(payload.digest());

      // The first one still believes that the upload is its own.
      var late = upload.patch().body(payload.slice(SOME, SIZE)).send();
      assertThat(late.status()).as("%s", late).isIn(202, 400, 404);
      if (late.status() != 202) {
        assertThat(late.errorCode()).isIn("BLOB_UPLOAD_INVALID", "BLOB_UPLOAD_UNKNOWN");
      }
    }
    app.getBlob(payload.digest()).answers(200).expectBody(payload);
  }

  /** Two clients, who are told to go on at the same offset with different bytes of one length. */
  @OverS3
  void twoRegistriesWithOneUploadNeverPutOnesBytesUnderTheOthersDigest(
      Registry registry, FaultyS3 s3, Bucket bucket) {
    var ours = Payload.ofSize(FULL);
    var theirs = sharingTheFirstPartOf(ours);
    var app = registry.repository("team/app");
    try (var first = registry.another()) {
      var upload = first.repository("team/app").startUpload().send(ours, 0, 10_000_000);
      var taken = upload.at(registry);
      assertThat(taken.offset()).isIn(0L, PART);

      // All has come in both places before either ends it.
      taken.send(theirs, taken.offset(), FULL);
      upload.send(ours, 10_000_000, FULL);
      var endings = List.of(taken.put(theirs.digest()).send(), upload.put(ours.digest()).send());

      for (var ending : endings) {
        assertThat(ending.status()).as("%s", ending).isIn(201, 400, 404, 503);
      }
    }
    for (var payload : List.of(ours, theirs)) {
      var answer = app.getBlob(payload.digest()).send();
      if (answer.status() == 200) {
        answer.expectBody(payload);
      } else {
        answer.expect(404);
      }
    }
  }

  @OverS3
  void anEndThatComesSecondIsToldSo(Registry registry, FaultyS3 s3) {
    var ours = Payload.ofSize(FULL);
    var theirs = sharingTheFirstPartOf(ours);
    var app = registry.repository("team/app");
    try (var first = registry.another()) {
      var upload = first.repository("team/app").startUpload().send(ours, 0, 10_000_000);
      var taken = upload.at(registry);
      assertThat(taken.offset()).isIn(0L, PART);
      upload.send(ours, 10_000_000, FULL);
      eventually(s3::inFlight, it -> assertThat(it).isZero());
      taken.send(theirs, taken.offset(), FULL).finish(theirs.digest());

      var answer = upload.put(ours.digest()).send();

      assertThat(answer.status()).as("%s", answer).isIn(400, 404);
      assertThat(answer.errorCode()).startsWith("BLOB_UPLOAD_");
    }
    app.getBlob(theirs.digest()).answers(200).expectBody(theirs);
    app.getBlob(ours.digest()).answers(404);
  }

  @OverS3
  void whatIsCancelledElsewhereFailsClearly(Registry registry, FaultyS3 s3) {
    var payload = Payload.ofSize(SIZE);
    try (var first = registry.another()) {
      var upload = first.repository("team/app").startUpload().send(payload, 0, SOME);
      upload.at(registry).cancel().answers(204);

      var answer = upload.patch().body(payload.slice(SOME, SIZE)).send();

      assertThat(answer.status()).as("%s", answer).isIn(400, 404);
      assertThat(answer.errorCode()).startsWith("BLOB_UPLOAD_");
    }
  }

  /** Other bytes of the same length, but for the first part. */
  private static Payload sharingTheFirstPartOf(Payload ours) {
    var bytes = Payload.ofSize(FULL).bytes();
    System.arraycopy(ours.bytes(), 0, bytes, 0, (int) PART);
    return Payload.of(bytes);
  }
}
