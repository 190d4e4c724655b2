package io.sluice.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.oci.RegistryError.ManifestInvalid;
import io.sluice.oci.RegistryError.ManifestTypeUnsupported;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Digest CONFIG = Digest.sha256("config".getBytes(StandardCharsets.UTF_8));
  private static final Digest LAYER = Digest.sha256("layer".getBytes(StandardCharsets.UTF_8));

  private static final String IMAGE =
      """
      {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
       "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "size": 6, "digest": "%s"},
       "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "size": 5, "digest": "%s"}]}
      """
          .formatted(CONFIG, LAYER);

  @Test
  void tellsTheBlobsThatAnImageIsMadeOf() {
    var manifest = parse(IMAGE);

    assertThat(manifest.kind()).isEqualTo(Manifest.Kind.IMAGE);
    assertThat(manifest.blobs()).extracting(Descriptor::digest).containsExactly(CONFIG, LAYER);
    assertThat(manifest.children()).isEmpty();
    assertThat(manifest.subject()).isEmpty();
    assertThat(manifest.artifactType()).contains("application/vnd.oci.image.config.v1+json");
  }

  @Test
  void aBlobThatIsNamedTwiceCountsOnce() {
    var image = json(IMAGE);
    image.withArray("layers").add(image.path("layers").get(0)).add(image.path("config"));

    assertThat(parse(image).blobs()).extracting(Descriptor::digest).containsExactly(CONFIG, LAYER);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
        "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
        "application/vnd.oci.image.layer.nondistributable.v1.tar"
      })
  void layersThatClientsFetchElsewhereNeedNotBeHere(String mediaType) {
    var image = json(IMAGE);
    image
        .withArray("layers")
        .addObject()
        .put("mediaType", mediaType)
        .put("size", 1)
        .put("digest", Digest.sha256(new byte[1]).toString());

    assertThat(parse(image).blobs()).extracting(Descriptor::digest).containsExactly(CONFIG, LAYER);
    assertThat(parse(image).foreign())
        .extracting(Descriptor::digest)
        .containsExactly(Digest.sha256(new byte[1]));
  }

  @Test
  void anIndexListsManifestsAndMayListNone() {
    var index =
        json(
            "{\"schemaVersion\": 2, \"mediaType\": \"%s\", \"manifests\": []}"
                .formatted(MediaTypes.OCI_INDEX));
    assertThat(parse(index).children()).isEmpty();

    index.withArray("manifests").add(json(IMAGE).path("config"));
    assertThat(parse(index).kind()).isEqualTo(Manifest.Kind.INDEX);
    assertThat(parse(index).children()).extracting(Descriptor::digest).containsExactly(CONFIG);
    assertThat(parse(index).blobs()).isEmpty();
    assertThat(parse(index).artifactType()).isEmpty();
  }

  @Test
  void aReferrerIsShownWithItsOwnTypeAndAnnotations() {
    var image = json(IMAGE);
    image.put("artifactType", "application/spdx+json");
    image.putObject("annotations").put("b", "2").put("a", "1");
    image.set("subject", image.path("config"));
    var digest = Digest.sha256(new byte[2]);

    var shown = parse(image).asReferrer(digest, 7);

    assertThat(parse(image).subject().map(Descriptor::digest)).contains(CONFIG);
    assertThat(shown)
        .isEqualTo(
            new Descriptor(
                MediaTypes.OCI_MANIFEST,
                digest,
                7,
                Optional.of("application/spdx+json"),
                Map.of("a", "1", "b", "2")));
    assertThat(shown.toJson().path("annotations").properties())
        .extracting(Map.Entry::getKey)
        .containsExactly("a", "b");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "application/json",
        "application/octet-stream",
        "application/vnd.oci.image.manifest.v1+json; charset=utf-8",
        "Application/VND.oci.image.manifest.v1+JSON"
      })
  void aClientThatDoesNotKnowBetterLeavesTheTypeToTheManifest(String contentType) {
    assertThat(Manifest.parse(IMAGE.getBytes(StandardCharsets.UTF_8), contentType).mediaType())
        .isEqualTo(MediaTypes.OCI_MANIFEST);
  }

  @Test
  void theContentTypeAloneIsEnough() {
    var image = json(IMAGE);
    image.remove("mediaType");

    assertThat(Manifest.parse(bytes(image), MediaTypes.DOCKER_MANIFEST).mediaType())
        .isEqualTo(MediaTypes.DOCKER_MANIFEST);
    assertThat(refused(bytes(image), "")).isInstanceOf(ManifestInvalid.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "schemaVersion | 1 | ManifestTypeUnsupported",
        "schemaVersion | 3 | ManifestInvalid",
        "schemaVersion | 4294967298 | ManifestInvalid",
        "schemaVersion | 18446744073709551618 | ManifestInvalid",
        "schemaVersion | 2.0 | ManifestInvalid",
        "schemaVersion | \"2\" | ManifestInvalid",
        "mediaType | 7 | ManifestInvalid",
        "mediaType | \"application/vnd.oci.image.index.v1+json\" | ManifestInvalid",
        "mediaType | \"text/plain\" | ManifestInvalid",
        "manifests | [] | ManifestInvalid",
        "layers | null | ManifestInvalid",
        "layers | {} | ManifestInvalid",
        "layers | [7] | ManifestInvalid",
        "layers | [{}] | ManifestInvalid",
        "config | null | ManifestInvalid",
        "config | {\"mediaType\": \"a/b\", \"size\": 1, \"digest\": \"sha256:0\"} | ManifestInvalid",
        "config | {\"mediaType\": \"\", \"size\": 1, \"digest\": \"$\"} | ManifestInvalid",
        "config | {\"mediaType\": \"a/b\", \"size\": -1, \"digest\": \"$\"} | ManifestInvalid",
        "config | {\"mediaType\": \"a/b\", \"size\": 1.0, \"digest\": \"$\"} | ManifestInvalid",
        "config | {\"mediaType\": \"a/b\", \"size\": 9223372036854775808, \"digest\": \"$\"} | ManifestInvalid",
        "config | {\"mediaType\": \"a/b\", \"digest\": \"$\"} | ManifestInvalid",
        "subject | 7 | ManifestInvalid",
        "annotations | [] | ManifestInvalid",
        "annotations | {\"a\": 1} | ManifestInvalid"
      })
  void isRefusedWhenAPartOfItIsWrong(String key, String value, String error) throws Exception {
    var image = json(IMAGE);
    image.set(key, JSON.readTree(value.replace("$", CONFIG.toString())));

    assertThat(refused(bytes(image), MediaTypes.OCI_MANIFEST).getClass().getSimpleName())
        .isEqualTo(error);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "null",
        "[]",
        "{",
        "{} {}",
        "{\"schemaVersion\": 2, \"schemaVersion\": 2}",
        "{\"a\": 1e99999999999}",
        "{\"schemaVersion\": 11111111111111111111111111111111111111111111111111}"
      })
  void isRefusedWhenItIsNotOneJsonObject(String text) {
    assertThat(refused(text.getBytes(StandardCharsets.UTF_8), MediaTypes.OCI_MANIFEST))
        .isInstanceOf(ManifestInvalid.class);
  }

  @Test
  void isRefusedWhenItIsNestedDeeperThanAnyManifest() {
    var deep = "{\"annotations\":".repeat(100_000) + "1" + "}".repeat(100_000);

    assertThat(refused(deep.getBytes(StandardCharsets.UTF_8), MediaTypes.OCI_MANIFEST))
        .isInstanceOf(ManifestInvalid.class);
  }

  @Test
  void isRefusedWhenTheContentTypeSaysOtherwise() {
    var image = IMAGE.getBytes(StandardCharsets.UTF_8);

    assertThat(refused(image, MediaTypes.OCI_INDEX)).isInstanceOf(ManifestInvalid.class);
    assertThat(refused(image, "text/plain")).isInstanceOf(ManifestInvalid.class);
    assertThat(refused("{}".getBytes(StandardCharsets.UTF_8), MediaTypes.DOCKER_SCHEMA1_SIGNED))
        .isInstanceOf(ManifestTypeUnsupported.class);
  }

  @Property
  void noBytesMakeAnythingElseThanAnAnswer(
      @ForAll byte[] bytes, @ForAll("contentTypes") String contentType) {
    answers(bytes, contentType);
  }

  /** A valid one with some bytes changed comes further into the parser than noise. */
  @Property
  void noDamageMakesAnythingElseThanAnAnswer(
      @ForAll("manifests") ObjectNode manifest,
      @ForAll List<Integer> places,
      @ForAll("damage") String damage,
      @ForAll("contentTypes") String contentType) {
    var text = new StringBuilder(manifest.toString());
    for (int place : places.subList(0, Math.min(3, places.size()))) {
      int at = Math.floorMod(place, text.length());
      text.replace(at, Math.min(text.length(), at + Math.floorMod(place, 7)), damage);
    }
    answers(text.toString().getBytes(StandardCharsets.UTF_8), contentType);
  }

  private static void answers(byte[] bytes, String contentType) {
    try {
      Manifest.parse(bytes, contentType);
    } catch (RegistryException e) {
      assertThat(e.error()).isInstanceOfAny(ManifestInvalid.class, ManifestTypeUnsupported.class);
    }
  }

  @Property
  void whatIsValidIsTaken(@ForAll("manifests") ObjectNode json) {
    var manifest = parse(json);

    assertThat(manifest.blobs().size() + manifest.children().size())
        .isEqualTo(
            json.findValuesAsText("digest").stream().distinct().count()
                - (json.has("subject") ? 1 : 0));
    manifest
        .blobs()
        .forEach(blob -> assertThat(Descriptor.parse(blob.toJson(), "")).isEqualTo(blob));
  }

  /** What is UTF-16 to us is nothing to most clients: they would not see what we see. */
  @ParameterizedTest
  @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-32"})
  void isRefusedInOtherEncodingsThanUtf8(String charset) {
    assertThat(refused(IMAGE.getBytes(Charset.forName(charset)), MediaTypes.OCI_MANIFEST))
        .isInstanceOf(ManifestInvalid.class);
  }

  @Provide
  Arbitrary<String> contentTypes() {
    return Arbitraries.oneOf(
        Arbitraries.of(
            "",
            "application/json",
            MediaTypes.OCI_MANIFEST,
            MediaTypes.OCI_INDEX,
            MediaTypes.DOCKER_MANIFEST,
            MediaTypes.DOCKER_LIST),
        Arbitraries.strings().ofMaxLength(20));
  }

  @Provide
  Arbitrary<String> damage() {
    return Arbitraries.of("", "\"", "{", "}", "[", "null", "-1", "1e400", "\\u0000", "\u00e9", ",");
  }

  @Provide
  Arbitrary<ObjectNode> manifests() {
    var digests =
        Arbitraries.integers()
            .between(0, 1000)
            .map(n -> Digest.sha256(("blob " + n).getBytes(StandardCharsets.UTF_8)));
    var descriptors =
        Combinators.combine(digests, Arbitraries.longs().greaterOrEqual(0))
            .as(ManifestTest::descriptor);
    var image =
        Combinators.combine(descriptors, descriptors.list().ofMaxSize(6))
            .as(
                (config, layers) -> {
                  var json = JSON.createObjectNode();
                  json.put("schemaVersion", 2).put("mediaType", MediaTypes.OCI_MANIFEST);
                  json.set("config", config);
                  json.putArray("layers").addAll(layers);
                  return json;
                });
    var index =
        descriptors
            .list()
            .ofMaxSize(6)
            .map(
                children -> {
                  var json = JSON.createObjectNode();
                  json.put("schemaVersion", 2).put("mediaType", MediaTypes.DOCKER_LIST);
                  json.putArray("manifests").addAll(children);
                  return json;
                });
    return Combinators.combine(
            Arbitraries.oneOf(image, index),
            Arbitraries.maps(
                    Arbitraries.strings().ofMaxLength(5), Arbitraries.strings().ofMaxLength(5))
                .ofMaxSize(3),
            Arbitraries.of(true, false))
        .as(
            (json, annotations, withSubject) -> {
              annotations.forEach(json.withObject("/annotations")::put);
              if (withSubject) {
                json.set("subject", descriptor(Digest.sha256(new byte[] {1, 2, 3}), 3));
              }
              return json;
            });
  }

  private static ObjectNode descriptor(Digest digest, long size) {
    return JSON.createObjectNode()
        .put("mediaType", "application/vnd.oci.image.layer.v1.tar")
        .put("size", size)
        .put("digest", digest.toString());
  }

  private static Manifest parse(String text) {
    return Manifest.parse(text.getBytes(StandardCharsets.UTF_8), "");
  }

  private static Manifest parse(ObjectNode json) {
    return Manifest.parse(bytes(json), "");
  }

  private static byte[] bytes(ObjectNode json) {
    return json.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static ObjectNode json(String text) {
    try {
      return (ObjectNode) JSON.readTree(text);
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  private static RegistryError refused(byte[] bytes, String contentType) {
    return catchThrowableOfType(RegistryException.class, () -> Manifest.parse(bytes, contentType))
        .error();
  }
}
