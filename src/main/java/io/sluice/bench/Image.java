package io.sluice.bench;

import io.sluice.oci.Digest;
import io.sluice.oci.MediaTypes;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An image to push or that was pushed: OCI manifest, config, and layers.
 *
 * @param tag by which its manifest is pushed and pulled
 * @param digest of the manifest
 */
record Image(String tag, Digest digest, Buffer manifest, Blob config, List<Blob> layers) {
  private static final String CONFIG_TYPE = "application/vnd.oci.image.config.v1+json";
  private static final String LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar";

  static Image of(String tag, List<Blob> layers) {
    var config = config(layers);
    var manifest = manifest(config, layers);
    return new Image(
        tag, Digest.sha256(manifest), Buffer.buffer(manifest), config, List.copyOf(layers));
  }

  /** The layers, then the config: the order in which Docker pushes. */
  Stream<Blob> blobs() {
    return Stream.concat(layers.stream(), Stream.of(config));
  }

  private static Blob config(List<Blob> layers) {
    var ids =
        layers.stream()
            .map(layer -> '"' + layer.digest().toString() + '"')
            .collect(Collectors.joining(","));
    return Blob.of(
        """
        {"created":"2026-01-01T00:00:00Z","architecture":"amd64","os":"linux","config":{},\
        "rootfs":{"type":"layers","diff_ids":[%s]}}"""
            .formatted(ids)
            .getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] manifest(Blob config, List<Blob> layers) {
    return """
        {"schemaVersion":2,"mediaType":"%s","config":%s,"layers":[%s]}"""
        .formatted(
            MediaTypes.OCI_MANIFEST,
            descriptor(CONFIG_TYPE, config),
            layers.stream()
                .map(layer -> descriptor(LAYER_TYPE, layer))
                .collect(Collectors.joining(",")))
        .getBytes(StandardCharsets.UTF_8);
  }

  private static String descriptor(String mediaType, Blob blob) {
    return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d}"
        .formatted(mediaType, blob.digest(), blob.size());
  }
}
