package io.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.events.Event;
import io.sluice.testkit.Answer;
import io.sluice.testkit.Ask;
import io.sluice.testkit.Registry;
import io.sluice.testkit.RegistryTest;
import io.sluice.testkit.StoreKind;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;

/** What tags named before, and how they get it back, over HTTP. */
class RestoreTest {

  private static Ask restore(Registry registry, String repository, String tag) {
    return ask(registry, new JsonObject().put("repository", repository).put("tag", tag).encode());
  }

  private static Ask ask(Registry registry, String body) {
    return registry.post("/v2/_sluice/restore").body(body.getBytes(StandardCharsets.UTF_8));
  }

  private static Answer history(Registry registry, String rest) {
    return registry.get("/v2/_sluice/history/" + rest).answers(200);
  }

  @RegistryTest
  void aDeletedTagComesBackWithItsImage(Registry registry) {
    var repository = registry.repository("team/app");
    var image = repository.pushImage("1.4");
    repository.deleteManifest("1.4").answers(202);
    repository.getManifest("1.4").answers(404);

    var answer = restore(registry, "team/app", "1.4").answers(201);

    assertThat(answer.json().getString("digest")).isEqualTo(image.digest().toString());
    assertThat(answer.header("Docker-Content-Digest")).isEqualTo(image.digest().toString());
    repository.getManifest("1.4").answers(200).expectBody(image.payload());
    assertThat(registry.events().all(Event.Pushed.class))
        .filteredOn(it -> it.reference().toString().equals("1.4"))
        .hasSize(2);
  }

  @RegistryTest(on = StoreKind.FS)
  void theHistoryTellsWhatCanBeRestored(Registry registry) {
    var repository = registry.repository("team/app");
    var first = repository.pushImage("1.4");
    repository.pushImage("1.4");
    repository.pushImage("2");

    var tags = history(registry, "team/app").json().getJsonArray("tags");

    assertThat(tags).hasSize(1);
    assertThat(tags.getJsonObject(0).getString("tag")).isEqualTo("1.4");
    var former = tags.getJsonObject(0).getJsonArray("former").getJsonObject(0);
    assertThat(former.getString("digest")).isEqualTo(first.digest().toString());
    assertThat(former.getBoolean("restorable")).isTrue();
    assertThat(history(registry, "team/app?tag=2").json().getJsonArray("tags")).isEmpty();
  }

  @RegistryTest(on = StoreKind.FS)
  void whatCannotBeRestoredIs404AndSaysWhy(Registry registry) {
    var repository = registry.repository("team/app");
    assertThat(restore(registry, "team/app", "1").answers(404).errorMessage())
        .contains("nothing is remembered");
    var image = repository.pushImage("1");
    repository.deleteManifest(image.digest()).answers(202);
    assertThat(restore(registry, "team/app", "1").answers(404).errorMessage())
        .contains("its image " + image.digest() + " has gone");
  }

  @RegistryTest(on = StoreKind.FS)
  void whatCannotBeReadIsRefused(Registry registry) {
    assertThat(ask(registry, "[]").answers(400).errorMessage()).contains("repository and tag");
    assertThat(
            ask(registry, "{\"repository\":\"a\",\"tag\":\"1\",\"force\":true}")
                .answers(400)
                .text())
        .contains("force");
    assertThat(ask(registry, "{\"repository\":\"a\"}").answers(400).errorCode())
        .isEqualTo("TAG_INVALID");
    assertThat(ask(registry, "{\"repository\":\"A\",\"tag\":\"1\"}").answers(400).errorCode())
        .isEqualTo("NAME_INVALID");
    assertThat(
            ask(registry, "{\"repository\":\"a\",\"tag\":\"1\",\"digest\":\"x\"}")
                .answers(400)
                .errorCode())
        .isEqualTo("DIGEST_INVALID");
  }

  @RegistryTest(
      on = StoreKind.FS,
      users = {"maker", "mover", "reader"},
      config =
          """
          http:
            accessControl:
              repositories:
                "**":
                  policies:
                    - {users: [maker], actions: [read, create, delete]}
                    - {users: [mover], actions: [read, update]}
                    - {users: [reader], actions: [read]}
          """)
  void itNeedsWhatAPushOfTheTagNeeds(Registry registry) {
    var maker = registry.as("maker");
    maker.repository("team/app").pushImage("1");
    maker.repository("team/app").deleteManifest("1").answers(202);

    restore(registry, "team/app", "1").answers(401);
    restore(registry.as("reader"), "team/app", "1").answers(403);
    restore(registry.as("mover"), "team/app", "1").answers(403);
    restore(maker, "team/app", "1").answers(201);
    history(registry.as("reader"), "team/app");
    registry.get("/v2/_sluice/history/team/app").answers(401);
  }
}
