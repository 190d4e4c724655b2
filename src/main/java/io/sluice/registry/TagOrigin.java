package io.sluice.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;

/**
 * Where what a tag names was fetched from; what the value of such a tag contains.
 *
 * @param upstream its host, with the port if that is not the usual one
 * @param repository its name there
 * @param time by the clock of the registry that fetched it
 */
public record TagOrigin(String upstream, String repository, Instant time) {
  private static final ObjectMapper JSON = new ObjectMapper();

  ByteBuffer encode() {
    var json = JSON.createObjectNode();
    json.put("upstream", upstream);
    json.put("repository", repository);
    json.put("time", time.toString());
    try {
      return ByteBuffer.wrap(JSON.writeValueAsString(json).getBytes(StandardCharsets.UTF_8));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  static TagOrigin decode(String key, Buffer object) {
    try {
      var json = JSON.readTree(object.getBytes());
      return new TagOrigin(
          json.path("upstream").asText(),
          json.path("repository").asText(),
          Instant.parse(json.path("time").asText()));
    } catch (IOException | DateTimeException e) {
      throw new IllegalStateException("the origin of a tag is damaged: " + key, e);
    }
  }
}
