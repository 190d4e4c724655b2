package io.sluice.oci;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a registry has to know of a manifest: what it refers to, and how it appears to others. The
 * bytes themselves are kept as they were pushed and are never written anew.
 *
 * @param kind whether it lists blobs or other manifests
 * @param blobs config and layers that must be in the repository, each digest once; layers that are
 *     fetched from elsewhere by their {@code urls} are not among them
 * @param foreign those: the repository may have them nevertheless
 * @param children the manifests that an index lists, each digest once
 * @param subject what this manifest is a referrer of
 * @param artifactType as the referrers API shows it: the manifest's own, else the media type of its
 *     config
 */
public record Manifest(
    Kind kind,
    String mediaType,
    List<Descriptor> blobs,
    List<Descriptor> foreign,
    List<Descriptor> children,
    Optional<Descriptor> subject,
    Optional<String> artifactType,
    Map<String, String> annotations) {

  /** The two shapes of manifests. */
  public enum Kind {
    IMAGE,
    INDEX
  }

  public Manifest {
    blobs = List.copyOf(blobs);
    foreign = List.copyOf(foreign);
    children = List.copyOf(children);
    annotations = Map.copyOf(annotations);
  }

  /**
   * Reads a manifest as it was pushed.
   *
   * @param contentType the request's, empty when there was none: then the manifest's own {@code
   *     mediaType} counts
   * @throws RegistryException with {@link RegistryError.ManifestInvalid} or {@link
   *     RegistryError.ManifestTypeUnsupported}
   */
  public static Manifest parse(byte[] bytes, String contentType) {
    var json = ManifestSyntax.parse(bytes);
    var mediaType = mediaType(json, MediaTypes.essence(contentType));
    var kind = kind(mediaType);
    var version = json.path("schemaVersion");
    boolean readable = version.isIntegralNumber() && version.canConvertToInt();
    if (readable && version.intValue() == 1) {
      throw unsupported(MediaTypes.DOCKER_SCHEMA1);
    }
    if (!readable || version.intValue() != 2) {
      throw ManifestSyntax.invalid("schemaVersion must be 2");
    }
    // Bytes that read as an image to one client and as an index to another are how content is
    // smuggled.
    refuseKeys(
        json, kind == Kind.IMAGE ? List.of("manifests") : List.of("config", "layers"), mediaType);

    var blobs = new LinkedHashMap<Digest, Descriptor>();
    var foreign = new LinkedHashMap<Digest, Descriptor>();
    var children = new LinkedHashMap<Digest, Descriptor>();
    @Nullable Descriptor config = null;
    if (kind == Kind.IMAGE) {
      config = Descriptor.parse(json.path("config"), "config");
      blobs.put(config.digest(), config);
      for (var layer : descriptors(json, "layers")) {
        (MediaTypes.isForeignLayer(layer.mediaType()) ? foreign : blobs)
            .putIfAbsent(layer.digest(), layer);
      }
    } else {
      for (var child : descriptors(json, "manifests")) {
        children.putIfAbsent(child.digest(), child);
      }
    }
    return new Manifest(
        kind,
        mediaType,
        List.copyOf(blobs.values()),
        List.copyOf(foreign.values()),
        List.copyOf(children.values()),
        subject(json),
        artifactType(json, config),
        ManifestSyntax.annotations(json, "manifest"));
  }

  /** How this manifest stands in the answer of the referrers API of its subject. */
  public Descriptor asReferrer(Digest digest, long size) {
    return new Descriptor(mediaType, digest, size, artifactType, annotations);
  }

  private static String mediaType(JsonNode json, String contentType) {
    var own = json.path("mediaType");
    if (!own.isMissingNode() && !own.isTextual()) {
      throw ManifestSyntax.invalid("mediaType is not a text");
    }
    var ownType = own.isTextual() ? own.textValue() : "";
    // Clients that don't know better send a manifest as plain JSON; then its own word counts.
    boolean generic =
        contentType.isEmpty()
            || contentType.equals("application/json")
            || contentType.equals("application/octet-stream");
    if (generic && !ownType.isEmpty()) {
      return ownType;
    }
    if (contentType.isEmpty()) {
      throw ManifestSyntax.invalid("neither a Content-Type nor a mediaType says what it is");
    }
    if (!ownType.isEmpty() && !ownType.equals(contentType)) {
      throw ManifestSyntax.invalid(
          "its mediaType is " + ownType + ", but the Content-Type is " + contentType);
    }
    return contentType;
  }

  private static Kind kind(String mediaType) {
    return switch (mediaType) {
      case MediaTypes.OCI_MANIFEST, MediaTypes.DOCKER_MANIFEST -> Kind.IMAGE;
      case MediaTypes.OCI_INDEX, MediaTypes.DOCKER_LIST -> Kind.INDEX;
      default -> throw unsupported(mediaType);
    };
  }

  private static void refuseKeys(JsonNode json, List<String> keys, String mediaType) {
    for (var key : keys) {
      if (json.has(key)) {
        throw ManifestSyntax.invalid("'" + key + "' does not belong into " + mediaType);
      }
    }
  }

  private static List<Descriptor> descriptors(JsonNode json, String key) {
    var list = json.path(key);
    if (!list.isArray()) {
      throw ManifestSyntax.invalid(
          list.isMissingNode() ? key + " is missing" : key + " is not a list");
    }
    var descriptors = new ArrayList<Descriptor>(list.size());
    for (int i = 0; i < list.size(); i++) {
      descriptors.add(Descriptor.parse(list.get(i), key + "[" + i + "]"));
    }
    return descriptors;
  }

  private static Optional<Descriptor> subject(JsonNode json) {
    var subject = json.path("subject");
    return subject.isMissingNode() || subject.isNull()
        ? Optional.empty()
        : Optional.of(Descriptor.parse(subject, "subject"));
  }

  private static Optional<String> artifactType(JsonNode json, @Nullable Descriptor config) {
    var own = json.path("artifactType");
    if (own.isTextual() && !own.textValue().isEmpty()) {
      return Optional.of(own.textValue());
    }
    return config == null ? Optional.empty() : Optional.of(config.mediaType());
  }

  private static RegistryException unsupported(String mediaType) {
    return new RegistryException(new RegistryError.ManifestTypeUnsupported(mediaType));
  }
}
