package io.sluice.config;

import io.sluice.config.Node.Entry;
import io.sluice.config.Node.Fields;
import io.sluice.config.Node.Position;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A section of the configuration while it is read: a cursor that knows its key path.
 *
 * <p>Getters never fail. What cannot be read becomes a {@link Problem}, and the getter answers as
 * if the key were absent, so that one run finds every problem of a file. A key counts as known once
 * it has been asked for, whether or not it is there; the others are reported at the end. A key that
 * is {@code null} or an empty string counts as absent, as in Zot, whose strings are empty by
 * default.
 *
 * <p>Values are read as leniently as Zot does ({@link Weakly}). Confined to the reading thread.
 */
final class Section {
  private final Diagnostics diagnostics;
  private final String path;
  private final boolean present;
  private final Fields fields;
  // Lower case to the spelling that we use; sorted, so that a suggestion is always the same.
  private final Map<String, String> known = new TreeMap<>();
  private final Map<String, Section> children = new HashMap<>();
  private final Map<String, List<Section>> lists = new HashMap<>();
  private boolean toleratesUnknownKeys;

  private Section(Diagnostics diagnostics, String path, @Nullable Fields fields) {
    this.diagnostics = diagnostics;
    this.path = path;
    this.present = fields != null;
    this.fields = fields == null ? Fields.NONE : fields;
    diagnostics.opened(this);
  }

  static Section root(Fields fields, Diagnostics diagnostics) {
    return new Section(diagnostics, "", fields);
  }

  /** Unknown keys here become warnings: Zot hands these parameters on and ignores unknown ones. */
  Section tolerant() {
    toleratesUnknownKeys = true;
    return this;
  }

  /** Whether the section is in the file, be it empty. */
  boolean isPresent() {
    return present;
  }

  /** Reads this section if it is in the file. */
  <T> Optional<T> map(Function<Section, T> parser) {
    return present ? Optional.of(parser.apply(this)) : Optional.empty();
  }

  /** Whether the key is in the file with a value other than {@code null}, be it empty. */
  boolean has(String key) {
    return node(key).isPresent();
  }

  /** Accepts a key that means nothing to us, whatever its value. */
  void ignore(String... keys) {
    for (var key : keys) {
      node(key);
    }
  }

  Optional<String> string(String key) {
    return parsed(key, text -> text, "a string");
  }

  Optional<Secret> secret(String key) {
    var node = node(key);
    var text = node.flatMap(Weakly::text);
    if (node.isPresent() && text.isEmpty()) {
      problem(key, Secret.MASK, "is not a string", "a string");
    }
    return text.filter(value -> !value.isEmpty()).map(Secret::new);
  }

  Optional<Path> path(String key) {
    return parsed(key, Path::of, "the path of a file");
  }

  Optional<URI> httpUrl(String key) {
    return parsed(key, Weakly::httpUrl, Weakly.URL_EXPECTED);
  }

  Optional<Regex> regex(String key) {
    return parsed(key, Regex::compile, Regex.EXPECTED);
  }

  Optional<DataSize> size(String key) {
    return parsed(key, DataSize::parse, DataSize.EXPECTED);
  }

  /** A value with a syntax of its own; the parser's IllegalArgumentException says what is wrong. */
  <T> Optional<T> parsed(String key, Function<String, T> parser, String expected) {
    var node = node(key);
    if (node.isEmpty()) {
      return Optional.empty();
    }
    var text = Weakly.text(node.get());
    if (text.isEmpty()) {
      problem(key, "is not a single value", expected);
      return Optional.empty();
    }
    return text.get().isEmpty()
        ? Optional.empty()
        : parse(at(key), node.get(), text.get(), parser, expected);
  }

  boolean flag(String key, boolean fallback) {
    return flag(key).orElse(fallback);
  }

  Optional<Boolean> flag(String key) {
    return converted(key, Weakly::flag, "true or false");
  }

  int integer(String key, int fallback, int min, int max) {
    return integer(key, min, max).orElse(fallback);
  }

  Optional<Integer> integer(String key, int min, int max) {
    return bounded(key, min, max).map(Math::toIntExact);
  }

  /** A size that may also be written as a bare number, within bounds. */
  DataSize size(String key, DataSize fallback, DataSize min, DataSize max) {
    return size(key)
        .filter(
            size ->
                require(
                    size.compareTo(min) >= 0 && size.compareTo(max) <= 0,
                    key,
                    "is out of range",
                    "from " + min + " to " + max))
        .orElse(fallback);
  }

