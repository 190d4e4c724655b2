package io.sluice.testkit.upstream;

import io.sluice.oci.Digest;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A manifest that an upstream has, with what it names.
 *
 * @param blobs the config and the layers of an image; none of an index
 * @param children the images of an index
 */
public record RemoteImage(
    String repository,
    String mediaType,
    RemoteBlob manifest,
    List<RemoteBlob> blobs,
    List<RemoteImage> children) {

  private static final String OCI = "application/vnd.oci.image.";

  static RemoteImage image(String repository, RemoteBlob config, List<RemoteBlob> layers) {
    var json =
        head("manifest")
            .put("config", descriptor(OCI + "config.v1+json", config))
            .put(
                "layers",
                new JsonArray(
                    layers.stream()
                        .map(layer -> descriptor(OCI + "layer.v1.tar+gzip", layer))
                        .toList()));
    var blobs = Stream.concat(Stream.of(config), layers.stream()).toList();
    return of(repository, json, blobs, List.of());
  }

  /** A referrer of another manifest, as a signature is one. */
  static RemoteImage referrer(RemoteImage subject, String artifactType, RemoteBlob layer) {
    var empty = RemoteBlob.of("{}");
    var json =
        head("manifest")
            .put("artifactType", artifactType)
            .put("config", descriptor("application/vnd.oci.empty.v1+json", empty))
            .put("layers", new JsonArray().add(descriptor("application/octet-stream", layer)))
            .put("subject", subject.descriptor());
    return of(subject.repository, json, List.of(empty, layer), List.of());
  }

  static RemoteImage index(String repository, Map<String, RemoteImage> platforms) {
    var manifests = new JsonArray();
    platforms.forEach(
        (platform, image) -> {
          var parts = platform.split("/");
          manifests.add(
              image
                  .descriptor()
                  .put(
                      "platform",
                      new JsonObject().put("os", parts[0]).put("architecture", parts[1])));
        });
    return of(
        repository,
        head("index").put("manifests", manifests),
        List.of(),
        new ArrayList<>(platforms.values()));
  }

  static JsonObject head(String kind) {
    return new JsonObject().put("schemaVersion", 2).put("mediaType", OCI + kind + ".v1+json");
  }

  private static RemoteImage of(
      String repository, JsonObject json, List<RemoteBlob> blobs, List<RemoteImage> children) {
    return new RemoteImage(
        repository,
        json.getString("mediaType"),
        RemoteBlob.of(json.encode()),
        List.copyOf(blobs),
        List.copyOf(children));
  }

  private static JsonObject descriptor(String mediaType, RemoteBlob blob) {
    return new JsonObject()
        .put("mediaType", mediaType)
        .put("digest", blob.digest().toString())
        .put("size", blob.size());
  }

  JsonObject descriptor() {
    return descriptor(mediaType, manifest);
  }

  /** As it stands in a list of referrers. */
  JsonObject asReferrer() {
    var type = new JsonObject(Buffer.buffer(manifest.bytes())).getString("artifactType");
    return type == null ? descriptor() : descriptor().put("artifactType", type);
  }

  public Digest digest() {
    return manifest.digest();
  }

  public RemoteBlob config() {
    return blobs.getFirst();
  }

  public List<RemoteBlob> layers() {
    return blobs.subList(1, blobs.size());
  }
}
