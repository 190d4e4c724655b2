package io.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.Payload;
import io.sluice.testkit.Registry;
import io.sluice.testkit.RegistryTest;

/** {@code storage.subPaths}: further stores for some repositories. */
class SubPathsTest {
  private static final String CONFIG =
      """
      storage:
        subPaths:
          /infra: {rootDirectory: $STORES/infra}
          /apps: {rootDirectory: $STORES/apps}
      """;

  @RegistryTest(config = CONFIG)
  void repositoriesOfAllStoresAreServedAndListedTogether(Registry registry) {
    for (var name : new String[] {"infra/dns", "apps/web", "other/x", "infra", "apps"}) {
      var repository = registry.repository(name);
      var image = repository.pushImage("latest");
      repository.getManifest("latest").answers(200).expectBody(image.payload());
      var large = Payload.ofSize(2_000_000);
      repository.push(large);
      repository.getBlob(large.digest()).answers(200).expectBody(large);
    }
    assertThat(registry.get("/v2/_catalog").answers(200).list("repositories"))
        .containsExactly("apps", "apps/web", "infra", "infra/dns", "other/x");
    var page = registry.get("/v2/_catalog?n=2&last=apps").answers(200);
    assertThat(page.list("repositories")).containsExactly("apps/web", "infra");
    assertThat(TagListTest.next(page)).isPresent();
  }

  @RegistryTest(config = CONFIG)
  void aMountFromOneStoreIntoAnotherBecomesAnUpload(Registry registry) {
    var payload = Payload.ofSize(100_000);
    var dns = registry.repository("infra/dns");
    var web = registry.repository("apps/web");
    dns.push(payload);
    var answer = web.mount(payload.digest(), dns).answers(202);
    registry
        .put(answer.header("Location") + "?digest=" + payload.digest())
        .body(payload)
        .answers(201);
    registry.repository("infra/ntp").mount(payload.digest(), dns).answers(201);
  }

  @RegistryTest(config = CONFIG)
  void anUploadInASubPathSurvivesARestart(Registry registry) {
    var payload = Payload.ofSize(2_500_000);
    var upload = registry.repository("infra/dns").startUpload().send(payload, 0, 1_500_000);
    registry.restart();
    assertThat(upload.offset()).isEqualTo(1_500_000);
    upload.send(payload, 1_500_000, 2_500_000).finish(payload.digest());
    registry.leavesNothingBehind();
  }
}
