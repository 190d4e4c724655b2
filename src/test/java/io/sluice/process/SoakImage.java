package io.sluice.process;

import io.sluice.oci.Digest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An image, an index or an artifact of the soak test: all that a client needs in order to push it
 * again.
 *
 * @param children of an index, pushed before it
 */
record SoakImage(String mediaType, String manifest, List<Blob> blobs, List<SoakImage> children) {
  private static final String INDEX = "application/vnd.oci.image.index.v1+json";
  private static final String CONFIG = "application/vnd.oci.image.config.v1+json";
  private static final String LAYER = "application/vnd.oci.image.layer.v1.tar";

  /** A blob, made anew from its seed whenever it is needed. */
  record Blob(long seed, int size, Digest digest) {
    static Blob of(long seed, int size) {
      return new Blob(seed, size, Digest.sha256(bytes(seed, size)));
    }

    byte[] bytes() {
      return bytes(seed, size);
    }

    private static byte[] bytes(long seed, int size) {
      var bytes = new byte[size];
      new Random(seed).nextBytes(bytes);
      return bytes;
    }
  }

  /** With a config that makes it unlike all others. */
  static SoakImage of(Blob config, List<Blob> layers) {
    var text =
        "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"config\":%s,\"layers\":[%s]}"
            .formatted(RegistryClient.MANIFEST, descriptor(CONFIG, config), layers(layers));
    return new SoakImage(
        RegistryClient.MANIFEST,
        text,
        Stream.concat(Stream.of(config), layers.stream()).toList(),
        List.of());
  }

  static SoakImage index(List<SoakImage> children) {
    var text =
        "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"manifests\":[%s]}"
            .formatted(
                INDEX,
                children.stream().map(SoakImage::descriptor).collect(Collectors.joining(",")));
    return new SoakImage(INDEX, text, List.of(), List.copyOf(children));
  }

  /** What refers to a subject, as a signature does. */
  static SoakImage referrer(SoakImage subject, Blob config, Blob content) {
    var text =
        "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"artifactType\":\"text/soak\",\"config\":%s,\"layers\":[%s],\"subject\":%s}"
            .formatted(
                RegistryClient.MANIFEST,
                descriptor(CONFIG, config),
                layers(List.of(content)),
                subject.descriptor());
    return new SoakImage(RegistryClient.MANIFEST, text, List.of(config, content), List.of());
  }

  byte[] bytes() {
    return manifest.getBytes(StandardCharsets.UTF_8);
  }

  Digest digest() {
    return Digest.sha256(bytes());
  }

  @Override
  public String toString() {
    return digest().toString();
  }

  private String descriptor() {
    return descriptor(mediaType, digest(), manifest.length());
  }

  private static String layers(List<Blob> layers) {
    return layers.stream().map(layer -> descriptor(LAYER, layer)).collect(Collectors.joining(","));
  }

  private static String descriptor(String type, Blob blob) {
    return descriptor(type, blob.digest, blob.size);
  }

  private static String descriptor(String type, Digest digest, int size) {
    return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d}".formatted(type, digest, size);
  }
}
