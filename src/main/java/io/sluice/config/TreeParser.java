package io.sluice.config;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import io.sluice.config.Node.Entry;
import io.sluice.config.Node.Fields;
import io.sluice.config.Node.Items;
import io.sluice.config.Node.Kind;
import io.sluice.config.Node.Position;
import io.sluice.config.Node.Scalar;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/**
 * JSON or YAML text to a tree of {@link Node}s with positions.
 *
 * <p>Both come as Jackson tokens; the tree is built here because a binder would lose positions and
 * the way keys are written. YAML anchors and aliases are refused: they are the way to make a small
 * file a huge tree.
 */
final class TreeParser {
  static final int MAX_NESTING = 64;
  static final int MAX_BYTES = 4 << 20;

  // Our own check of the depth comes first and has the better message; this is the net below it.
  private static final StreamReadConstraints LIMITS =
      StreamReadConstraints.builder()
          .maxNestingDepth(MAX_NESTING + 8)
          .maxDocumentLength(MAX_BYTES)
          .maxNumberLength(100)
          .build();
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(LIMITS)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .build();
  private static final YAMLFactory YAML =
      YAMLFactory.builder()
          .loaderOptions(yamlLimits())
          .streamReadConstraints(LIMITS)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .build();

  private final JsonParser parser;
  private final Diagnostics diagnostics;

  private TreeParser(JsonParser parser, Diagnostics diagnostics) {
    this.parser = parser;
    this.diagnostics = diagnostics;
  }

  /**
   * Parses a whole text. Keys written twice are noted in the diagnostics.
   *
   * @throws ConfigException if it is not well-formed, too deep, or not one section at the top
   */
  static Fields parse(String text, Format format, Diagnostics diagnostics) {
    return switch (format) {
      case JSON -> parse(text, JSON, "JSON", diagnostics);
      case YAML -> parse(text, YAML, "YAML", diagnostics);
      case UNKNOWN -> {
        try {
          yield parse(text, JSON, "JSON", diagnostics);
        } catch (ConfigException notJson) {
          if (text.stripLeading().startsWith("{")) {
            throw notJson;
          }
        }
        yield parse(text, YAML, "YAML", diagnostics);
      }
    };
  }

  private static Fields parse(
      String text, JsonFactory factory, String name, Diagnostics diagnostics) {
    if (text.isBlank()) {
      throw ConfigException.of("", "the configuration is empty", "at least a section \"storage\"");
    }
    try (var parser = factory.createParser(text)) {
      return new TreeParser(parser, diagnostics).document();
    } catch (JsonProcessingException e) {
      throw syntaxError(name, e);
    } catch (IOException e) {
      throw ConfigException.of("", "cannot be read as " + name, "");
    }
  }

  private static ConfigException syntaxError(String name, JsonProcessingException e) {
    int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
    int column = e.getLocation() == null ? 0 : e.getLocation().getColumnNr();
    // Jackson and SnakeYAML quote the text at fault, and that may be a password.
    var message =
        e.getOriginalMessage().lines().findFirst().orElse("").replaceAll("'[^']{2,}'", "");
    if (e.getCause() instanceof MarkedYAMLException yaml && yaml.getProblemMark() != null) {
      line = yaml.getProblemMark().getLine() + 1;
      column = yaml.getProblemMark().getColumn() + 1;
      message = yaml.getProblem();
    }
    return ConfigException.of(
        "",
        "line %d, column %d: not well-formed %s: %s"
            .formatted(line, column, name, message.replaceAll("\\s+", " ").strip()),
        "");
  }

  private static LoaderOptions yamlLimits() {
    var options = new LoaderOptions();
    options.setCodePointLimit(MAX_BYTES);
    options.setNestingDepthLimit(MAX_NESTING + 8);
    options.setMaxAliasesForCollections(0);
    return options;
  }

