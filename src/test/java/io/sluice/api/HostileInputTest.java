package io.sluice.api;

import static io.sluice.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.Document;
import io.sluice.testkit.Payload;
import io.sluice.testkit.Registry;
import io.sluice.testkit.RegistryTest;
import io.sluice.testkit.StoreKind;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.stream.IntStream;

/** What no honest client sends. After each the registry serves on, and holds nothing. */
class HostileInputTest {
  private static final String ID = "0123456789abcdef0123456789abcdef";

  @RegistryTest
  void noSpellingOfAPathLeadsOutOfTheStore(Registry registry) {
    var digest = Payload.of("x").digest();
    for (var up :
        List.of(
            "..",
            "../..",
            "%2e%2e",
            "%2E%2e/%2e.",
            "..%2f..",
            "..%5c..",
            "..\\..",
            "%252e%252e",
            ".%00.",
            "..%c0%af..",
            "....//",
            ".",
            "%2e",
            "a/../..",
            "_blobs",
            ".tmp",
            ".parts",
            "%00",
            "%",
            "%zz",
            "%e2%80%ae")) {
      for (var path :
          List.of(
              "/v2/" + up + "/manifests/latest",
              "/v2/a/" + up + "/tags/list",
              "/v2/" + up + "/blobs/" + digest,
              "/v2/a/manifests/" + up,
              "/v2/a/blobs/sha256:" + up,
              "/v2/a/blobs/uploads/" + up,
              "/v2/a/referrers/" + up,
              "/v2/../../etc/passwd/" + up,
              "/" + up + "/v2/_catalog")) {
        for (var method : List.of("GET", "DELETE", "PUT")) {
          try (var connection = registry.connect()) {
            var answer = connection.request(method + " " + path, "Content-Length: 0").read();
            assertThat(answer.status()).as("%s", answer).isIn(400, 404, 405, 415);
            assertThat(answer.errorCode()).isNotEmpty();
          }
        }
      }
      try (var connection = registry.connect()) {
        var answer =
            connection.request("POST /v2/a/blobs/uploads/?mount=" + digest + "&from=" + up).read();
        assertThat(answer.status()).as("%s", answer).isIn(202, 400);
      }
    }
    assertThat(registry.storage().keys()).containsExactly("/format.json");
    registry.isUnharmed();
    registry.leavesNothingBehind();
  }

  @RegistryTest
  void aForgedUploadIsUnknown(Registry registry) {
    for (var id : List.of(ID, "x", ID + "0", ID.toUpperCase(java.util.Locale.ROOT), "a%20b", "*")) {
      var path = "/v2/team/app/blobs/uploads/" + id;
      assertThat(registry.get(path).answers(404).errorCode()).isEqualTo("BLOB_UPLOAD_UNKNOWN");
      registry.patch(path).body(new byte[10]).answers(404);
      registry.put(path + "?digest=" + Payload.of("").digest()).answers(404);
      registry.delete(path).answers(404);
    }
    registry.leavesNothingBehind();
  }

  @RegistryTest(config = "{sluice: {uploads: {parkAfter: 50ms}}}")
  void anUploadOfAnotherRepositoryIsUnknownAndNotTouched(Registry registry) {
    var payload = Payload.ofSize(100_000);
    var upload = registry.repository("team/app").startUpload().send(payload, 0, 50_000);
    var forged = upload.location().replace("team/app", "evil/app");
    for (int i = 0; i < 2; i++) {
      registry.get(forged).answers(404);
      registry.patch(forged).body(new byte[10]).answers(404);
      registry.put(forged + "?digest=" + payload.digest()).answers(404);
      registry.delete(forged).answers(404);
      // Also once it is parked.
      eventually(registry::status, status -> assertThat(status.uploads()).isZero());
    }
    assertThat(upload.offset()).isEqualTo(50_000);
    upload.send(payload, 50_000, 100_000).finish(payload.digest());
  }

  @RegistryTest
  void aBodyThatIsLongerThanItsLengthIsNotTaken(Registry registry) {
    var app = registry.repository("team/app");
    var bytes = Payload.ofSize(1_000).bytes().clone();
    // What is beyond the length is a line that is no request; without its end, more would be waited
    // for.
    bytes[100] = 'x';
    bytes[150] = '\n';
    var payload = Payload.of(bytes);
    var upload = app.startUpload();
    try (var connection = upload.beginPatch(100)) {
      connection.send(payload.bytes());
      connection.read().expect(202);
      connection.read().expect(400);
      connection.readUntilClosed();
    }
    assertThat(upload.offset()).isEqualTo(100);
    upload.send(payload, 100, 1_000).finish(payload.digest());
    registry.isUnharmed();
  }

