package io.sluice.testkit;

import io.sluice.oci.Digest;
import io.sluice.oci.MediaTypes;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** A manifest or an index, as a client writes it. */
public record Document(String mediaType, JsonObject json) {

  public static final String OCI_CONFIG = "application/vnd.oci.image.config.v1+json";
  public static final String OCI_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";
  private static final String DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json";
  private static final String DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip";

  /** The config of what has none: {@code {}}. */
  public static final Payload EMPTY = Payload.of("{}");

  /** An OCI image. */
  public static Document image(Payload config, Payload... layers) {
    return manifest(MediaTypes.OCI_MANIFEST, OCI_CONFIG, OCI_LAYER, config, layers);
  }

  /** An image as Docker writes it: schema 2. */
  public static Document dockerImage(Payload config, Payload... layers) {
    return manifest(MediaTypes.DOCKER_MANIFEST, DOCKER_CONFIG, DOCKER_LAYER, config, layers);
  }

  private static Document manifest(
      String type, String configType, String layerType, Payload config, Payload... layers) {
    var list = new JsonArray();
    Stream.of(layers).forEach(layer -> list.add(descriptor(layerType, layer)));
    return new Document(
        type,
        new JsonObject()
            .put("schemaVersion", 2)
            .put("mediaType", type)
            .put("config", descriptor(configType, config))
            .put("layers", list));
  }

  /** An OCI index. */
  public static Document index(Document... children) {
    return list(MediaTypes.OCI_INDEX, children);
  }

  /** A manifest list as Docker writes it. */
  public static Document dockerList(Document... children) {
    return list(MediaTypes.DOCKER_LIST, children);
  }

  private static Document list(String type, Document... children) {
    var list = new JsonArray();
    Stream.of(children).forEach(child -> list.add(child.descriptor()));
    return new Document(
        type,
        new JsonObject().put("schemaVersion", 2).put("mediaType", type).put("manifests", list));
  }

  /** An artifact of that type, with an empty config and one layer. */
  public static Document artifact(String artifactType, Payload layer) {
    return new Document(
        MediaTypes.OCI_MANIFEST,
        new JsonObject()
            .put("schemaVersion", 2)
            .put("mediaType", MediaTypes.OCI_MANIFEST)
            .put("artifactType", artifactType)
            .put("config", descriptor(MediaTypes.EMPTY, EMPTY))
            .put("layers", new JsonArray().add(descriptor("application/octet-stream", layer))));
  }

  /** The same as a referrer of another. */
  public Document withSubject(Document subject) {
    return with(json -> json.put("subject", subject.descriptor()));
  }

  public Document withAnnotations(Map<String, String> annotations) {
    var map = new JsonObject();
    annotations.forEach(map::put);
    return with(json -> json.put("annotations", map));
  }

  /** A copy with something changed. */
  public Document with(Consumer<JsonObject> change) {
    var copy = json.copy();
    change.accept(copy);
    return new Document(mediaType, copy);
  }

  /** The digests of an image's layers. */
  public List<Digest> layers() {
    return json.getJsonArray("layers").stream()
        .map(layer -> Digest.parse(((JsonObject) layer).getString("digest")))
        .toList();
  }

  public Payload payload() {
    return Payload.of(json.encode().getBytes(StandardCharsets.UTF_8));
  }

  public Digest digest() {
    return payload().digest();
  }

  /** What an index says of it. */
  public JsonObject descriptor() {
    return descriptor(mediaType, payload());
  }

  public static JsonObject descriptor(String type, Payload content) {
    return new JsonObject()
        .put("mediaType", type)
        .put("digest", content.digest().toString())
        .put("size", content.size());
  }
}