  private Fields document() throws IOException {
    var first = parser.nextToken();
    var root = first == null ? new Scalar(Position.START, Kind.NULL, "") : value(first, 1);
    var next = parser.nextToken();
    if (next != null) {
      throw at("there is a second document after the end of the first one", "a single document");
    }
    return switch (root) {
      case Fields fields when !fields.entries().isEmpty() -> fields;
      case Fields _ ->
          throw ConfigException.of(
              "", "the configuration is empty", "at least a section \"storage\"");
      case Scalar scalar when scalar.text().isEmpty() ->
          throw ConfigException.of(
              "", "the configuration is empty", "at least a section \"storage\"");
      case Scalar _, Items _ ->
          throw ConfigException.of(
              "", "the configuration is not a section with keys", "{\"storage\": …, \"http\": …}");
    };
  }

  private Node value(JsonToken token, int depth) throws IOException {
    if (token.isStructStart() && depth > MAX_NESTING) {
      throw at("nested too deeply", "at most " + MAX_NESTING + " levels");
    }
    refuseAliases();
    return switch (token) {
      case START_OBJECT -> fields(depth);
      case START_ARRAY -> items(depth);
      case VALUE_TRUE, VALUE_FALSE -> new Scalar(position(), Kind.BOOLEAN, parser.getText());
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT ->
          new Scalar(position(), Kind.NUMBER, parser.getText());
      case VALUE_NULL -> new Scalar(position(), Kind.NULL, "");
      case VALUE_STRING -> new Scalar(position(), Kind.STRING, parser.getText());
      case END_OBJECT, END_ARRAY, FIELD_NAME, NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT ->
          throw at("unexpected " + token, "a value");
    };
  }

  private Fields fields(int depth) throws IOException {
    var start = position();
    var entries = new LinkedHashMap<String, Entry>();
    for (var token = parser.nextToken();
        token == JsonToken.FIELD_NAME;
        token = parser.nextToken()) {
      refuseAliases();
      var keyPosition = position();
      var key = parser.currentName();
      var value = value(parser.nextToken(), depth + 1);
      var earlier =
          entries.putIfAbsent(key.toLowerCase(Locale.ROOT), new Entry(keyPosition, key, value));
      if (earlier != null) {
        reportTwice(earlier, keyPosition, key);
      }
    }
    return new Fields(start, entries);
  }

  private void reportTwice(Entry earlier, Position position, String key) {
    var message =
        earlier.writtenKey().equals(key)
            ? "is written twice in the same section (first in line %d)"
                .formatted(earlier.position().line())
            : "is the same key as \"%s\" in line %d: upper and lower case do not differ"
                .formatted(earlier.writtenKey(), earlier.position().line());
    var parent = path();
    diagnostics.problem(
        position, new Problem(parent.isEmpty() ? key : parent, "", message, "it once"));
  }

  /** The path of the key that was read last, from the parser's own context. */
  private String path() {
    var names = new ArrayList<String>();
    for (var context = parser.getParsingContext(); context != null; context = context.getParent()) {
      if (context.inObject() && context.getCurrentName() != null) {
        names.addFirst(context.getCurrentName());
      } else if (context.inArray()) {
        names.addFirst("[" + context.getCurrentIndex() + "]");
      }
    }
    return String.join(".", names).replace(".[", "[");
  }

  private Items items(int depth) throws IOException {
    var start = position();
    List<Node> values = new ArrayList<>();
    for (var token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
      values.add(value(token, depth + 1));
    }
    return new Items(start, values);
  }

  private void refuseAliases() throws IOException {
    if (parser instanceof YAMLParser yaml
        && (yaml.isCurrentAlias() || yaml.getObjectId() != null)) {
      throw at("YAML anchors and aliases are not read", "the value written out");
    }
  }

  private Position position() {
    var location = parser.currentTokenLocation();
    return new Position(location.getLineNr(), location.getColumnNr());
  }

  private ConfigException at(String message, String expected) {
    var position = position();
    return ConfigException.of(
        "",
        "line %d, column %d: %s".formatted(position.line(), position.column(), message),
        expected);
  }
}