  @RegistryTest
  void aBodyThatEndsBeforeItsLengthCountsAsFarAsItWasTaken(Registry registry) {
    var app = registry.repository("team/app");
    var payload = Payload.ofSize(1_000);
    var upload = app.startUpload();
    try (var connection = upload.beginPatch(1_000_000_000)) {
      connection.send(payload.slice(0, 100)).endOutput();
      connection.readUntilClosed();
    }
    long offset = upload.offset();
    assertThat(offset).isIn(0L, 100L);
    upload.send(payload, offset, 1_000).finish(payload.digest());
    registry.isUnharmed();
  }

  @RegistryTest
  void aWholeBlobThatIsCutLeavesNoUpload(Registry registry) {
    var app = registry.repository("team/app");
    var payload = Payload.ofSize(3_000_000);
    for (int sent : new int[] {0, 100, 100_000, 2_500_000}) {
      var connection =
          registry
              .connect()
              .request(
                  "POST " + app.path("blobs/uploads/?digest=" + payload.digest()),
                  "Content-Length: 3000000")
              .send(payload.slice(0, sent));
      connection.endOutput();
      connection.readUntilClosed();
      connection.close();
      eventually(registry::status, status -> assertThat(status.uploads()).isZero());
    }
    app.getBlob(payload.digest()).answers(404);
    registry.leavesNothingBehind();
    assertThat(registry.storage().keys()).containsExactly("/format.json");
    registry.isUnharmed();
  }

  @RegistryTest
  void chunkedCodingThatIsNoneEndsTheConnection(Registry registry) {
    var app = registry.repository("team/app");
    for (var coding : List.of("zz\r\n", "-5\r\n", "ffffffffffffffffff\r\n", "5\r\nabcdeXX")) {
      var upload = app.startUpload();
      try (var connection = registry.connect()) {
        connection.request("PATCH " + upload.location(), "Transfer-Encoding: chunked");
        connection.sendIfPossible("3\r\nabc\r\n" + coding).endOutput();
        connection.readUntilClosed();
      }
      eventually(upload::offset, offset -> assertThat(offset).as(coding).isBetween(0L, 8L));
      upload.cancel().answers(204);
    }
    registry.isUnharmed();
    registry.leavesNothingBehind();
  }

