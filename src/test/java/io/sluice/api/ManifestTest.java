package io.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.oci.Digest;
import io.sluice.testkit.Document;
import io.sluice.testkit.Payload;
import io.sluice.testkit.Registry;
import io.sluice.testkit.RegistryTest;
import io.sluice.testkit.Repository;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** end-3, end-7: manifests. */
class ManifestTest {
  private static final Payload CONFIG = Payload.ofSize(300);
  private static final Payload LAYER = Payload.ofSize(4_000);

  private static Repository withBlobs(Registry registry) {
    var app = registry.repository("team/app");
    app.push(CONFIG);
    app.push(LAYER);
    app.push(Document.EMPTY);
    return app;
  }

  @RegistryTest
  void everyKindOfManifestComesBackAsItWasPushed(Registry registry) {
    var app = withBlobs(registry);
    var image = Document.image(CONFIG, LAYER);
    var docker = Document.dockerImage(CONFIG, LAYER);
    var kinds =
        List.of(
            image,
            docker,
            Document.index(image),
            Document.dockerList(docker),
            Document.artifact("application/vnd.example.sbom", LAYER),
            Document.image(Document.EMPTY),
            Document.index());
    for (var document : kinds) {
      var digest = document.digest();
      var put = app.putManifest("latest", document).answers(201);
      assertThat(put.header("Docker-Content-Digest")).isEqualTo(digest.toString());
      assertThat(put.header("Location")).isEqualTo("/v2/team/app/manifests/" + digest);

      for (Object reference : new Object[] {"latest", digest}) {
        var answer = app.getManifest(reference).answers(200);
        answer.expectBody(document.payload());
        assertThat(answer.header("Content-Type")).isEqualTo(document.mediaType());
        assertThat(answer.header("Docker-Content-Digest")).isEqualTo(digest.toString());
        assertThat(answer.header("ETag")).isEqualTo("\"" + digest + "\"");

        var head = app.headManifest(reference).answers(200);
        assertThat(head.header("Content-Length")).isEqualTo("" + document.payload().size());
        assertThat(head.header("Content-Type")).isEqualTo(document.mediaType());
        assertThat(head.header("Docker-Content-Digest")).isEqualTo(digest.toString());
        assertThat(head.body()).isEmpty();
      }
    }
  }

  @RegistryTest
  void aManifestMayBePushedByItsDigest(Registry registry) {
    var app = withBlobs(registry);
    var image = Document.image(CONFIG, LAYER);
    app.putManifest(image.digest(), image).answers(201);
    app.getManifest(image.digest()).answers(200);

    var sha512 = Digest.of(Digest.Algorithm.SHA512, image.payload().bytes());
    var put = app.putManifest(sha512, image).answers(201);
    assertThat(put.header("Docker-Content-Digest")).isEqualTo(sha512.toString());
    app.getManifest(sha512).answers(200).expectBody(image.payload());
  }

  @RegistryTest
  void aManifestOfAnotherDigestIsRefused(Registry registry) {
    var app = withBlobs(registry);
    var image = Document.image(CONFIG, LAYER);
    var other = Payload.of("other").digest();
    var answer = app.putManifest(other, image).answers(400);
    assertThat(answer.errorCode()).isEqualTo("DIGEST_INVALID");
    assertThat(answer.errorDetail().getString("actual")).isEqualTo(image.digest().toString());
    app.getManifest(other).answers(404);
    app.getManifest(image.digest()).answers(404);
  }

  @RegistryTest
  void aPushMovesTheTagAndKeepsTheOldManifest(Registry registry) {
    var app = withBlobs(registry);
    var first = Document.image(CONFIG);
    var second = Document.image(CONFIG, LAYER);
    app.putManifest("latest", first).answers(201);
    app.putManifest("latest", second).answers(201);
    assertThat(app.headManifest("latest").answers(200).header("Docker-Content-Digest"))
        .isEqualTo(second.digest().toString());
    app.headManifest(first.digest()).answers(200);
  }

  @RegistryTest
  void tagsMayComeWithAPushByDigest(Registry registry) {
    var app = withBlobs(registry);
    var image = Document.image(CONFIG, LAYER);
    var put = app.putManifest(image.digest() + "?tag=one&tag=two", image).answers(201);
    assertThat(put.all("OCI-Tag")).containsExactly("one", "two");
    app.headManifest("one").answers(200);
    app.headManifest("two").answers(200);
    app.putManifest(image.digest() + "?tag=-bad", image).answers(400);
  }

