package io.sluice.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.sluice.config.ConfigException;
import io.sluice.config.ConfigLoader;
import io.sluice.config.Format;
import io.sluice.config.Problem;
import io.sluice.config.RetentionConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A retention policy in a file: the section itself, one under the key {@code retention}, or that of
 * a whole configuration's {@code storage}. Nothing else of the file leaves this process.
 *
 * @param json the section
 */
record PolicyFile(String json, RetentionConfig retention) {

  static PolicyFile read(Path file) {
    var json = section(file, parse(file)).toString();
    try {
      return new PolicyFile(json, ConfigLoader.parseRetention(json, Format.JSON, Duration.ZERO));
    } catch (ConfigException e) {
      throw new CommandFailure(
          e.problems().stream()
              .map(Problem::render)
              .map(problem -> file + ": " + problem)
              .collect(Collectors.joining("\n")));
    }
  }

  private static JsonNode parse(Path file) {
    try {
      var text = Files.readString(file);
      var mapper = text.stripLeading().startsWith("{") ? new ObjectMapper() : new YAMLMapper();
      return mapper.readTree(text);
    } catch (JsonProcessingException e) {
      throw new CommandFailure(file + " is not well-formed: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new CommandFailure("can't read the policy from " + file + ": " + e);
    }
  }

  private static JsonNode section(Path file, JsonNode root) {
    var storage = child(root, "storage");
    if (storage.isPresent()) {
      return child(storage.get(), "retention")
          .orElseThrow(
              () -> new CommandFailure(file + " has no storage.retention: nothing to try"));
    }
    return child(root, "retention").orElse(root);
  }

  private static Optional<JsonNode> child(JsonNode node, String key) {
    return node.properties().stream()
        .filter(entry -> entry.getKey().equalsIgnoreCase(key))
        .map(java.util.Map.Entry::getValue)
        .findFirst();
  }
}