  @RegistryTest
  void lengthsThatContradictEachOtherAreRefused(Registry registry) {
    for (var headers :
        List.of(
            "Content-Length: 5\r\nContent-Length: 6",
            "Content-Length: -1",
            "Content-Length: abc",
            "Content-Length: 99999999999999999999",
            "Content-Length: 5, 6",
            "Transfer-Encoding: chunked, identity",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: xchunked")) {
      try (var connection = registry.connect()) {
        connection.request("POST /v2/team/app/blobs/uploads/", headers);
        connection.sendIfPossible("0\r\n\r\nGET /v2/smuggled HTTP/1.1\r\n\r\n");
        assertThat(connection.read().status()).as(headers).isIn(400, 501);
        // What follows is not a request of its own.
        connection.endOutput();
        assertThat(connection.readUntilClosed()).as(headers).isZero();
      }
    }
    registry.isUnharmed();
  }

  @RegistryTest
  void aQueryThatCannotBeReadIsRefused(Registry registry) {
    for (var path :
        List.of(
            "GET /v2/_catalog?n=%",
            "GET /v2/a/tags/list?last=%zz",
            "POST /v2/a/blobs/uploads/?digest=%",
            "PUT /v2/a/manifests/x?tag=%2",
            "PUT /v2/a/blobs/uploads/" + ID + "?digest=%")) {
      try (var connection = registry.connect()) {
        var answer = connection.request(path, "Content-Length: 0").read().expect(400);
        assertThat(answer.errorDetail().getString("expected")).isNotEmpty();
      }
    }
  }

  @RegistryTest
  void whatIsNotHttpIsAnsweredOnceAndClosed(Registry registry) {
    for (var garbage :
        List.of(
            "\0\0\0\0\r\n\r\n",
            "hello\r\n\r\n",
            "GET\r\n\r\n",
            "GET /v2/\r\n\r\n",
            "GET /v2/ HTTP/9.9\r\n\r\n",
            "GET /v2/ HTTP/1.1\r\nno colon\r\n\r\n",
            "GET /v2/ HTTP/1.1\r\n: empty\r\n\r\n",
            "GET /v2/ HTTP/1.1\r\nHost : x\r\n\r\n",
            "GET /v2/\1 HTTP/1.1\r\n\r\n",
            "\u0016\3\1\2\0\1\0\1\u00fc\3\3 a TLS hello \r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\ngarbage instead of frames that is long enough")) {
      try (var connection = registry.connect()) {
        connection.send(garbage).endOutput();
        connection.readUntilClosed();
      }
    }
    registry.isUnharmed();
  }

  @RegistryTest
  void aRequestLineThatIsTooLongIsRefused(Registry registry) {
    try (var connection = registry.connect()) {
      connection.send("GET /v2/" + "a".repeat(20_000) + " HTTP/1.1\r\n\r\n");
      var answer = connection.read().expect(414);
      assertThat(answer.errorCode()).isEqualTo("UNSUPPORTED");
      connection.readUntilClosed();
    }
    registry.isUnharmed();
  }

  @RegistryTest
  void aFloodOfHeadersIsRefused(Registry registry) {
    for (var header : List.of("X: " + "y".repeat(40_000), "X: y\r\n".repeat(10_000).strip())) {
      try (var connection = registry.connect()) {
        connection.sendIfPossible("GET /v2/ HTTP/1.1\r\nHost: x\r\n" + header + "\r\n\r\n");
        connection.read().expect(431);
        connection.readUntilClosed();
      }
    }
    registry.isUnharmed();
  }

  @RegistryTest
  void jsonThatIsMadeToHurtIsRefused(Registry registry) {
    var app = registry.repository("team/app");
    var type = Document.index().mediaType();
    for (var body :
        List.of(
            "[".repeat(100_000),
            "{\"a\":".repeat(50_000) + "1" + "}".repeat(50_000),
            "{\"schemaVersion\":2,\"manifests\":[],\"manifests\":[]}",
            "{\"schemaVersion\":2,\"schemaVersion\":2,\"manifests\":[]}",
            "{\"schemaVersion\":" + "9".repeat(100_000) + ",\"manifests\":[]}",
            "{\"schemaVersion\":2e999999999,\"manifests\":[]}",
            "{\"schemaVersion\":2,\"manifests\":[null]}",
            "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"x\",\"digest\":\"sha256:../..\",\"size\":1}]}",
            "{\"schemaVersion\":2,\"manifests\":[],\"annotations\":{\"a\":{}}}",
            "{\"schemaVersion\":2,\"manifests\":[],\"subject\":{}}",
            "\u0000{}",
            "{\"schemaVersion\":2,\"manifests\":[],\"x\":\"\\ud800\"" + "}}")) {
      var answer =
          registry
              .put(app.path("manifests/latest"))
              .header("Content-Type", type)
              .body(Payload.of(body))
              .answers(400);
      assertThat(answer.errorCode()).isEqualTo("MANIFEST_INVALID");
      assertThat(answer.text().length()).isLessThan(2_000);
    }
    app.getManifest("latest").answers(404);
    registry.isUnharmed();
  }

  @RegistryTest
  void hugeAnnotationsAreKeptAndBlockNobody(Registry registry) {
    var app = registry.repository("team/app");
    var annotations = new JsonObject();
    IntStream.range(0, 30_000).forEach(i -> annotations.put("annotation-" + i, "x".repeat(80)));
    var index = Document.index().with(json -> json.put("annotations", annotations));
    app.putManifest("latest", index).answers(201);
    app.getManifest("latest").answers(200).expectBody(index.payload());
  }

  @RegistryTest
  void anIndexOfVeryManyChildrenThatAreNotThereIsRefused(Registry registry) {
    var app = registry.repository("team/app");
    var index =
        Document.index()
            .with(
                json -> {
                  var children = new JsonArray();
                  for (int i = 0; i < 20_000; i++) {
                    children.add(
                        new JsonObject()
                            .put("mediaType", Document.index().mediaType())
                            .put("digest", "sha256:%064x".formatted(i))
                            .put("size", i));
                  }
                  json.put("manifests", children);
                });
    app.putManifest("latest", index).answers(404);
    registry.isUnharmed();
  }

  @RegistryTest
  void anImageOfVeryManyLayersThatAreOneIsTaken(Registry registry) {
    var app = registry.repository("team/app");
    var config = Payload.ofSize(10);
    app.push(config);
    var image =
        Document.image(config)
            .with(
                json -> {
                  var layers = new JsonArray();
                  for (int i = 0; i < 20_000; i++) {
                    layers.add(Document.descriptor(Document.OCI_LAYER, config));
                  }
                  json.put("layers", layers);
                });
    app.putManifest("latest", image).answers(201);
    registry.isUnharmed();
  }

  @RegistryTest
  void aManifestThatIsCutLeavesNothing(Registry registry) {
    try (var connection = registry.connect()) {
      connection
          .request(
              "PUT /v2/team/app/manifests/latest",
              "Content-Type: application/json",
              "Content-Length: 1000")
          .send("{\"schemaVersion\":")
          .cut();
    }
    registry.isUnharmed();
    registry.repository("team/app").getManifest("latest").answers(404);
  }

  @RegistryTest(on = StoreKind.FS)
  void linksInTheStoreLeadNowhere(Registry registry) throws Exception {
    var outside = java.nio.file.Files.createTempFile("outside", "");
    var digest = Payload.of("x").digest();
    var folder =
        registry.storage().stores().resolve("main/repos/team/app/_blobs/sha256/" + digest.hex());
    java.nio.file.Files.createDirectories(folder);
    java.nio.file.Files.createSymbolicLink(
        folder.resolve("01ARZ3NDEKTSV4RRFFQ69G5FAV-inline-10"), outside);
    registry.repository("team/app").getBlob(digest).answers(404);
    java.nio.file.Files.delete(outside);
  }
}
