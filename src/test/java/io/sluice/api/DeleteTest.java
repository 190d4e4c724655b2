package io.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.Document;
import io.sluice.testkit.Payload;
import io.sluice.testkit.Registry;
import io.sluice.testkit.RegistryTest;
import java.util.List;

/** end-9, end-10: deletes. */
class DeleteTest {

  @RegistryTest
  void aDeletedTagIsGoneAndItsManifestStays(Registry registry) {
    var app = registry.repository("team/app");
    var image = app.pushImage("one");
    app.putManifest("two", image).answers(201);
    app.deleteManifest("one").answers(202);

    app.getManifest("one").answers(404);
    app.getManifest("two").answers(200);
    app.getManifest(image.digest()).answers(200);
    assertThat(app.tags("").answers(200).list("tags")).isEqualTo(List.of("two"));
    assertThat(app.deleteManifest("one").answers(404).errorCode()).isEqualTo("MANIFEST_UNKNOWN");
  }

  @RegistryTest
  void aDeletedManifestTakesItsTagsAlong(Registry registry) {
    var app = registry.repository("team/app");
    var image = app.pushImage("one");
    app.putManifest("two", image).answers(201);
    var other = app.pushImage("other");
    app.deleteManifest(image.digest()).answers(202);

    for (Object reference : new Object[] {"one", "two", image.digest()}) {
      app.getManifest(reference).answers(404);
      app.headManifest(reference).answers(404);
    }
    app.getManifest(other.digest()).answers(200);
    assertThat(app.tags("").answers(200).list("tags")).isEqualTo(List.of("other"));
    app.deleteManifest(image.digest()).answers(404);
  }

  @RegistryTest
  void aDeletedManifestMayBePushedAgain(Registry registry) {
    var app = registry.repository("team/app");
    var image = app.pushImage("one");
    app.deleteManifest(image.digest()).answers(202);
    app.putManifest("one", image).answers(201);
    app.getManifest("one").answers(200);
  }

  @RegistryTest
  void aManifestThatAnIndexNamesCannotBeDeleted(Registry registry) {
    var app = registry.repository("team/app");
    var image = app.pushImage("one");
    var index = Document.index(image);
    app.putManifest("index", index).answers(201);

    var answer = app.deleteManifest(image.digest()).answers(405);
    assertThat(answer.errorCode()).isEqualTo("DENIED");
    assertThat(answer.errorDetail().getString("referencedBy")).isEqualTo(index.digest().toString());
    app.getManifest("one").answers(200);

    app.deleteManifest(index.digest()).answers(202);
    app.deleteManifest(image.digest()).answers(202);
  }

  @RegistryTest
  void aDeletedBlobIsGone(Registry registry) {
    var app = registry.repository("team/app");
    for (int size : new int[] {10, 2_000_000}) {
      var payload = Payload.ofSize(size);
      app.push(payload);
      app.deleteBlob(payload.digest()).answers(202);
      app.getBlob(payload.digest()).answers(404);
      app.headBlob(payload.digest()).answers(404);
      assertThat(app.deleteBlob(payload.digest()).answers(404).errorCode())
          .isEqualTo("BLOB_UNKNOWN");

      app.push(payload);
      app.getBlob(payload.digest()).answers(200).expectBody(payload);
    }
  }

  @RegistryTest
  void aBlobThatAManifestNamesCannotBeDeleted(Registry registry) {
    var app = registry.repository("team/app");
    var layer = Payload.ofSize(100);
    var config = Payload.ofSize(10);
    app.push(layer);
    app.push(config);
    var image = Document.image(config, layer);
    app.putManifest("latest", image).answers(201);
    for (var blob : List.of(config, layer)) {
      var answer = app.deleteBlob(blob.digest()).answers(405);
      assertThat(answer.errorCode()).isEqualTo("DENIED");
      assertThat(answer.errorDetail().getString("referencedBy"))
          .isEqualTo(image.digest().toString());
    }
    app.getBlob(layer.digest()).answers(200);
    app.deleteManifest(image.digest()).answers(202);
    app.deleteBlob(layer.digest()).answers(202);
  }

  @RegistryTest
  void aDeletedBlobOfOneRepositoryStaysInAnother(Registry registry) {
    var payload = Payload.ofSize(2_000_000);
    var app = registry.repository("team/app");
    var other = registry.repository("team/other");
    app.push(payload);
    other.push(payload);
    app.deleteBlob(payload.digest()).answers(202);
    other.getBlob(payload.digest()).answers(200).expectBody(payload);
  }
}
