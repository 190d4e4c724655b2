package io.sluice.scrub;

import static io.sluice.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.Registry;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** Has a registry scrub, and tells what it found. */
final class Scrubbing {
  static final String PATH = "/v2/_sluice/scrub";

  private Scrubbing() {}

  /** One finding, without its words. */
  record Found(String repository, List<String> tags, String status, String digest) {}

  /** The state after a whole pass that began now. */
  static JsonObject scrub(Registry registry) {
    var begun = registry.post(PATH).answers(202).json();
    assertThat(begun.getBoolean("begun")).isTrue();
    eventually(
        () -> registry.get(PATH).answers(200).json(),
        state -> assertThat(state.getBoolean("running")).isFalse());
    var state = registry.get(PATH).answers(200).json();
    assertThat(state.getString("error")).isNull();
    assertThat(state.getString("pass")).isEqualTo(begun.getString("pass"));
    return state;
  }

  /** What a whole pass that begins now finds. */
  static List<Found> findings(Registry registry) {
    return scrub(registry).getJsonArray("findings").stream()
        .map(JsonObject.class::cast)
        .map(
            json ->
                new Found(
                    json.getString("repository"),
                    json.getJsonArray("tags", new JsonArray()).stream()
                        .map(Object::toString)
                        .sorted()
                        .toList(),
                    json.getString("status"),
                    json.getString("digest")))
        .toList();
  }
}
