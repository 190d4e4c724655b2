package io.sluice.api;

import static io.sluice.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.Registry;
import io.sluice.testkit.RegistryTest;
import io.sluice.testkit.StoreKind;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;

/** Garbage collection as it is asked for over HTTP. */
class GcRoutesTest {
  private static final String GC = "/v2/_sluice/gc";

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static JsonObject store(Registry registry) {
    return registry.get(GC).answers(200).json().getJsonArray("stores").getJsonObject(0);
  }

  @RegistryTest(on = {StoreKind.FS, StoreKind.S3})
  void aRunThatIsAskedForEndsAndIsTheLastOneAlsoAfterARestart(Registry registry) {
    assertThat(store(registry).getBoolean("enabled")).isTrue();
    assertThat(store(registry).containsKey("lastRun")).isFalse();
    assertThat(store(registry).containsKey("nextRun")).isTrue();

    registry.post(GC + "?confirm=true").answers(202);

    eventually(
        () -> store(registry),
        store -> {
          assertThat(store.containsKey("lastRun")).isTrue();
          assertThat(store.getJsonObject("lastRun").getBoolean("confirmed")).isTrue();
        });
    registry.restart();
    assertThat(store(registry).getJsonObject("lastRun").getBoolean("confirmed")).isTrue();
  }

  @RegistryTest(on = StoreKind.FS, config = "storage: {gc: false}")
  void whereItIsOffThatIsSaid(Registry registry) {
    assertThat(store(registry).getBoolean("enabled")).isFalse();
    assertThat(registry.post(GC).answers(400).errorMessage()).contains("storage.gc");
    registry.reconfigure("storage: {gc: true}");
    registry.post(GC).answers(202);
  }

  @RegistryTest(on = StoreKind.FS)
  void aPreviewEndsWithItsTotals(Registry registry) {
    registry.repository("team/app").pushImage("1");
    for (var query : new String[] {"", "?repository=team/app"}) {
      var answer = registry.get(GC + "/preview" + query).answers(200);
      assertThat(answer.header("Content-Type")).isEqualTo("application/x-ndjson");
      var last = answer.text().lines().toList().getLast();
      assertThat(new JsonObject(last).getJsonObject("totals").getLong("tags")).isZero();
    }
  }

  @RegistryTest(on = StoreKind.FS)
  void aPolicyToTryIsReadAsInTheConfiguration(Registry registry) {
    var preview = GC + "/preview";
    registry
        .post(preview)
        .body(
            bytes(
                "{\"policies\":[{\"repositories\":[\"**\"],\"keepTags\":[{\"pushedWithin\":\"1h\"}]}]}"))
        .answers(200);
    var wrong =
        registry
            .post(preview)
            .body(
                bytes(
                    "{\"policies\":[{\"repositories\":[\"**\"],\"keepTags\":[{\"pushedWithn\":\"1h\"}]}]}"))
            .answers(400);
    assertThat(wrong.errorMessage())
        .contains("policies[0].keepTags[0].pushedWithn", "is not a known key", "pushedWithin");
    registry.post(preview).body(bytes("{")).answers(400);
    registry.post(preview).answers(400);
  }

  @RegistryTest(on = StoreKind.FS)
  void whatCannotBeReadIsRefused(Registry registry) {
    assertThat(registry.post(GC + "?confirm=perhaps").answers(400).errorMessage())
        .contains("confirm", "true or false");
    registry.get(GC + "/preview?repository=UPPER").answers(400);
    registry.put(GC).answers(405);
    registry.delete(GC + "/preview").answers(405);
    registry.get("/v2/_sluice/nothing").answers(404);
    registry.get("/v2/_sluice").answers(404);
  }

  @RegistryTest(
      on = StoreKind.FS,
      users = {"ann", "admin"},
      config =
          "http: {accessControl: {adminPolicy: {users: [admin], actions: [read]}, repositories: {\"**\": {policies: [{users: [ann], actions: [read, create, update, delete]}]}}}}")
  void onlyAdministratorsMaySeeAndDoIt(Registry registry) {
    for (var path : new String[] {GC, GC + "/preview"}) {
      registry.get(path).answers(401);
      registry.as("ann").get(path).answers(403);
      registry.as("ann").post(path).answers(403);
      registry.as("admin").get(path).answers(200);
    }
    registry.as("admin").post(GC).answers(202);
  }
}
