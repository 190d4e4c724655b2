package io.sluice.registry;

import io.sluice.oci.Digest;
import io.sluice.oci.MediaTypes;
import io.sluice.oci.Reference;
import io.sluice.oci.RepositoryName;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Blobs and manifests to push. */
final class TestImages {
  private TestImages() {}

  /** A blob's content. */
  record Blob(Buffer bytes) {
    Blob(String text) {
      this(Buffer.buffer(text));
    }

    byte[] content() {
      return bytes.getBytes();
    }

    Digest digest() {
      return Digest.sha256(content());
    }

    @Override
    public String toString() {
      return digest().hex().substring(0, 6);
    }
  }

  /** An image of blobs (the first is its config), or an index of images. */
  record Image(
      String mediaType,
      List<Blob> blobs,
      List<Image> children,
      Optional<Image> subject,
      Buffer bytes) {
    Digest digest() {
      return Digest.sha256(bytes.getBytes());
    }

    Commands.PutManifest put(RepositoryName repository, Reference reference) {
      return put(repository, reference, TagRights.BOTH);
    }

    Commands.PutManifest put(RepositoryName repository, Reference reference, TagRights rights) {
      return new Commands.PutManifest(
          repository, reference, mediaType, bytes, List.of(), "somebody", rights);
    }

    @Override
    public String toString() {
      return digest().hex().substring(0, 6);
    }
  }

  /** One that a registry keeps within its link. */
  static Blob small(int number) {
    return new Blob("small " + number);
  }

  /** One that gets a data object (what comes in parts does; see {@code TestUploads}). */
  static Blob large(int number) {
    return new Blob(("large " + number + " ").repeat(12));
  }

  static Image image(Blob... blobs) {
    return image(Optional.empty(), blobs);
  }

  /** An image that refers to another. */
  static Image referrer(Image subject, Blob... blobs) {
    return image(Optional.of(subject), blobs);
  }

  private static Image image(Optional<Image> subject, Blob... blobs) {
    var layers = new JsonArray();
    for (int i = 1; i < blobs.length; i++) {
      layers.add(
          descriptor(
              "application/vnd.oci.image.layer.v1.tar",
              blobs[i].digest(),
              blobs[i].content().length));
    }
    var json =
        new JsonObject()
            .put("schemaVersion", 2)
            .put("mediaType", MediaTypes.OCI_MANIFEST)
            .put(
                "config",
                descriptor(
                    "application/vnd.oci.image.config.v1+json",
                    blobs[0].digest(),
                    blobs[0].content().length))
            .put("layers", layers);
    subject.ifPresent(it -> json.put("subject", descriptor(it)));
    return new Image(MediaTypes.OCI_MANIFEST, List.of(blobs), List.of(), subject, json.toBuffer());
  }

  static Image index(Image... children) {
    var manifests = new JsonArray();
    var blobs = new ArrayList<Blob>();
    for (var child : children) {
      manifests.add(descriptor(child));
    }
    var json =
        new JsonObject()
            .put("schemaVersion", 2)
            .put("mediaType", MediaTypes.OCI_INDEX)
            .put("manifests", manifests);
    return new Image(
        MediaTypes.OCI_INDEX, blobs, List.of(children), Optional.empty(), json.toBuffer());
  }

  private static JsonObject descriptor(Image image) {
    return descriptor(image.mediaType(), image.digest(), image.bytes().length());
  }

  private static JsonObject descriptor(String mediaType, Digest digest, long size) {
    return new JsonObject()
        .put("mediaType", mediaType)
        .put("digest", digest.toString())
        .put("size", size);
  }
}
