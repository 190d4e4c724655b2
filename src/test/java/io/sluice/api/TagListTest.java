package io.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.Answer;
import io.sluice.testkit.Document;
import io.sluice.testkit.Payload;
import io.sluice.testkit.Registry;
import io.sluice.testkit.RegistryTest;
import io.sluice.testkit.Repository;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** end-8: listing tags. */
class TagListTest {

  private static Repository tagged(Registry registry, List<String> tags) {
    var app = registry.repository("team/app");
    var config = Payload.ofSize(10);
    app.push(config);
    var image = Document.image(config);
    tags.forEach(tag -> app.putManifest(tag, image).answers(201));
    return app;
  }

  private static List<String> tags(Answer answer) {
    return answer.list("tags");
  }

  static Optional<String> next(Answer answer) {
    return answer
        .findHeader("Link")
        .map(
            link -> {
              assertThat(link).matches("<[^>]+>; rel=\"next\"");
              return link.substring(1, link.indexOf('>'));
            });
  }

  @RegistryTest
  void tagsAreListedInLexicalOrder(Registry registry) {
    var tags = List.of("v1", "latest", "V1", "a-b", "a", "a.b", "_x", "10", "9", "ab", "a_b");
    var answer = tagged(registry, tags).tags("").answers(200);
    assertThat(answer.header("Content-Type")).isEqualTo("application/json");
    assertThat(answer.json().getString("name")).isEqualTo("team/app");
    assertThat(tags(answer)).isEqualTo(tags.stream().sorted().toList());
    assertThat(answer.findHeader("Link")).isEmpty();
  }

  @RegistryTest
  void pagesFollowEachOtherByTheirLinks(Registry registry) {
    var tags = List.of("a", "a-b", "a.b", "b", "c");
    var app = tagged(registry, tags);
    for (int n = 1; n <= 6; n++) {
      var seen = new ArrayList<String>();
      Optional<String> page = Optional.of(app.path("tags/list?n=" + n));
      while (page.isPresent()) {
        var answer = registry.get(page.get()).answers(200);
        assertThat(tags(answer)).hasSizeBetween(1, n);
        seen.addAll(tags(answer));
        page = next(answer);
      }
      assertThat(seen).isEqualTo(tags);
    }
  }

  @RegistryTest
  void aPageStartsBehindTheLast(Registry registry) {
    var app = tagged(registry, List.of("a", "b", "c", "d"));
    assertThat(tags(app.tags("?last=b").answers(200))).isEqualTo(List.of("c", "d"));
    assertThat(tags(app.tags("?n=1&last=b").answers(200))).isEqualTo(List.of("c"));
    // Which need not be there.
    assertThat(tags(app.tags("?last=bb").answers(200))).isEqualTo(List.of("c", "d"));
    assertThat(tags(app.tags("?last=zz").answers(200))).isEqualTo(List.of());
  }

  @RegistryTest
  void aPageOfNothingIsEmpty(Registry registry) {
    var app = tagged(registry, List.of("a", "b"));
    var answer = app.tags("?n=0").answers(200);
    assertThat(tags(answer)).isEmpty();
    assertThat(answer.findHeader("Link")).isEmpty();
  }

  @RegistryTest
  void whatIsNoNumberIsRefused(Registry registry) {
    var app = tagged(registry, List.of("a"));
    for (var query : List.of("?n=-1", "?n=x", "?n=", "?n=1.5", "?n=1&n=2")) {
      var answer = app.tags(query).answers(400);
      assertThat(answer.errorCode()).isEqualTo("PAGINATION_NUMBER_INVALID");
    }
    assertThat(app.tags("?last=-bad").answers(400).errorCode()).isEqualTo("TAG_INVALID");
  }

  @RegistryTest
  void aRepositoryThatIsNotThereIsUnknown(Registry registry) {
    registry.repository("team/app").push(Payload.ofSize(10));
    for (var name : List.of("no/where", "team/app", "team")) {
      var answer = registry.repository(name).tags("").answers(404);
      assertThat(answer.errorCode()).isEqualTo("NAME_UNKNOWN");
      assertThat(answer.errorDetail().getString("name")).isEqualTo(name);
    }
  }

  @RegistryTest
  void aRepositoryWithoutTagsHasAnEmptyList(Registry registry) {
    var app = registry.repository("team/app");
    var image = app.pushImage("latest");
    app.deleteManifest("latest").answers(202);
    assertThat(tags(app.tags("").answers(200))).isEmpty();
    app.getManifest(image.digest()).answers(200);
  }

  @RegistryTest
  void headOfAListIsItsHeader(Registry registry) {
    var app = tagged(registry, List.of("a"));
    var answer = registry.head(app.path("tags/list")).answers(200);
    assertThat(answer.header("Content-Type")).isEqualTo("application/json");
    assertThat(answer.body()).isEmpty();
  }
}
