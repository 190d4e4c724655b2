package io.sluice.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.oci.RepositoryName;
import io.sluice.ulid.Ulids;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The form of events that no repository, or no client, has caused. */
class EventJsonTest {
  private static final Instant TIME = Instant.parse("2026-11-24T10:15:30.123Z");
  private static final Occasion OCCASION = Occasion.ofProcess(new Ulids(() -> TIME).next(), TIME);

  @Test
  void aReloadNamesKeysAndNoClient() {
    var event =
        new Event.ConfigReloaded(
            OCCASION, List.of("http.realm", "log.level"), List.of("http.port"), Optional.empty());
    assertThat(EventJson.of(event))
        .isEqualTo(
            basics("config")
                .put("changed", new JsonArray().add("http.realm").add("log.level"))
                .put("needRestart", new JsonArray().add("http.port")));
    assertThat(event.address()).isEqualTo("sluice.events.config");
  }

  @Test
  void aReloadThatFailedSaysWhy() {
    var event =
        new Event.ConfigReloaded(
            OCCASION, List.of(), List.of(), Optional.of("http.port: cannot be read"));
    assertThat(EventJson.of(event).getString("error")).isEqualTo("http.port: cannot be read");
  }

  @Test
  void aRefusalSaysWhatWasWantedAndWhere() {
    var event =
        new Event.Refused(
            OCCASION, Optional.of(RepositoryName.parse("team/app")), Event.Reason.DENIED, "create");
    assertThat(EventJson.of(event))
        .isEqualTo(
            basics("auth")
                .put("repository", "team/app")
                .put("reason", "denied")
                .put("action", "create"));
    assertThat(event.address()).isEqualTo("sluice.events.auth");
  }

  @Test
  void aRefusalThatIsOnlyAboutWhoItIsHasNoRepositoryAndNoAction() {
    var event = new Event.Refused(OCCASION, Optional.empty(), Event.Reason.WRONG_CREDENTIALS, "");
    assertThat(EventJson.of(event)).isEqualTo(basics("auth").put("reason", "wrong-credentials"));
  }

  private static JsonObject basics(String kind) {
    return new JsonObject()
        .put("id", OCCASION.id().value())
        .put("time", "2026-11-24T10:15:30.123Z")
        .put("kind", kind);
  }
}
