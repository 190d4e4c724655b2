package io.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.Payload;
import io.sluice.testkit.Registry;
import io.sluice.testkit.RegistryTest;

/** end-11: mounting a blob of another repository. */
class MountTest {

  @RegistryTest
  void aMountedBlobIsThereWithoutAnUpload(Registry registry) {
    var base = registry.repository("team/base");
    var app = registry.repository("team/app");
    for (int size : new int[] {10, 2_000_000}) {
      var payload = Payload.ofSize(size);
      base.push(payload);
      var answer = app.mount(payload.digest(), base).answers(201);
      assertThat(answer.header("Location")).isEqualTo("/v2/team/app/blobs/" + payload.digest());
      assertThat(answer.header("Docker-Content-Digest")).isEqualTo(payload.digest().toString());
      app.getBlob(payload.digest()).answers(200).expectBody(payload);
    }
    assertThat(registry.storage().keys()).filteredOn(key -> key.startsWith("/data/")).hasSize(1);
  }

  @RegistryTest
  void aMountOfWhatIsNotThereBecomesAnUpload(Registry registry) {
    var app = registry.repository("team/app");
    var payload = Payload.ofSize(100);
    var answer = app.mount(payload.digest(), registry.repository("team/base")).answers(202);
    registry
        .put(answer.header("Location") + "?digest=" + payload.digest())
        .body(payload)
        .answers(201);
    app.headBlob(payload.digest()).answers(200);
  }

  @RegistryTest
  void aMountedBlobOutlivesItsSource(Registry registry) {
    var base = registry.repository("team/base");
    var app = registry.repository("team/app");
    var payload = Payload.ofSize(2_000_000);
    base.push(payload);
    app.mount(payload.digest(), base).answers(201);
    base.deleteBlob(payload.digest()).answers(202);
    app.getBlob(payload.digest()).answers(200).expectBody(payload);
  }

  @RegistryTest
  void aMountWithoutASourceFindsContentThatIsShared(Registry registry) {
    var payload = Payload.ofSize(2_000_000);
    registry.repository("team/base").push(payload);
    var app = registry.repository("team/app");
    registry.post(app.path("blobs/uploads/?mount=" + payload.digest())).answers(201);
    app.headBlob(payload.digest()).answers(200);
  }

  @RegistryTest(config = "{storage: {dedupe: false}}")
  void aMountWithoutASourceBecomesAnUploadWhereNothingIsShared(Registry registry) {
    var payload = Payload.ofSize(2_000_000);
    registry.repository("team/base").push(payload);
    var app = registry.repository("team/app");
    var answer = registry.post(app.path("blobs/uploads/?mount=" + payload.digest())).answers(202);
    registry.get(answer.header("Location")).answers(204);
  }

  @RegistryTest
  void aMountOfNonsenseIsRefused(Registry registry) {
    var app = registry.repository("team/app");
    assertThat(
            registry
                .post(app.path("blobs/uploads/?mount=nonsense&from=team/base"))
                .answers(400)
                .errorCode())
        .isEqualTo("DIGEST_INVALID");
    var digest = Payload.of("x").digest();
    assertThat(
            registry
                .post(app.path("blobs/uploads/?mount=" + digest + "&from=NOT/a/name"))
                .answers(400)
                .errorCode())
        .isEqualTo("NAME_INVALID");
  }
}
