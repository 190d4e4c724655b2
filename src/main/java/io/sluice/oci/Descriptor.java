package io.sluice.oci;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A descriptor (OCI image specification, "Descriptor"): what a manifest or an index says of one
 * thing that it refers to.
 *
 * @param size in bytes, never negative
 * @param artifactType only ever present where the referred thing is a manifest
 * @param annotations in lexical order of their keys
 */
public record Descriptor(
    String mediaType,
    Digest digest,
    long size,
    Optional<String> artifactType,
    Map<String, String> annotations) {

  public Descriptor {
    annotations = java.util.Collections.unmodifiableMap(new TreeMap<>(annotations));
  }

  /** The JSON form; platform, urls and data are not kept. */
  public ObjectNode toJson() {
    var json = JsonNodeFactory.instance.objectNode();
    json.put("mediaType", mediaType);
    json.put("digest", digest.toString());
    json.put("size", size);
    artifactType.ifPresent(type -> json.put("artifactType", type));
    if (!annotations.isEmpty()) {
      var node = json.putObject("annotations");
      annotations.forEach(node::put);
    }
    return json;
  }

  /**
   * Reads one descriptor of a manifest; {@code where} names it in errors, as in {@code layers[3]}.
   */
  static Descriptor parse(JsonNode json, String where) {
    if (!json.isObject()) {
      throw ManifestSyntax.invalid(where + " is not an object");
    }
    var mediaType = ManifestSyntax.text(json, "mediaType", where);
    var digest = ManifestSyntax.digest(json, where);
    var size = json.path("size");
    if (!size.isIntegralNumber() || !size.canConvertToLong() || size.longValue() < 0) {
      throw ManifestSyntax.invalid(where + ".size is not a number of bytes: " + size);
    }
    var artifactType = json.path("artifactType");
    return new Descriptor(
        mediaType,
        digest,
        size.longValue(),
        artifactType.isTextual() ? Optional.of(artifactType.textValue()) : Optional.empty(),
        ManifestSyntax.annotations(json, where));
  }
}
