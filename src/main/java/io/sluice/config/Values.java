package io.sluice.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Reads the values of a section, each by its key and type.
 *
 * <p>Getters never fail. What cannot be read becomes a {@link Problem}, and the getter answers as
 * if the key were absent, so that one run finds every problem of a file. A key that is {@code null}
 * or an empty string counts as absent, as in Zot, whose strings are empty by default. Types are as
 * weak as in Zot ({@link Weakly}).
 */
abstract sealed class Values permits Section {

  /** The value of a key, which is known from now on; empty if it is absent or {@code null}. */
  abstract Optional<Node> node(String key);

  /** The key path of a key as the file writes it, or as we would. */
  abstract String at(String key);

  abstract Node.Position position(String key);

  abstract void warn(String key, String message);

  abstract void report(
      Node.Position position, String keyPath, String value, String message, String expected);

  /** Whether the key is in the file with a value other than {@code null}, be it empty. */
  boolean has(String key) {
    return node(key).isPresent();
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

  /** Reports the value of a key. */
  void problem(String key, String message, String expected) {
    problem(key, node(key).map(Node::shown).orElse(""), message, expected);
  }

  void problem(String key, String value, String message, String expected) {
    report(position(key), at(key), value, message, expected);
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
}
