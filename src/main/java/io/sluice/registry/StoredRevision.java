package io.sluice.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.Optional;

/**
 * What the object of a manifest's revision contains: one line of JSON, then the manifest.
 *
 * @param mediaType the {@code Content-Type} it is served with
 * @param pulledFrom the upstream's host, if it comes from one: what it refers to may then be
 *     missing here, since it can be had from there
 * @param manifest the bytes as they were pushed
 */
public record StoredRevision(String mediaType, Optional<String> pulledFrom, Buffer manifest) {
  static final String MEDIA_TYPE = "mediaType";
  static final String PULLED_FROM = "pulledFrom";

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Takes the object apart; says nothing of whether the manifest is the right one.
   *
   * @throws IllegalArgumentException if its first line is not what a revision begins with
   */
  public static StoredRevision parse(Buffer object) {
    int line = 0;
    while (line < object.length() && object.getByte(line) != '\n') {
      line++;
    }
    var header = header(object.getBytes(0, line));
    var upstream = header.path(PULLED_FROM);
    return new StoredRevision(
        header.path(MEDIA_TYPE).textValue(),
        upstream.isTextual() ? Optional.of(upstream.textValue()) : Optional.empty(),
        object.getBuffer(Math.min(line + 1, object.length()), object.length()));
  }

  private static JsonNode header(byte[] line) {
    JsonNode header;
    try {
      header = JSON.readTree(line);
    } catch (IOException e) {
      throw new IllegalArgumentException("the line before the manifest is not JSON", e);
    }
    if (!header.path(MEDIA_TYPE).isTextual()) {
      throw new IllegalArgumentException("the line before the manifest has no mediaType");
    }
    return header;
  }
}
