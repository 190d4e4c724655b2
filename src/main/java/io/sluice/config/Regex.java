package io.sluice.config;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A regular expression in the syntax of Go's RE2, matched anywhere in a text (unanchored), as Zot
 * does. Equal by source.
 *
 * <p>It runs on {@link Pattern}: what the two syntaxes write differently is translated, and what
 * RE2 does not have (look-around, back references, possessive quantifiers) is refused.
 */
public final class Regex {
  static final String EXPECTED = "a regular expression in RE2 syntax";

  private static final Pattern REPETITION = Pattern.compile("\\{[0-9]{1,4}(,[0-9]{0,4})?}");
  private static final Map<String, String> POSIX_CLASSES =
      Map.ofEntries(
          Map.entry("alnum", "\\p{Alnum}"),
          Map.entry("alpha", "\\p{Alpha}"),
          Map.entry("ascii", "\\p{ASCII}"),
          Map.entry("blank", "\\p{Blank}"),
          Map.entry("cntrl", "\\p{Cntrl}"),
          Map.entry("digit", "\\p{Digit}"),
          Map.entry("graph", "\\p{Graph}"),
          Map.entry("lower", "\\p{Lower}"),
          Map.entry("print", "\\p{Print}"),
          Map.entry("punct", "\\p{Punct}"),
          Map.entry("space", "\\p{Space}"),
          Map.entry("upper", "\\p{Upper}"),
          Map.entry("word", "\\w"),
          Map.entry("xdigit", "\\p{XDigit}"));

  private final String source;
  private final Pattern pattern;

  private Regex(String source, Pattern pattern) {
    this.source = source;
    this.pattern = pattern;
  }

  /**
   * Compiles an expression.
   *
   * @throws IllegalArgumentException with a message that completes "the value …"
   */
  public static Regex compile(String source) {
    try {
      return new Regex(source, Pattern.compile(new Translation(source).run()));
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "is not a regular expression ("
              + e.getDescription()
              + " at character "
              + (e.getIndex() + 1)
              + ")",
          e);
    }
  }

  /** The expression as it was written. */
  public String source() {
    return source;
  }

  /**
   * Where the expression matches first in the text: its first group, or what it matched when it has
   * none.
   */
  public Optional<String> firstGroup(CharSequence text) {
    var matcher = pattern.matcher(text);
    return matcher.find()
        ? Optional.ofNullable(matcher.group(Math.min(1, matcher.groupCount())))
        : Optional.empty();
  }

  /** Whether the expression matches anywhere in the text. */
  public boolean find(CharSequence text) {
    return pattern.matcher(text).find();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Regex regex && source.equals(regex.source);
  }

  @Override
  public int hashCode() {
    return source.hashCode();
  }

  @Override
  public String toString() {
    return source;
  }

  /** Copies an RE2 expression, writing what Java would read differently in Java's way. */
  private static final class Translation {
    private final String source;
    private final StringBuilder out = new StringBuilder();
    private int at;

    Translation(String source) {
      this.source = source;
    }

    String run() {
      while (at < source.length()) {
        char c = source.charAt(at);
        switch (c) {
          case '\\' -> escape();
          case '[' -> characterClass();
          case '(' -> group();
          case '*', '+', '?' -> quantifier(String.valueOf(c));
          case '{' -> brace();
          default -> {
            out.append(c);
            at++;
          }
        }
      }
      return out.toString();
    }

    private void escape() {
      if (at + 1 == source.length()) {
        throw new IllegalArgumentException("ends with a backslash");
      }
      char next = source.charAt(at + 1);
      if (next == 'Q') {
        int end = source.indexOf("\\E", at + 2);
        out.append(Pattern.quote(source.substring(at + 2, end < 0 ? source.length() : end)));
        at = end < 0 ? source.length() : end + 2;
        return;
      }
      if ((next >= '1' && next <= '9') || "kGRXZ".indexOf(next) >= 0) {
        throw new IllegalArgumentException("uses \\" + next + ", which RE2 does not have");
      }
      if (next == 'C') {
        throw new IllegalArgumentException("uses \\C: texts are characters here, not bytes");
      }
      out.append(escaped(next));
      at += 2;
    }

    private static String escaped(char c) {
      return "\\" + c;
    }

    private void group() {
      if (source.startsWith("(?P<", at)) {
        out.append("(?<");
        at += 4;
      } else if (source.startsWith("(?=", at)
          || source.startsWith("(?!", at)
          || source.startsWith("(?<=", at)
          || source.startsWith("(?<!", at)
          || source.startsWith("(?>", at)) {
        throw new IllegalArgumentException(
            "uses look-around or an atomic group, which RE2 does not have");
      } else {
        out.append('(');
        at++;
        // The question mark of (?: or (?i) is no quantifier.
        if (at < source.length() && source.charAt(at) == '?') {
          out.append('?');
          at++;
        }
      }
    }

    private void brace() {
      var repetition = REPETITION.matcher(source).region(at, source.length());
      if (repetition.lookingAt()) {
        quantifier(repetition.group());
      } else {
        out.append("\\{");
        at++;
      }
    }

    private void quantifier(String text) {
      out.append(text);
      at += text.length();
      if (at < source.length() && source.charAt(at) == '?') {
        out.append('?');
        at++;
      }
      if (at < source.length()
          && ("*+?".indexOf(source.charAt(at)) >= 0
              || REPETITION.matcher(source).region(at, source.length()).lookingAt())) {
        throw new IllegalArgumentException("has one repetition directly after another");
      }
    }

    private void characterClass() {
      out.append('[');
      at++;
      if (at < source.length() && source.charAt(at) == '^') {
        out.append('^');
        at++;
      }
      // Directly after the opening, RE2 takes a bracket as a member.
      if (at < source.length() && source.charAt(at) == ']') {
        out.append("\\]");
        at++;
      }
      while (at < source.length() && source.charAt(at) != ']') {
        member();
      }
      if (at == source.length()) {
        throw new IllegalArgumentException("has a character class without an end");
      }
      out.append(']');
      at++;
    }

    private void member() {
      char c = source.charAt(at);
      if (source.startsWith("[:", at) && source.indexOf(":]", at) > 0) {
        int end = source.indexOf(":]", at);
        var name = source.substring(at + 2, end);
        boolean negated = name.startsWith("^");
        var translated = POSIX_CLASSES.get(negated ? name.substring(1) : name);
        if (translated == null) {
          throw new IllegalArgumentException("has an unknown character class [:" + name + ":]");
        }
        out.append(negated ? "[^" + translated + "]" : translated);
        at = end + 2;
      } else if (c == '\\' && at + 1 < source.length()) {
        out.append(escaped(source.charAt(at + 1)));
        at += 2;
      } else {
        // Java nests classes and intersects them with &&; to RE2 both are plain characters.
        out.append(c == '[' || c == '&' ? escaped(c) : String.valueOf(c));
        at++;
      }
    }
  }
}
