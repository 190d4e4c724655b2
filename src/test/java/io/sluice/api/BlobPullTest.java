package io.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.testkit.Payload;
import io.sluice.testkit.Registry;
import io.sluice.testkit.RegistryTest;
import io.sluice.testkit.StoreKind;
import java.util.Arrays;

/** end-2: GET and HEAD of blobs. */
class BlobPullTest {

  @RegistryTest
  void whatIsPulledIsWhatWasPushed(Registry registry) {
    var app = registry.repository("team/app");
    for (int size : new int[] {0, 1, 100, 65_536, 65_537, 3_000_000}) {
      var payload = Payload.ofSize(size);
      app.push(payload);

      var answer = app.getBlob(payload.digest()).answers(200);
      answer.expectBody(payload);
      assertThat(answer.header("Content-Length")).isEqualTo("" + size);
      assertThat(answer.header("Content-Type")).isEqualTo("application/octet-stream");
      assertThat(answer.header("Docker-Content-Digest")).isEqualTo(payload.digest().toString());
      assertThat(answer.header("Accept-Ranges")).isEqualTo("bytes");
    }
    registry.leavesNothingBehind();
  }

  @RegistryTest
  void headTellsSizeAndDigestWithoutTheBytes(Registry registry) {
    var app = registry.repository("team/app");
    var payload = Payload.ofSize(100_000);
    app.push(payload);

    var answer = app.headBlob(payload.digest()).answers(200);
    assertThat(answer.header("Content-Length")).isEqualTo("100000");
    assertThat(answer.header("Docker-Content-Digest")).isEqualTo(payload.digest().toString());
    assertThat(answer.body()).isEmpty();
  }

  @RegistryTest
  void aBlobThatTheRepositoryDoesNotHaveIsUnknown(Registry registry) {
    var elsewhere = registry.repository("else/where");
    var payload = Payload.ofSize(10);
    elsewhere.push(payload);

    var app = registry.repository("team/app");
    var answer = app.getBlob(payload.digest()).answers(404);
    assertThat(answer.errorCode()).isEqualTo("BLOB_UNKNOWN");
    assertThat(answer.errorDetail().getString("digest")).isEqualTo(payload.digest().toString());
    assertThat(app.headBlob(payload.digest()).answers(404).body()).isEmpty();
  }

  @RegistryTest
  void aRangeBringsExactlyItsBytes(Registry registry) {
    var app = registry.repository("team/app");
    for (int size : new int[] {1_000, 200_000}) {
      var payload = Payload.ofSize(size);
      app.push(payload);
      int last = size - 1;

      assertPart(registry, payload, "bytes=0-0", 0, 0);
      assertPart(registry, payload, "bytes=10-19", 10, 19);
      assertPart(registry, payload, "bytes=" + (size - 5) + "-", size - 5, last);
      assertPart(registry, payload, "bytes=-7", size - 7, last);
      assertPart(registry, payload, "bytes=-" + (size + 1), 0, last);
      assertPart(registry, payload, "bytes=5-" + (size + 100), 5, last);
      // Also of all there is: who asks for a range waits for a 206.
      assertPart(registry, payload, "bytes=0-", 0, last);
      assertPart(registry, payload, "bytes=0-" + last, 0, last);
    }
    registry.leavesNothingBehind();
  }

  private static void assertPart(
      Registry registry, Payload payload, String range, int first, int last) {
    var answer =
        registry
            .repository("team/app")
            .getBlob(payload.digest())
            .header("Range", range)
            .answers(206);
    assertThat(answer.header("Content-Range"))
        .isEqualTo("bytes " + first + "-" + last + "/" + payload.size());
    assertThat(answer.header("Content-Length")).isEqualTo("" + (last - first + 1));
    answer.expectBody(payload.slice(first, last + 1));
  }

