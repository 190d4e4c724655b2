package io.sluice.sync;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.oci.Digest;
import io.sluice.oci.RegistryException;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * The manifests that an index lists, by what they run on. Immutable.
 *
 * <p>Read from bytes that have been taken as a manifest before, so it complains of nothing: what
 * isn't an index has no children, and a child without a usable digest is none.
 */
public final class Platforms {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String REFERENCE_TYPE = "vnd.docker.reference.type";
  private static final String REFERENCE_DIGEST = "vnd.docker.reference.digest";

  private final List<Child> children;

  /**
   * One manifest of an index.
   *
   * @param platform empty where the index says none
   * @param about the image whose attestation it is, empty for everything else
   */
  public record Child(Digest digest, Optional<Platform> platform, Optional<Digest> about) {}

  private Platforms(List<Child> children) {
    this.children = List.copyOf(children);
  }

  /** Reads an index. */
  public static Platforms of(Buffer index) {
    var children = new ArrayList<Child>();
    for (var child : manifests(index)) {
      digest(child.path("digest"))
          .ifPresent(digest -> children.add(new Child(digest, platform(child), about(child))));
    }
    return new Platforms(children);
  }

  /** All of them, in the order of the index. */
  public List<Child> children() {
    return children;
  }

  /** What one of them runs on, if it is among them and the index says so. */
  public Optional<Platform> of(Digest child) {
    return children.stream()
        .filter(it -> it.digest().equals(child))
        .findFirst()
        .flatMap(Child::platform);
  }

  /**
   * Those that belong to the platforms given, as {@code linux/amd64} or {@code linux/arm/v7},
   * without a variant for any; in the order of the index. None given means all of them.
   *
   * <p>Attestations go with the image that they are about; what says no platform belongs to all, as
   * it may be needed on each; what runs on nothing and is about nothing is left out.
   */
  public List<Digest> pick(List<String> wanted) {
    if (wanted.isEmpty()) {
      return children.stream().map(Child::digest).distinct().toList();
    }
    var images = new HashSet<Digest>();
    for (var child : children) {
      if (child.about().isEmpty() && isWanted(child, wanted)) {
        images.add(child.digest());
      }
    }
    return children.stream()
        .filter(child -> images.contains(child.about().orElse(child.digest())))
        .map(Child::digest)
        .distinct()
        .toList();
  }

  private static boolean isWanted(Child child, List<String> wanted) {
    if (child.platform().isEmpty()) {
      return true;
    }
    var platform = child.platform().get();
    return !platform.isUnknown() && wanted.stream().anyMatch(platform::isMeantBy);
  }

  private static JsonNode manifests(Buffer index) {
    try {
      return JSON.readTree(index.getBytes()).path("manifests");
    } catch (IOException e) {
      return JSON.missingNode();
    }
  }

  private static Optional<Platform> platform(JsonNode child) {
    var platform = child.path("platform");
    var os = platform.path("os").asText();
    var architecture = platform.path("architecture").asText();
    return os.isEmpty() || architecture.isEmpty()
        ? Optional.empty()
        : Optional.of(Platform.of(os, architecture, platform.path("variant").asText()));
  }

  private static Optional<Digest> about(JsonNode child) {
    var annotations = child.path("annotations");
    return annotations.has(REFERENCE_TYPE)
        ? digest(annotations.path(REFERENCE_DIGEST))
        : Optional.empty();
  }

  private static Optional<Digest> digest(JsonNode text) {
    try {
      return Optional.of(Digest.parse(text.asText()));
    } catch (RegistryException e) {
      return Optional.empty();
    }
  }
}
