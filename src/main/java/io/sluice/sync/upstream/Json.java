package io.sluice.sync.upstream;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.Optional;

/** Reads what upstreams send, whatever it is. */
final class Json {

  /** Real ones have a depth of 5. */
  private static final int MAX_DEPTH = 32;

  private static final ObjectMapper MAPPER =
      new ObjectMapper(
          JsonFactory.builder()
              .streamReadConstraints(
                  StreamReadConstraints.builder()
                      .maxNestingDepth(MAX_DEPTH)
                      .maxNumberLength(40)
                      .build())
              .build());

  private Json() {}

  /** Empty if it is no JSON object. */
  static Optional<JsonNode> object(Buffer bytes) {
    try {
      return Optional.ofNullable(MAPPER.readTree(bytes.getBytes())).filter(JsonNode::isObject);
    } catch (IOException _) {
      return Optional.empty();
    }
  }
}