  @RegistryTest
  void whatIsNotThereIsUnknown(Registry registry) {
    var app = withBlobs(registry);
    var missing = Payload.of("missing").digest();
    for (Object reference : new Object[] {"missing", missing}) {
      var answer = app.getManifest(reference).answers(404);
      assertThat(answer.errorCode()).isEqualTo("MANIFEST_UNKNOWN");
      assertThat(answer.errorDetail().getString("reference")).isEqualTo(reference.toString());
      assertThat(answer.errorDetail().getString("name")).isEqualTo("team/app");
      assertThat(app.headManifest(reference).answers(404).body()).isEmpty();
    }
    registry.repository("no/where").getManifest("latest").answers(404);
  }

  @RegistryTest
  void whoeverHasAManifestAlreadyIsToldSo(Registry registry) {
    var app = registry.repository("team/app");
    var image = app.pushImage("latest");
    var etag = "\"" + image.digest() + "\"";
    app.getManifest("latest").header("If-None-Match", etag).answers(304);
    app.headManifest("latest").header("If-None-Match", etag).answers(304);
    app.getManifest("latest").header("If-None-Match", "\"other\"").answers(200);
  }

  @RegistryTest
  void aManifestWhoseBlobsAreMissingIsRefused(Registry registry) {
    var app = withBlobs(registry);
    var missing = Payload.ofSize(10);
    for (var document :
        List.of(
            Document.image(missing, LAYER),
            Document.image(CONFIG, LAYER, missing),
            Document.index(Document.image(CONFIG)))) {
      var answer = app.putManifest("latest", document).answers(404);
      assertThat(answer.errorCode()).isEqualTo("MANIFEST_BLOB_UNKNOWN");
      assertThat(answer.errorDetail().getString("digest")).startsWith("sha256:");
    }
    app.getManifest("latest").answers(404);
  }

  @RegistryTest
  void aBlobOfAnotherRepositoryDoesNotCount(Registry registry) {
    withBlobs(registry);
    registry
        .repository("team/other")
        .putManifest("latest", Document.image(CONFIG, LAYER))
        .answers(404);
  }

  @RegistryTest
  void aManifestThatLiesAboutASizeIsRefused(Registry registry) {
    var app = withBlobs(registry);
    var lying =
        Document.image(CONFIG, LAYER)
            .with(json -> json.getJsonObject("config").put("size", CONFIG.size() + 1));
    var answer = app.putManifest("latest", lying).answers(400);
    assertThat(answer.errorCode()).isEqualTo("MANIFEST_INVALID");
    assertThat(answer.errorDetail().getString("reason")).contains(CONFIG.digest().toString());
  }

  @RegistryTest
  void layersThatAreFetchedFromElsewhereNeedNotBeHere(Registry registry) {
    var app = withBlobs(registry);
    var elsewhere =
        Document.descriptor(
                "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", Payload.ofSize(10))
            .put("urls", List.of("https://elsewhere.test/layer"));
    var image =
        Document.dockerImage(CONFIG, LAYER)
            .with(json -> json.getJsonArray("layers").add(elsewhere));
    app.putManifest("latest", image).answers(201);
  }

  @RegistryTest
  void schema1IsRefusedWithWhatToDo(Registry registry) {
    var app = withBlobs(registry);
    var schema1 =
        "{\"schemaVersion\":1,\"name\":\"team/app\",\"tag\":\"latest\",\"fsLayers\":[],\"history\":[]}";
    for (var type :
        List.of(
            "application/vnd.docker.distribution.manifest.v1+json",
            "application/vnd.docker.distribution.manifest.v1+prettyjws",
            "application/vnd.docker.distribution.manifest.v2+json")) {
      var answer =
          registry
              .put(app.path("manifests/latest"))
              .header("Content-Type", type)
              .body(Payload.of(schema1))
              .answers(415);
      assertThat(answer.errorCode()).isEqualTo("MANIFEST_INVALID");
      assertThat(answer.errorMessage()).contains("schema 1", "schema 2");
    }
  }

  @RegistryTest
  void aManifestWithoutAContentTypeIsWhatItSaysItIs(Registry registry) {
    var app = withBlobs(registry);
    var image = Document.image(CONFIG, LAYER);
    registry.put(app.path("manifests/a")).body(image.payload()).answers(201);
    registry
        .put(app.path("manifests/b"))
        .header("Content-Type", "application/json")
        .body(image.payload())
        .answers(201);
    for (var tag : List.of("a", "b")) {
      assertThat(app.headManifest(tag).answers(200).header("Content-Type"))
          .isEqualTo(image.mediaType());
    }
    var silent = image.with(json -> json.remove("mediaType"));
    registry.put(app.path("manifests/c")).body(silent.payload()).answers(400);
    app.putManifest("c", silent).answers(201);
    assertThat(app.getManifest("c").answers(200).header("Content-Type"))
        .isEqualTo(image.mediaType());
  }

