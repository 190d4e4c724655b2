package io.sluice.config;

import java.util.ArrayList;
import java.util.List;

/**
 * A glob without alternatives: a path of segments, each {@code **} or a list of tokens.
 *
 * <p>Both levels match in the same way, segments against segments and tokens against characters: go
 * forward, and on a mismatch let the last star take one more. What lies before that star has
 * matched and can stay as it is, so there is no other backtracking.
 */
record GlobPath(List<Segment> segments) {

  sealed interface Segment {
    /** Any number of segments. */
    record Deep() implements Segment {}

    record Shallow(List<Token> tokens) implements Segment {}
  }

  sealed interface Token {
    record Literal(int codePoint) implements Token {}

    record AnyOne() implements Token {}

    record Star() implements Token {}

    record OneOf(boolean negated, List<Range> ranges) implements Token {}
  }

  record Range(int low, int high) {}

  /** Parses a pattern that {@link GlobAlternatives} has checked and expanded. */
  static GlobPath parse(String pattern) {
    var segments = new ArrayList<Segment>();
    var tokens = new ArrayList<Token>();
    int start = 0;
    int at = 0;
    while (at < pattern.length()) {
      int c = pattern.codePointAt(at);
      switch (c) {
        case '/' -> {
          segments.add(segment(pattern.substring(start, at), tokens));
          tokens.clear();
          at++;
          start = at;
        }
        case '*' -> {
          tokens.add(new Token.Star());
          at++;
        }
        case '?' -> {
          tokens.add(new Token.AnyOne());
          at++;
        }
        case '[' -> {
          int end = GlobAlternatives.afterClass(pattern, at + 1);
          tokens.add(oneOf(pattern.substring(at + 1, end - 1)));
          at = end;
        }
        case '\\' -> {
          int escaped = pattern.codePointAt(at + 1);
          tokens.add(new Token.Literal(escaped));
          at += 1 + Character.charCount(escaped);
        }
        default -> {
          tokens.add(new Token.Literal(c));
          at += Character.charCount(c);
        }
      }
    }
    segments.add(segment(pattern.substring(start), tokens));
    return new GlobPath(List.copyOf(segments));
  }

  private static Segment segment(String text, List<Token> tokens) {
    return text.equals("**") ? new Segment.Deep() : new Segment.Shallow(List.copyOf(tokens));
  }

  private static Token oneOf(String content) {
    boolean negated = content.startsWith("^") || content.startsWith("!");
    var members = (negated ? content.substring(1) : content).codePoints().toArray();
    var ranges = new ArrayList<Range>();
    int at = 0;
    while (at < members.length) {
      at += members[at] == '\\' ? 1 : 0;
      int low = members[at++];
      int high = low;
      if (at + 1 < members.length && members[at] == '-') {
        at += members[at + 1] == '\\' ? 2 : 1;
        high = members[at++];
      }
      ranges.add(new Range(low, high));
    }
    return new Token.OneOf(negated, List.copyOf(ranges));
  }

  static List<int[]> segmentsOf(String name) {
    var result = new ArrayList<int[]>();
    int start = 0;
    for (int slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', start)) {
      result.add(name.substring(start, slash).codePoints().toArray());
      start = slash + 1;
    }
    result.add(name.substring(start).codePoints().toArray());
    return result;
  }

  boolean matches(List<int[]> name) {
    int p = 0;
    int n = 0;
    int afterDeep = -1;
    int takenUpTo = 0;
    while (n < name.size()) {
      if (p < segments.size() && segments.get(p) instanceof Segment.Deep) {
        afterDeep = ++p;
        takenUpTo = n;
      } else if (p < segments.size()
          && segments.get(p) instanceof Segment.Shallow(var tokens)
          && matches(tokens, name.get(n))) {
        p++;
        n++;
      } else if (afterDeep >= 0) {
        p = afterDeep;
        n = ++takenUpTo;
      } else {
        return false;
      }
    }
    return segments.subList(p, segments.size()).stream().allMatch(Segment.Deep.class::isInstance);
  }

  private static boolean matches(List<Token> tokens, int[] text) {
    int p = 0;
    int n = 0;
    int afterStar = -1;
    int takenUpTo = 0;
    while (n < text.length) {
      if (p < tokens.size() && tokens.get(p) instanceof Token.Star) {
        afterStar = ++p;
        takenUpTo = n;
      } else if (p < tokens.size() && matches(tokens.get(p), text[n])) {
        p++;
        n++;
      } else if (afterStar >= 0) {
        p = afterStar;
        n = ++takenUpTo;
      } else {
        return false;
      }
    }
    return tokens.subList(p, tokens.size()).stream().allMatch(Token.Star.class::isInstance);
  }

  private static boolean matches(Token token, int codePoint) {
    return switch (token) {
      case Token.Literal(int expected) -> expected == codePoint;
      case Token.AnyOne _ -> true;
      case Token.Star _ -> false;
      case Token.OneOf(boolean negated, var ranges) -> {
        boolean inside = false;
        for (var range : ranges) {
          inside |= codePoint >= range.low() && codePoint <= range.high();
        }
        yield inside != negated;
      }
    };
  }
}
