package io.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.Payload;
import io.sluice.testkit.Registry;
import io.sluice.testkit.RegistryTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The list of repositories, as Docker's registry has it. */
class CatalogTest {

  @RegistryTest
  void everyRepositoryWithAManifestIsListedInOrder(Registry registry) {
    var names = List.of("b", "a", "a/b", "a-b", "a/b/c", "a.b", "a0");
    names.forEach(name -> registry.repository(name).pushImage("latest"));
    registry.repository("only/blobs").push(Payload.ofSize(10));

    var answer = registry.get("/v2/_catalog").answers(200);
    assertThat(answer.header("Content-Type")).isEqualTo("application/json");
    assertThat(answer.list("repositories")).isEqualTo(names.stream().sorted().toList());
  }

  @RegistryTest
  void pagesFollowEachOtherByTheirLinks(Registry registry) {
    var names = List.of("a", "a-b", "a.b", "a/b", "b");
    names.forEach(name -> registry.repository(name).pushImage("latest"));
    for (int n = 1; n <= 6; n++) {
      var seen = new ArrayList<String>();
      Optional<String> page = Optional.of("/v2/_catalog?n=" + n);
      while (page.isPresent()) {
        var answer = registry.get(page.get()).answers(200);
        seen.addAll(answer.list("repositories"));
        page = TagListTest.next(answer);
      }
      assertThat(seen).isEqualTo(names);
    }
    assertThat(registry.get("/v2/_catalog?n=0").answers(200).json().getJsonArray("repositories"))
        .isEmpty();
    assertThat(registry.get("/v2/_catalog?n=x").answers(400).errorCode())
        .isEqualTo("PAGINATION_NUMBER_INVALID");
    assertThat(registry.get("/v2/_catalog?last=../x").answers(400).errorCode())
        .isEqualTo("NAME_INVALID");
  }

  @RegistryTest
  void anEmptyRegistryHasAnEmptyList(Registry registry) {
    assertThat(registry.get("/v2/_catalog").answers(200).text()).isEqualTo("{\"repositories\":[]}");
  }
}
