package io.sluice.config;

import java.util.List;

/**
 * A pattern for repository names, with the semantics of doublestar v4 that Zot uses. Equal by
 * source.
 *
 * <ul>
 *   <li>{@code *} matches any part of one path segment, {@code ?} one character of it;
 *   <li>{@code **} as a whole segment matches any number of segments, also none: {@code a/**}
 *       matches {@code a}; within a segment it is the same as {@code *};
 *   <li>{@code [a-z]}, {@code [^a-z]}, {@code [!a-z]} match one character, never a slash;
 *   <li>{@code {a,b/c}} matches either alternative; alternatives may nest and contain slashes;
 *   <li>a backslash makes the next character literal.
 * </ul>
 *
 * <p>Matching takes time proportional to the length of the pattern times that of the name, whatever
 * both are, because neither kind of star ever needs to be tried again once a later one has matched.
 */
public final class Glob {
  static final String EXPECTED = "a glob such as team/*, team/** or {a,b}/app";

  private final String source;
  private final List<GlobPath> alternatives;

  private Glob(String source, List<GlobPath> alternatives) {
    this.source = source;
    this.alternatives = alternatives;
  }

  /**
   * Compiles a pattern.
   *
   * @throws IllegalArgumentException with a message that completes "the value …": brackets or
   *     braces that do not close, an empty class, a backslash at the end, or more than {@value
   *     GlobAlternatives#MAX} combinations of alternatives
   */
  public static Glob compile(String source) {
    return new Glob(source, GlobAlternatives.expand(source).stream().map(GlobPath::parse).toList());
  }

  /** Whether the whole name matches. */
  public boolean matches(String name) {
    var segments = GlobPath.segmentsOf(name);
    for (var alternative : alternatives) {
      if (alternative.matches(segments)) {
        return true;
      }
    }
    return false;
  }

  /** The pattern as it was written. */
  public String source() {
    return source;
  }

  /**
   * The whole segments before the first one with a special character: {@code a/b} of {@code
   * a/b/c*}.
   */
  public String literalPrefix() {
    int end = 0;
    while (end < source.length() && "*?[{\\".indexOf(source.charAt(end)) < 0) {
      end++;
    }
    if (end == source.length()) {
      return source;
    }
    int slash = source.lastIndexOf('/', end);
    return slash < 0 ? "" : source.substring(0, slash);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Glob glob && source.equals(glob.source);
  }

  @Override
  public int hashCode() {
    return source.hashCode();
  }

  @Override
  public String toString() {
    return source;
  }
}
