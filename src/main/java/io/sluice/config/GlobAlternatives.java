package io.sluice.config;

import java.util.ArrayList;
import java.util.List;

/** Writes the braces of a glob out: {@code {a,b}/c} is {@code a/c} or {@code b/c}. */
final class GlobAlternatives {
  /** More combinations than anybody writes by hand; bounds the memory of a pattern. */
  static final int MAX = 256;

  private static final int MAX_DEPTH = 32;

  private GlobAlternatives() {}

  static List<String> expand(String pattern) {
    requireBalanced(pattern);
    var done = new ArrayList<String>();
    var open = new ArrayList<String>(List.of(pattern));
    while (!open.isEmpty()) {
      if (open.size() + done.size() > MAX) {
        throw new IllegalArgumentException(
            "has more than " + MAX + " combinations of alternatives");
      }
      var next = open.removeLast();
      int brace = firstBrace(next);
      if (brace < 0) {
        done.add(next);
      } else {
        open.addAll(expandAt(next, brace));
      }
    }
    return done;
  }

  /** Replaces the brace group that opens there by each of its alternatives. */
  private static List<String> expandAt(String pattern, int brace) {
    var results = new ArrayList<String>();
    var alternatives = new ArrayList<String>();
    int depth = 0;
    int start = brace + 1;
    int at = brace;
    do {
      char c = pattern.charAt(at);
      if (c == '{') {
        depth++;
      } else if ((c == '}' && --depth == 0) || (c == ',' && depth == 1)) {
        alternatives.add(pattern.substring(start, at));
        start = at + 1;
      }
      at = afterUnit(pattern, at);
    } while (depth > 0);
    for (var alternative : alternatives) {
      results.add(pattern.substring(0, brace) + alternative + pattern.substring(at));
    }
    return results;
  }

  private static int firstBrace(String pattern) {
    int at = 0;
    while (at < pattern.length()) {
      if (pattern.charAt(at) == '{') {
        return at;
      }
      at = afterUnit(pattern, at);
    }
    return -1;
  }

  private static void requireBalanced(String pattern) {
    int depth = 0;
    int at = 0;
    while (at < pattern.length()) {
      char c = pattern.charAt(at);
      if (c == '{' && ++depth > MAX_DEPTH) {
        throw new IllegalArgumentException("nests alternatives too deeply");
      }
      if (c == '}' && --depth < 0) {
        throw new IllegalArgumentException("is not a glob: a brace closes that never opened");
      }
      at = afterUnit(pattern, at);
    }
    if (depth > 0) {
      throw new IllegalArgumentException("is not a glob: a brace never closes");
    }
  }

  /** The index behind the character, escape or class that starts there. */
  private static int afterUnit(String pattern, int at) {
    return switch (pattern.charAt(at)) {
      case '\\' -> {
        if (at + 1 == pattern.length()) {
          throw new IllegalArgumentException("is not a glob: it ends with a backslash");
        }
        yield at + 2;
      }
      case '[' -> afterClass(pattern, at + 1);
      default -> at + 1;
    };
  }

  /** The index behind the class whose first character is there. */
  static int afterClass(String pattern, int from) {
    int at = from;
    if (at < pattern.length() && (pattern.charAt(at) == '^' || pattern.charAt(at) == '!')) {
      at++;
    }
    if (at < pattern.length() && pattern.charAt(at) == ']') {
      throw new IllegalArgumentException("is not a glob: a character class is empty");
    }
    while (at < pattern.length() && pattern.charAt(at) != ']') {
      at += pattern.charAt(at) == '\\' ? 2 : 1;
    }
    if (at >= pattern.length()) {
      throw new IllegalArgumentException("is not a glob: a character class never closes");
    }
    return at + 1;
  }
}
