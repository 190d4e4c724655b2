package io.sluice.config;

import io.sluice.config.Node.Entry;
import io.sluice.config.Node.Fields;
import io.sluice.config.Node.Items;
import io.sluice.config.Node.Scalar;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** In which keys two trees differ, wherever in the file they stand. Confined to one thread. */
final class TreeDifference {
  private final Collection<String> paths = new TreeSet<>();

  private TreeDifference() {}

  static List<String> between(Fields before, Fields after) {
    var difference = new TreeDifference();
    difference.compare("", before, after);
    return List.copyOf(difference.paths);
  }

  private void compare(String parent, Fields before, Fields after) {
    var keys = new LinkedHashSet<>(before.entries().keySet());
    keys.addAll(after.entries().keySet());
    for (var key : keys) {
      var was = before.entries().get(key);
      var is = after.entries().get(key);
      var written = is == null ? was : is;
      if (written != null) {
        var path = parent.isEmpty() ? written.writtenKey() : parent + "." + written.writtenKey();
        compare(path, value(was), value(is));
      }
    }
  }

  private void compare(String path, @Nullable Node was, @Nullable Node is) {
    if (was instanceof Fields before && is instanceof Fields after) {
      compare(path, before, after);
    } else if (was == null && is instanceof Fields came && !came.entries().isEmpty()) {
      compare(path, Fields.NONE, came);
    } else if (is == null && was instanceof Fields went && !went.entries().isEmpty()) {
      compare(path, went, Fields.NONE);
    } else if (!same(was, is)) {
      paths.add(path);
    }
  }

  private static @Nullable Node value(@Nullable Entry entry) {
    return entry == null || entry.value().isNull() ? null : entry.value();
  }

  private static boolean same(@Nullable Node one, @Nullable Node other) {
    return switch (one) {
      case null -> other == null;
      case Scalar(_, var kind, var text) ->
          other instanceof Scalar(_, var otherKind, var otherText)
              && kind == otherKind
              && text.equals(otherText);
      case Items(_, var values) ->
          other instanceof Items(_, var otherValues) && same(values, otherValues);
      case Fields fields -> other instanceof Fields others && between(fields, others).isEmpty();
    };
  }

  private static boolean same(List<Node> values, List<Node> others) {
    if (values.size() != others.size()) {
      return false;
    }
    for (int i = 0; i < values.size(); i++) {
      if (!same(values.get(i), others.get(i))) {
        return false;
      }
    }
    return true;
  }
}
