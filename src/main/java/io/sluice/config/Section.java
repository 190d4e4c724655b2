package io.sluice.config;

import io.sluice.config.Node.Entry;
import io.sluice.config.Node.Fields;
import io.sluice.config.Node.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A section of the configuration while it is read: a cursor that knows its key path.
 *
 * <p>A key counts as known once it has been asked for, whether or not it is there; the others are
 * reported at the end. This class leads from section to section; {@link Values} reads what is in
 * one. Confined to the reading thread.
 */
final class Section extends Values {
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

  /** Accepts a key that means nothing to us, whatever its value. */
  void ignore(String... keys) {
    for (var key : keys) {
      node(key);
    }
  }

  /** The section of that key; an empty one if it is absent. */
  Section section(String key) {
    var node = node(key);
    if (node.isPresent() && Weakly.fields(node.get()).isEmpty()) {
      // Not shown: this may be a secret in the wrong place.
      problem(key, "", "is not a section", "a section with keys");
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
        report(items.get(i).position(), itemPath, "", "is not a section", "a section with keys");
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

  @Override
  String at(String key) {
    var entry = fields.entries().get(key.toLowerCase(Locale.ROOT));
    var name = entry == null ? key : entry.writtenKey();
    return path.isEmpty() ? name : path + "." + name;
  }

  /** Reports the section as a whole. */
  void problem(String message, String expected) {
    report(fields.position(), path, "", message, expected);
  }

  @Override
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

  @Override
  Optional<Node> node(String key) {
    var lower = key.toLowerCase(Locale.ROOT);
    known.putIfAbsent(lower, key);
    return Optional.ofNullable(fields.entries().get(lower))
        .map(Entry::value)
        .filter(value -> !value.isNull());
  }

  @Override
  Position position(String key) {
    var entry = fields.entries().get(key.toLowerCase(Locale.ROOT));
    return entry == null ? fields.position() : entry.position();
  }

  @Override
  void report(Position position, String keyPath, String value, String message, String expected) {
    diagnostics.problem(position, new Problem(keyPath, value, message, expected));
  }
}