  @RegistryTest
  void aRangeOutsideOfTheBlobIsRefusedWithItsSize(Registry registry) {
    var app = registry.repository("team/app");
    var payload = Payload.ofSize(1_000);
    app.push(payload);
    for (var range : new String[] {"bytes=1000-", "bytes=1000-2000", "bytes=-0"}) {
      var answer = app.getBlob(payload.digest()).header("Range", range).answers(416);
      assertThat(answer.header("Content-Range")).isEqualTo("bytes */1000");
      assertThat(answer.errorCode()).isEqualTo("RANGE_INVALID");
      assertThat(answer.errorDetail().getLong("size")).isEqualTo(1000);
    }
    var empty = app.push(Payload.of(""));
    app.getBlob(empty).header("Range", "bytes=0-").answers(416);
  }

  @RegistryTest
  void aRangeThatCannotBeReadMeansEverything(Registry registry) {
    var app = registry.repository("team/app");
    var payload = Payload.ofSize(1_000);
    app.push(payload);
    for (var range :
        new String[] {
          "bytes=9-5", "bytes=-", "bytes=a-b", "pages=1-2", "bytes=0-1,5-6", "bytes", "bytes=0-1x"
        }) {
      var answer = app.getBlob(payload.digest()).header("Range", range).answers(200);
      answer.expectBody(payload);
    }
  }

  @RegistryTest
  void whoeverHasABlobAlreadyIsToldSo(Registry registry) {
    var app = registry.repository("team/app");
    var payload = Payload.ofSize(1_000);
    app.push(payload);
    var etag = app.getBlob(payload.digest()).answers(200).header("ETag");
    assertThat(etag).isEqualTo("\"" + payload.digest() + "\"");

    for (var condition : new String[] {etag, "W/" + etag, "\"other\", " + etag, "*"}) {
      var answer = app.getBlob(payload.digest()).header("If-None-Match", condition).answers(304);
      assertThat(answer.body()).isEmpty();
      assertThat(answer.header("ETag")).isEqualTo(etag);
      app.headBlob(payload.digest()).header("If-None-Match", condition).answers(304);
    }
    app.getBlob(payload.digest()).header("If-None-Match", "\"other\"").answers(200);
    var missing = Payload.of("missing").digest();
    app.getBlob(missing).header("If-None-Match", "*").answers(404);
  }

  @RegistryTest
  void ifRangeWithTheRightTagGivesTheRangeAndElseEverything(Registry registry) {
    var app = registry.repository("team/app");
    var payload = Payload.ofSize(1_000);
    app.push(payload);
    var etag = "\"" + payload.digest() + "\"";
    app.getBlob(payload.digest())
        .header("Range", "bytes=0-9")
        .header("If-Range", etag)
        .answers(206);
    app.getBlob(payload.digest())
        .header("Range", "bytes=0-9")
        .header("If-Range", "\"other\"")
        .answers(200);
  }

  @RegistryTest(on = StoreKind.STREAM)
  void whatBreaksOffInTheStoreIsNeverGivenAGoodEnd(Registry registry) {
    var broken = Arrays.copyOf(Payload.of("this object breaks off").bytes(), 500_000);
    var payload = Payload.of(broken);
    var app = registry.repository("team/app");
    app.push(payload);

    try (var connection = registry.connect()) {
      connection.request("GET " + app.path("blobs/" + payload.digest()));
      assertThat(connection.readUntilClosed()).isBetween(200_000L, 400_000L);
    }
    assertThatThrownBy(() -> app.getBlob(payload.digest()).send())
        .isInstanceOf(java.io.UncheckedIOException.class);
    registry.leavesNothingBehind();
  }

  @RegistryTest
  void aClientThatLeavesInTheMiddleOfABlobLeavesNothingOpen(Registry registry) {
    var app = registry.repository("team/app");
    var payload = Payload.ofSize(8_000_000);
    app.push(payload);
    for (int i = 0; i < 5; i++) {
      try (var connection = registry.connectNarrow()) {
        connection.request("GET " + app.path("blobs/" + payload.digest()));
        assertThat(connection.readHead().status()).isEqualTo(200);
        connection.cut();
      }
    }
    registry.isUnharmed();
    registry.leavesNothingBehind();
  }
}
