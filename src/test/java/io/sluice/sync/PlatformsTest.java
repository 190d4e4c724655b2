package io.sluice.sync;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.oci.Digest;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlatformsTest {
  private final Platforms alpine =
      index(
          child("linux/amd64"),
          attestation("linux/amd64"),
          child("linux/arm/v6"),
          attestation("linux/arm/v6"),
          child("linux/arm/v7"),
          child("linux/arm64/v8"),
          child("windows/amd64"));

  @Test
  void childrenAreGivenWithTheirPlatforms() {
    assertThat(alpine.children()).hasSize(7);
    assertThat(alpine.of(digest("linux/arm64/v8"))).contains(new Platform("linux", "arm64", ""));
    assertThat(alpine.of(digest("linux/arm/v6")).map(Platform::toString)).contains("linux/arm/v6");
    assertThat(alpine.of(digest("nothing"))).isEmpty();
    assertThat(alpine.children().get(1).about()).contains(digest("linux/amd64"));
  }

  @Test
  void whereNothingIsFilteredAllAreTaken() {
    assertThat(alpine.pick(List.of())).hasSize(7);
  }

  @Test
  void attestationsGoWithTheImageThatTheyAreAbout() {
    assertThat(alpine.pick(List.of("linux/amd64")))
        .containsExactly(digest("linux/amd64"), digest("attestation of linux/amd64"));
    assertThat(alpine.pick(List.of("windows/amd64"))).containsExactly(digest("windows/amd64"));
    assertThat(alpine.pick(List.of("unknown/unknown"))).isEmpty();
  }

  @Test
  void withoutAVariantAnyIsMeant() {
    assertThat(alpine.pick(List.of("linux/arm")))
        .containsExactly(
            digest("linux/arm/v6"), digest("attestation of linux/arm/v6"), digest("linux/arm/v7"));
  }

  @ParameterizedTest
  @CsvSource({
    "linux/amd64,    linux/amd64,     true",
    "linux/amd64/v1, linux/amd64,     true",
    "linux/amd64,    linux/amd64/v1,  true",
    "linux/amd64/v3, linux/amd64,     true",
    "linux/amd64,    linux/amd64/v3,  false",
    "linux/x86_64,   linux/amd64,     true",
    "linux/amd64,    linux/x86_64,    true",
    "linux/arm64,    linux/arm64/v8,  true",
    "linux/arm64/v8, linux/arm64,     true",
    "linux/arm64/8,  linux/arm64/v8,  true",
    "linux/aarch64,  linux/arm64/v8,  true",
    "linux/arm64/v9, linux/arm64/v8,  false",
    "linux/arm,      linux/arm/v7,    true",
    "linux/arm,      linux/arm/v6,    false",
    "linux/arm/v6,   linux/arm/v6,    true",
    "linux/arm/v6,   linux/arm,       true",
    "Linux/AMD64,    linux/amd64,     true",
    "linux/riscv64,  linux/amd64,     false",
    "windows/amd64,  linux/amd64,     false",
    "linux/amd64,    linux,           false"
  })
  void spellingsOfOnePlatformAreEqual(String there, String wanted, boolean picked) {
    assertThat(index(child(there)).pick(List.of(wanted))).hasSize(picked ? 1 : 0);
  }

  @Test
  void whatSaysNoPlatformBelongsToAll() {
    var plain = new JsonObject().put("digest", digest("chart").toString());
    assertThat(index(plain, child("linux/s390x")).pick(List.of("linux/amd64")))
        .containsExactly(digest("chart"));
  }

  @Test
  void whatRunsOnNothingAndIsAboutNothingIsLeftOut() {
    assertThat(index(child("unknown/unknown")).pick(List.of("linux/amd64"))).isEmpty();
    assertThat(index(child("unknown/unknown")).pick(List.of())).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{",
        "{}",
        "null",
        "{\"manifests\": 5}",
        "{\"manifests\": [5, null, {}, {\"digest\": \"sha256:1\"}]}",
        "<html>"
      })
  void whatIsNoIndexHasNoChildren(String text) {
    assertThat(Platforms.of(Buffer.buffer(text)).children()).isEmpty();
  }

  @Test
  void partsOfTheWrongTypeAreAsIfTheyWereMissing() {
    var odd =
        new JsonObject()
            .put("digest", digest("odd").toString())
            .put("platform", new JsonArray().add(1))
            .put("annotations", "none");
    assertThat(index(odd).children())
        .containsExactly(new Platforms.Child(digest("odd"), Optional.empty(), Optional.empty()));
  }

  private static Platforms index(JsonObject... children) {
    return Platforms.of(
        new JsonObject().put("manifests", new JsonArray(Arrays.asList(children))).toBuffer());
  }

  private static JsonObject child(String platform) {
    return of(platform, platform);
  }

  private static JsonObject attestation(String of) {
    return of("attestation of " + of, "unknown/unknown")
        .put(
            "annotations",
            new JsonObject()
                .put("vnd.docker.reference.type", "attestation-manifest")
                .put("vnd.docker.reference.digest", digest(of).toString()));
  }

  private static JsonObject of(String content, String platform) {
    var parts = platform.split("/", -1);
    var json = new JsonObject().put("os", parts[0]).put("architecture", parts[1]);
    if (parts.length == 3) {
      json.put("variant", parts[2]);
    }
    return new JsonObject().put("digest", digest(content).toString()).put("platform", json);
  }

  private static Digest digest(String content) {
    return Digest.sha256(content.getBytes(UTF_8));
  }
}