  @RegistryTest
  void whatIsNoManifestIsRefused(Registry registry) {
    var app = withBlobs(registry);
    var image = Document.image(CONFIG, LAYER);
    var type = image.mediaType();
    for (var body :
        List.of(
            "",
            "{",
            "[]",
            "null",
            "{}",
            "not JSON",
            "{\"schemaVersion\":2}",
            "{\"schemaVersion\":2,\"mediaType\":\"" + type + "\"}",
            image.json().encode() + "x",
            image.json().encode() + image.json().encode())) {
      var answer =
          registry
              .put(app.path("manifests/latest"))
              .header("Content-Type", type)
              .body(Payload.of(body))
              .answers(400);
      assertThat(answer.errorCode()).as(body).isEqualTo("MANIFEST_INVALID");
      assertThat(answer.errorDetail().getString("reason")).as(body).isNotEmpty();
    }
    registry
        .put(app.path("manifests/latest"))
        .header("Content-Type", Document.index().mediaType())
        .body(image.payload())
        .answers(400);
    registry
        .put(app.path("manifests/latest"))
        .header("Content-Type", "text/html")
        .body(Payload.of("{\"schemaVersion\":2}"))
        .answers(415);
    app.getManifest("latest").answers(404);
  }

  @RegistryTest
  void aManifestThatIsBothImageAndIndexIsRefused(Registry registry) {
    var app = withBlobs(registry);
    var both =
        Document.image(CONFIG, LAYER)
            .with(json -> json.put("manifests", new io.vertx.core.json.JsonArray()));
    app.putManifest("latest", both).answers(400);
  }

  @RegistryTest(config = "{sluice: {http: {maxManifestSize: 64KiB}}}")
  void aManifestBeyondTheLimitIsRefused(Registry registry) {
    var app = withBlobs(registry);
    var large =
        Document.image(CONFIG, LAYER)
            .with(
                json ->
                    json.put(
                        "annotations",
                        new io.vertx.core.json.JsonObject().put("a", "x".repeat(70_000))));
    var answer = app.putManifest("latest", large).answers(413);
    assertThat(answer.errorCode()).isEqualTo("MANIFEST_INVALID");
    assertThat(answer.errorDetail().getLong("limit")).isEqualTo(64 << 10);
    registry
        .put(app.path("manifests/latest"))
        .header("Content-Type", large.mediaType())
        .chunked(large.payload().bytes())
        .answers(413);
    registry.isUnharmed();
  }

  @RegistryTest
  void aSubjectIsAcknowledgedAndNeedNotBeThere(Registry registry) {
    var app = withBlobs(registry);
    var subject = Document.image(CONFIG, LAYER);
    var sbom = Document.artifact("application/vnd.example.sbom", LAYER).withSubject(subject);
    var answer = app.putManifest(sbom.digest(), sbom).answers(201);
    assertThat(answer.header("OCI-Subject")).isEqualTo(subject.digest().toString());
    assertThat(app.putManifest("plain", subject).answers(201).findHeader("OCI-Subject")).isEmpty();
  }

  @RegistryTest
  void anIndexOfManyChildrenIsTaken(Registry registry) {
    var app = withBlobs(registry);
    var children = new ArrayList<Document>();
    IntStream.range(0, 30)
        .forEach(
            i -> {
              var child =
                  Document.image(CONFIG, LAYER).withAnnotations(java.util.Map.of("number", "" + i));
              app.putManifest(child.digest(), child).answers(201);
              children.add(child);
            });
    var index = Document.index(children.toArray(Document[]::new));
    app.putManifest("latest", index).answers(201);
    var outer = Document.index(index);
    app.putManifest("outer", outer).answers(201);
  }

  @RegistryTest
  void clientsThatExpectContinueMayPushManifests(Registry registry) {
    var app = withBlobs(registry);
    var image = Document.image(CONFIG, LAYER);
    try (var connection = registry.connect()) {
      connection.request(
          "PUT " + app.path("manifests/latest"),
          "Content-Type: " + image.mediaType(),
          "Expect: 100-continue",
          "Content-Length: " + image.payload().size());
      connection.read().expect(100);
      connection.send(image.payload().bytes()).read().expect(201);
    }
  }
}
