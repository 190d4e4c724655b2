package io.sluice.sync;

import static io.sluice.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.Registry;
import io.sluice.testkit.upstream.RemoteImage;
import io.sluice.testkit.upstream.ScriptedUpstream;
import io.sluice.testkit.upstream.SyncConfigs;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/** What tests of the mirror say over and over. */
final class Mirrors {
  private Mirrors() {}

  /**
   * A configuration of one mirror, of which nothing is fetched on demand.
   *
   * @param content entries as YAML, as in {@code {prefix: "**"}}
   */
  static String of(ScriptedUpstream upstream, String content) {
    return of(upstream, content, "");
  }

  /**
   * The same with more about the registry.
   *
   * @param more as in {@code ", onlySigned: true"}
   */
  static String of(ScriptedUpstream upstream, String content, String more) {
    return SyncConfigs.of(List.of(), List.of(registry(upstream, content, more)));
  }

  /** Only the entry of the registry. */
  static String registry(ScriptedUpstream upstream, String content, String more) {
    return "{urls: [\"%s\"], pollInterval: 100ms, content: [%s]%s}"
        .formatted(upstream.url(), content, more);
  }

  /** Waits until a run that begins now, or later, has ended; what it says is the mirror's state. */
  static JsonObject nextRun(Registry registry) {
    var now = Instant.now();
    eventually(
        () -> state(registry),
        state -> {
          assertThat(state.getString("lastRun")).isNotNull();
          assertThat(Instant.parse(state.getString("lastRun"))).isAfter(now);
          assertThat(state.getBoolean("running")).isFalse();
        });
    return state(registry);
  }

  /** What the status says of the first upstream's mirror. */
  static JsonObject state(Registry registry) {
    return status(registry).getJsonArray("upstreams").getJsonObject(0).getJsonObject("mirror");
  }

  static JsonObject status(Registry registry) {
    return registry.get("/v2/_sluice/sync").answers(200).json();
  }

  /** Waits until the tag names the image here; then all of it is here. */
  static void has(Registry registry, String repository, String tag, RemoteImage image) {
    named(registry, repository, tag, image);
    holds(registry, repository, image);
  }

  /** Waits until the tag names the image here. */
  static void named(Registry registry, String repository, String tag, RemoteImage image) {
    eventually(
        () -> digest(registry, repository, tag),
        digest -> assertThat(digest).isEqualTo(image.digest().toString()));
  }

  /** Manifests and blobs, to the last of them. */
  static void holds(Registry registry, String name, RemoteImage image) {
    var repository = registry.repository(name);
    repository.getManifest(image.digest()).answers(200).expectBody(image.manifest().bytes());
    for (var blob : image.blobs()) {
      repository.getBlob(blob.digest()).answers(200).expectBody(blob.bytes());
    }
    image.children().forEach(child -> holds(registry, name, child));
  }

  /** What the tag names here; empty if there is none. */
  static String digest(Registry registry, String repository, String tag) {
    var answer = registry.repository(repository).headManifest(tag).send();
    return answer.status() == 200 ? answer.header("Docker-Content-Digest") : "";
  }

  static void hasNo(Registry registry, String repository, String... tags) {
    assertThat(Arrays.stream(tags).map(tag -> digest(registry, repository, tag)))
        .as("%s of %s", List.of(tags), repository)
        .containsOnly("");
  }
}