  Duration duration(String key, Duration fallback) {
    return duration(key).orElse(fallback);
  }

  /** Any duration, negative ones too; a bare number is nanoseconds, as in Zot. */
  Optional<Duration> duration(String key) {
    var node = node(key);
    if (node.isPresent()
        && node.get() instanceof Node.Scalar(_, var kind, _)
        && kind == Node.Kind.NUMBER) {
      return converted(key, Weakly::integer, GoDuration.EXPECTED).map(Duration::ofNanos);
    }
    return parsed(key, GoDuration::parse, GoDuration.EXPECTED);
  }

  Duration duration(String key, Duration fallback, Duration min, Duration max) {
    return duration(key)
        .filter(
            value ->
                require(
                    value.compareTo(min) >= 0 && value.compareTo(max) <= 0,
                    key,
                    "is out of range",
                    "from " + GoDuration.format(min) + " to " + GoDuration.format(max)))
        .orElse(fallback);
  }

  /** A duration for which zero and absent mean "off". */
  Optional<Duration> durationOrOff(String key) {
    return duration(key)
        .filter(value -> require(!value.isNegative(), key, "is negative", GoDuration.EXPECTED))
        .filter(Duration::isPositive);
  }

  /**
   * A list; a single value stands for a list of one, commas separate several (but not in braces).
   */
  List<String> strings(String key) {
    return list(key, text -> text, "a string");
  }

  <T> List<T> list(String key, Function<String, T> parser, String expected) {
    var node = node(key);
    if (node.isEmpty()) {
      return List.of();
    }
    var items = Weakly.items(node.get());
    var result = new ArrayList<T>();
    for (int i = 0; i < items.size(); i++) {
      var item = items.get(i);
      var itemPath = node.get() instanceof Node.Items ? at(key) + "[" + i + "]" : at(key);
      var text = Weakly.text(item);
      if (text.isEmpty()) {
        report(item.position(), itemPath, item.shown(), "is not a single value", expected);
      } else {
        parse(itemPath, item, text.get(), parser, expected).ifPresent(result::add);
      }
    }
    return List.copyOf(result);
  }

  /** Like {@link #list}, but a value that the table doesn't know is only warned of and left out. */
  <T> List<T> knownOf(String key, Map<String, T> table, String consequence) {
    var result = new ArrayList<T>();
    for (var text : strings(key)) {
      var value = table.get(text.toLowerCase(Locale.ROOT));
      if (value == null) {
        warn(
            key,
            "\""
                + text
                + "\" is not known and "
                + consequence
                + Suggestions.didYouMean(text, table.keySet()));
      } else {
        result.add(value);
      }
    }
    return List.copyOf(result);
  }

  /** One of a few words, in any case. */
  <T> Optional<T> choice(String key, Map<String, T> choices) {
    var expected = choices.keySet().stream().sorted().collect(Collectors.joining(", "));
    return parsed(
        key,
        text -> {
          var value = choices.get(text.toLowerCase(Locale.ROOT));
          if (value == null) {
            throw new IllegalArgumentException(
                "is not known" + Suggestions.didYouMean(text, choices.keySet()));
          }
          return value;
        },
        "one of " + expected);
  }

  /** The section of that key; an empty one if it is absent. */
  Section section(String key) {
    var node = node(key);
    if (node.isPresent() && Weakly.fields(node.get()).isEmpty()) {
      problem(key, "is not a section", "a section with keys");
    }
    return children.computeIfAbsent(
        key.toLowerCase(Locale.ROOT),
        _ -> new Section(diagnostics, at(key), node.flatMap(Weakly::fields).orElse(null)));
  }

  /** A list of sections; a single section stands for a list of one. */
  List<Section> sections(String key) {
    var node = node(key);
    if (node.isEmpty()) {
      return List.of();
    }
    var cached = lists.get(key.toLowerCase(Locale.ROOT));
    if (cached != null) {
      return cached;
    }
    var items = Weakly.items(node.get());
    var result = new ArrayList<Section>();
    for (int i = 0; i < items.size(); i++) {
      var itemPath = node.get() instanceof Node.Items ? at(key) + "[" + i + "]" : at(key);
      if (items.get(i) instanceof Fields itemFields) {
        result.add(new Section(diagnostics, itemPath, itemFields));
      } else {
        report(
            items.get(i).position(),
            itemPath,
            items.get(i).shown(),
            "is not a section",
            "a section with keys");
      }
    }
    lists.put(key.toLowerCase(Locale.ROOT), result);
    return result;
  }

