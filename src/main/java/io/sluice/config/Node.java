package io.sluice.config;

import java.util.List;
import java.util.Map;

/** A value of the file with its place, before anybody knows what it means. */
sealed interface Node {
  Position position();

  /** Line and column count from 1. */
  record Position(int line, int column) implements Comparable<Position> {
    static final Position START = new Position(1, 1);

    @Override
    public int compareTo(Position other) {
      return line != other.line
          ? Integer.compare(line, other.line)
          : Integer.compare(column, other.column);
    }
  }

  enum Kind {
    STRING,
    NUMBER,
    BOOLEAN,
    NULL
  }

  /** The text is that of the file, so that a number keeps all its digits. */
  record Scalar(Position position, Kind kind, String text) implements Node {}

  record Items(Position position, List<Node> values) implements Node {}

  /** Keys are lower case here, in the order of the file; an entry knows how its key was written. */
  record Fields(Position position, Map<String, Entry> entries) implements Node {
    static final Fields NONE = new Fields(Position.START, Map.of());
  }

  record Entry(Position position, String writtenKey, Node value) {}

  default boolean isNull() {
    return this instanceof Scalar(_, var kind, _) && kind == Kind.NULL;
  }

  /** How a problem shows this value: short, and without the password of a URL. */
  default String shown() {
    return switch (this) {
      case Scalar(_, var kind, _) when kind == Kind.NULL -> "null";
      case Scalar(_, _, var text) ->
          shortened(text.replaceAll("//[^/@]*@", "//" + Secret.MASK + "@"));
      case Items(_, var values) -> "a list of " + values.size();
      case Fields(_, var entries) -> "a section of " + entries.size() + " keys";
    };
  }

  private static String shortened(String text) {
    return text.length() <= 80 ? text : text.substring(0, 77) + "...";
  }
}
