package io.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.oci.Digest;
import io.sluice.oci.MediaTypes;
import io.sluice.testkit.Answer;
import io.sluice.testkit.Document;
import io.sluice.testkit.Payload;
import io.sluice.testkit.Registry;
import io.sluice.testkit.RegistryTest;
import io.sluice.testkit.Repository;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;

/** end-12: which manifests refer to a subject. */
class ReferrersTest {
  private static final String SBOM = "application/vnd.example.sbom";
  private static final String SIGNATURE = "application/vnd.example.signature";

  private static Document push(Repository app, Document document) {
    app.push(Document.EMPTY);
    app.putManifest(document.digest(), document).answers(201);
    return document;
  }

  private static Document artifact(Repository app, String type, Document subject) {
    var layer = Payload.ofSize(20);
    app.push(layer);
    return push(app, Document.artifact(type, layer).withSubject(subject));
  }

  private static List<JsonObject> manifests(Answer answer) {
    return answer.json().getJsonArray("manifests").stream().map(JsonObject.class::cast).toList();
  }

  private static List<String> digests(Answer answer) {
    return manifests(answer).stream().map(json -> json.getString("digest")).toList();
  }

  @RegistryTest
  void referrersAreListedAsAnIndex(Registry registry) {
    var app = registry.repository("team/app");
    var image = app.pushImage("latest");
    var layer = Payload.ofSize(20);
    app.push(layer);
    var sbom =
        push(
            app,
            Document.artifact(SBOM, layer)
                .withSubject(image)
                .withAnnotations(Map.of("created.by", "a test")));

    var answer = app.referrers(image.digest(), "").answers(200);
    assertThat(answer.header("Content-Type")).isEqualTo(MediaTypes.OCI_INDEX);
    assertThat(answer.findHeader("OCI-Filters-Applied")).isEmpty();
    assertThat(answer.json().getInteger("schemaVersion")).isEqualTo(2);
    assertThat(answer.json().getString("mediaType")).isEqualTo(MediaTypes.OCI_INDEX);
    assertThat(manifests(answer))
        .containsExactly(
            new JsonObject()
                .put("mediaType", MediaTypes.OCI_MANIFEST)
                .put("digest", sbom.digest().toString())
                .put("size", sbom.payload().size())
                .put("artifactType", SBOM)
                .put("annotations", new JsonObject().put("created.by", "a test")));
  }

  @RegistryTest
  void theTypeOfAnArtifactIsItsOwnOrThatOfItsConfig(Registry registry) {
    var app = registry.repository("team/app");
    var image = app.pushImage("latest");
    var config = Payload.ofSize(10);
    app.push(config);
    push(app, Document.image(config).withSubject(image));
    push(app, Document.index().with(json -> json.put("artifactType", SBOM)).withSubject(image));
    assertThat(manifests(app.referrers(image.digest(), "").answers(200)))
        .extracting(json -> json.getString("artifactType"))
        .containsExactlyInAnyOrder(Document.OCI_CONFIG, SBOM);
  }

  @RegistryTest
  void aFilterLeavesOnlyItsType(Registry registry) {
    var app = registry.repository("team/app");
    var image = app.pushImage("latest");
    var sbom = artifact(app, SBOM, image);
    var signature = artifact(app, SIGNATURE, image);

    assertThat(digests(app.referrers(image.digest(), "").answers(200)))
        .containsExactlyInAnyOrder(sbom.digest().toString(), signature.digest().toString());
    var filtered = app.referrers(image.digest(), "?artifactType=" + SBOM).answers(200);
    assertThat(digests(filtered)).containsExactly(sbom.digest().toString());
    assertThat(filtered.header("OCI-Filters-Applied")).isEqualTo("artifactType");
    assertThat(digests(app.referrers(image.digest(), "?artifactType=none%2Fsuch").answers(200)))
        .isEmpty();
  }

  @RegistryTest
  void aSubjectWithoutReferrersHasAnEmptyIndex(Registry registry) {
    var app = registry.repository("team/app");
    var image = app.pushImage("latest");
    assertThat(manifests(app.referrers(image.digest(), "").answers(200))).isEmpty();
    // Also one that isn't there, as the specification wants it.
    assertThat(manifests(app.referrers(Payload.of("x").digest(), "").answers(200))).isEmpty();
    assertThat(app.referrers(Payload.of("x").sha512(), "").answers(200).header("Content-Type"))
        .isEqualTo(MediaTypes.OCI_INDEX);
    assertThat(registry.get(app.path("referrers/nonsense")).answers(400).errorCode())
        .isEqualTo("DIGEST_INVALID");
  }

  @RegistryTest
  void aReferrerMayComeBeforeItsSubject(Registry registry) {
    var app = registry.repository("team/app");
    var config = Payload.ofSize(10);
    app.push(config);
    var image = Document.image(config);
    var sbom = artifact(app, SBOM, image);
    app.putManifest("latest", image).answers(201);
    assertThat(digests(app.referrers(image.digest(), "").answers(200)))
        .containsExactly(sbom.digest().toString());
  }

  @RegistryTest
  void aDeletedReferrerIsNotListed(Registry registry) {
    var app = registry.repository("team/app");
    var image = app.pushImage("latest");
    var sbom = artifact(app, SBOM, image);
    app.deleteManifest(sbom.digest()).answers(202);
    assertThat(manifests(app.referrers(image.digest(), "").answers(200))).isEmpty();
    push(app, sbom);
    assertThat(manifests(app.referrers(image.digest(), "").answers(200))).hasSize(1);
  }

  @RegistryTest
  void referrersOfOneRepositoryAreNotThoseOfAnother(Registry registry) {
    var app = registry.repository("team/app");
    var image = app.pushImage("latest");
    artifact(app, SBOM, image);
    assertThat(
            manifests(registry.repository("team/other").referrers(image.digest(), "").answers(200)))
        .isEmpty();
  }

  @RegistryTest
  void whatAnOlderClientListedUnderTheFallbackTagIsListedToo(Registry registry) {
    var app = registry.repository("team/app");
    var image = app.pushImage("latest");
    var old = app.pushImage("old-signature");
    var fallback =
        Document.index(old)
            .with(
                json ->
                    json.getJsonArray("manifests").getJsonObject(0).put("artifactType", SIGNATURE));
    app.putManifest(fallbackTag(image.digest()), fallback).answers(201);
    var sbom = artifact(app, SBOM, image);

    assertThat(digests(app.referrers(image.digest(), "").answers(200)))
        .containsExactlyInAnyOrder(old.digest().toString(), sbom.digest().toString());
    assertThat(digests(app.referrers(image.digest(), "?artifactType=" + SIGNATURE).answers(200)))
        .containsExactly(old.digest().toString());
  }

  private static String fallbackTag(Digest subject) {
    return subject.toString().replace(':', '-');
  }
}
