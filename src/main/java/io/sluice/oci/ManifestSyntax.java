package io.sluice.oci;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * How the JSON of a manifest is read: strictly, within limits, and with errors that name the place.
 */
final class ManifestSyntax {

  /**
   * Real manifests have a depth of 5; annotations are flat. What is deeper is an attack on parsers.
   */
  private static final int MAX_DEPTH = 32;

  private static final ObjectMapper JSON =
      new ObjectMapper(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_DEPTH)
                          .maxNumberLength(40)
                          .build())
                  // Two values under one key: which one counts would depend on the reader.
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private ManifestSyntax() {}

  static JsonNode parse(byte[] bytes) {
    if (!startsAsUtf8(bytes)) {
      throw invalid("it is not JSON in UTF-8");
    }
    JsonNode json;
    try {
      json = JSON.readTree(bytes);
    } catch (JsonProcessingException e) {
      var at = e.getLocation();
      var where =
          at == null ? "" : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")";
      throw invalid("it is not JSON: " + e.getOriginalMessage() + where);
    } catch (IOException e) {
      throw invalid("it is not JSON");
    }
    if (!json.isObject()) {
      throw invalid("it is not a JSON object");
    }
    return json;
  }

  /**
   * The parser takes UTF-16 and UTF-32 as well, and byte order marks; most clients don't, and would
   * not see what we see. JSON begins with ASCII, which tells them apart.
   */
  private static boolean startsAsUtf8(byte[] bytes) {
    for (int i = 0; i < Math.min(4, bytes.length); i++) {
      if (bytes[i] == 0) {
        return false;
      }
    }
    return bytes.length > 0 && bytes[0] > 0;
  }

  static String text(JsonNode json, String key, String where) {
    var value = json.path(key);
    if (!value.isTextual() || value.textValue().isEmpty()) {
      throw invalid(where + "." + key + (value.isMissingNode() ? " is missing" : " is not a text"));
    }
    return value.textValue();
  }

  static Digest digest(JsonNode json, String where) {
    var text = text(json, "digest", where);
    try {
      return Digest.parse(text);
    } catch (RegistryException e) {
      throw invalid(where + ".digest is not a digest: " + text);
    }
  }

  static Map<String, String> annotations(JsonNode json, String where) {
    var node = json.path("annotations");
    if (node.isMissingNode() || node.isNull()) {
      return Map.of();
    }
    if (!node.isObject()) {
      throw invalid(where + ".annotations is not an object");
    }
    var annotations = new TreeMap<String, String>();
    for (var entry : node.properties()) {
      if (!entry.getValue().isTextual()) {
        throw invalid(where + ".annotations[" + entry.getKey() + "] is not a text");
      }
      annotations.put(entry.getKey(), entry.getValue().textValue());
    }
    return annotations;
  }

  static RegistryException invalid(String reason) {
    return new RegistryException(new RegistryError.ManifestInvalid(reason));
  }
}