  /** Every key of this section with its section, for maps whose keys the user chooses. */
  Map<String, Section> namedSections() {
    var result = new LinkedHashMap<String, Section>();
    fields.entries().keySet().forEach(key -> result.put(key, section(key)));
    return result;
  }

  /** Every key of this section in lower case, in the order of the file. */
  List<String> keys() {
    return List.copyOf(fields.entries().keySet());
  }

  /** The key path of a key as the file writes it, or as we would. */
  String at(String key) {
    var entry = fields.entries().get(key.toLowerCase(Locale.ROOT));
    var name = entry == null ? key : entry.writtenKey();
    return path.isEmpty() ? name : path + "." + name;
  }

  /** Reports the value of a key. */
  void problem(String key, String message, String expected) {
    problem(key, node(key).map(Node::shown).orElse(""), message, expected);
  }

  void problem(String key, String value, String message, String expected) {
    report(position(key), at(key), value, message, expected);
  }

  /** Reports the section as a whole. */
  void problem(String message, String expected) {
    report(fields.position(), path, "", message, expected);
  }

  /** Reports a key unless the condition holds; returns the condition. */
  boolean require(boolean condition, String key, String message, String expected) {
    if (!condition) {
      problem(key, message, expected);
    }
    return condition;
  }

  /** A value that must be there; the fallback only keeps the reading going. */
  <T> T required(Optional<T> value, String key, T fallback, String expected) {
    if (value.isEmpty()
        && (!has(key) || node(key).flatMap(Weakly::text).filter(String::isEmpty).isPresent())) {
      problem(key, "is missing", expected);
    }
    return value.orElse(fallback);
  }

  void warn(String key, String message) {
    diagnostics.warning(at(key) + ": " + message);
  }

  void reportUnknownKeys() {
    fields
        .entries()
        .forEach(
            (key, entry) -> {
              if (!known.containsKey(key)) {
                reportUnknown(entry);
              }
            });
  }

  private void reportUnknown(Entry entry) {
    var hint = Suggestions.didYouMean(entry.writtenKey(), known.values());
    if (toleratesUnknownKeys) {
      warn(entry.writtenKey(), "is not known and has no effect" + hint);
      return;
    }
    // The value is not shown: nobody knows whether a key that nobody knows holds a secret.
    var expected =
        Suggestions.nearest(entry.writtenKey(), known.values())
            .map(name -> "\"" + name + "\"")
            .orElseGet(
                () -> known.isEmpty() ? "no keys" : "one of " + String.join(", ", known.values()));
    report(entry.position(), at(entry.writtenKey()), "", "is not a known key", expected);
  }

  private Optional<Node> node(String key) {
    var lower = key.toLowerCase(Locale.ROOT);
    known.putIfAbsent(lower, key);
    return Optional.ofNullable(fields.entries().get(lower))
        .map(Entry::value)
        .filter(value -> !value.isNull());
  }

  private Position position(String key) {
    var entry = fields.entries().get(key.toLowerCase(Locale.ROOT));
    return entry == null ? fields.position() : entry.position();
  }

  private <T> Optional<T> converted(
      String key, Function<Node, Optional<T>> conversion, String expected) {
    var node = node(key);
    var value = node.flatMap(conversion);
    if (node.isPresent() && value.isEmpty() && !Weakly.text(node.get()).equals(Optional.of(""))) {
      problem(key, "cannot be read", expected);
    }
    return value;
  }

  private Optional<Long> bounded(String key, long min, long max) {
    var expected =
        max == Integer.MAX_VALUE
            ? "a whole number of at least " + min
            : "a whole number from " + min + " to " + max;
    return converted(key, Weakly::integer, expected)
        .filter(value -> require(value >= min && value <= max, key, "is out of range", expected));
  }

  private <T> Optional<T> parse(
      String itemPath, Node node, String text, Function<String, T> parser, String expected) {
    try {
      return Optional.of(parser.apply(text));
    } catch (IllegalArgumentException e) {
      report(node.position(), itemPath, node.shown(), String.valueOf(e.getMessage()), expected);
      return Optional.empty();
    }
  }

  private void report(
      Position position, String keyPath, String value, String message, String expected) {
    diagnostics.problem(position, new Problem(keyPath, value, message, expected));
  }
}
