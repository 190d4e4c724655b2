package io.sluice.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.oci.Digest;
import io.sluice.oci.RepositoryName;
import io.sluice.oci.Tag;
import io.sluice.ulid.Ulids;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
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

  @Test
  void aCollectionTellsItsStoreAndWhatHasGone() {
    var event =
        new Event.Collected(
            OCCASION,
            "/",
            Event.Stage.FINISHED,
            new Event.Garbage(1, 2, 3, 4, 5, 6, 7, 8, 9),
            Duration.ofMillis(12),
            Optional.empty());
    assertThat(EventJson.of(event))
        .isEqualTo(
            basics("gc")
                .put("store", "/")
                .put("stage", "finished")
                .put(
                    "totals",
                    new JsonObject()
                        .put("repositories", 1L)
                        .put("tags", 2L)
                        .put("manifests", 3L)
                        .put("blobs", 4L)
                        .put("data", 5L)
                        .put("bytes", 6L)
                        .put("uploads", 7L)
                        .put("withheld", 8L)
                        .put("waiting", 9L))
                .put("durationMs", 12L));
    assertThat(event.address()).isEqualTo("sluice.events.gc");
  }

  @Test
  void whatNeedsAConfirmationIsOfTheKindGcToo() {
    var event =
        new Event.ConfirmationNeeded(
            OCCASION, RepositoryName.parse("team/app"), "policies[0] (team/**)", 100, 90);
    assertThat(EventJson.of(event))
        .isEqualTo(
            basics("gc")
                .put("repository", "team/app")
                .put("stage", "confirmation-needed")
                .put("policy", "policies[0] (team/**)")
                .put("tags", 100L)
                .put("going", 90L));
  }

  @Test
  void aDeletionByAPolicySaysWhichAndWhy() {
    var digest = Digest.sha256(new byte[0]);
    var event =
        new Event.Deleted(
            Occasion.ofProcess(OCCASION.id(), TIME, Event.COLLECTOR),
            RepositoryName.parse("team/app"),
            Event.Target.TAG,
            new Tag("1.4"),
            digest,
            Optional.of("policies[0] (team/**): too old"));
    assertThat(EventJson.of(event))
        .isEqualTo(
            basics("delete")
                .put("repository", "team/app")
                .put("target", "tag")
                .put("reference", "1.4")
                .put("digest", digest.toString())
                .put("reason", "policies[0] (team/**): too old")
                .put("actor", "sluice gc"));
  }

  @Test
  void whatAScrubFoundIsToldWithTheImagesThatNeedIt() {
    var digest = Digest.sha256(new byte[0]);
    var event =
        new Event.ScrubFound(
            OCCASION,
            RepositoryName.parse("team/app"),
            "damaged-blob",
            digest,
            List.of("1.4"),
            "3 bytes are stored, 4 were pushed",
            true);
    assertThat(EventJson.of(event))
        .isEqualTo(
            basics("scrub")
                .put("repository", "team/app")
                .put("stage", "found")
                .put("status", "damaged-blob")
                .put("digest", digest.toString())
                .put("tags", new JsonArray().add("1.4"))
                .put("error", "3 bytes are stored, 4 were pushed")
                .put("hidden", true));
    assertThat(event.address()).isEqualTo("sluice.events.scrub");
  }

  @Test
  void aScrubThatEndedTellsWhatItCameTo() {
    var event =
        new Event.Scrubbed(
            OCCASION,
            Event.Stage.FINISHED,
            1,
            2,
            3,
            4,
            5,
            6,
            Duration.ofSeconds(7),
            Optional.empty());
    assertThat(EventJson.of(event))
        .isEqualTo(
            basics("scrub")
                .put("stage", "finished")
                .put("repositories", 1L)
                .put("manifests", 2L)
                .put("blobs", 3L)
                .put("bytes", 4L)
                .put("findings", 5L)
                .put("quarantined", 6L)
                .put("durationMs", 7_000L));
  }

  private static JsonObject basics(String kind) {
    return new JsonObject()
        .put("id", OCCASION.id().value())
        .put("time", "2026-11-24T10:15:30.123Z")
        .put("kind", kind);
  }
}
