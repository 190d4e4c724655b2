package io.sluice.sync;

import io.sluice.config.Glob;
import io.sluice.config.SyncRegistryConfig.Content;

/**
 * How the names of one entry of {@code content} are written upstream and here. Each name is that of
 * the other side with one beginning replaced, so both directions are each other's inverse.
 *
 * @param here how names begin here: the destination; empty for any beginning
 * @param there how they begin there: the literal part of the prefix, where that is stripped
 */
record Mapping(Glob prefix, String literal, String here, String there) {

  /*
   * Zot strips the characters "/*" from the ends of a prefix, and so asks for a literal "*" when a star is in the middle,
   * and for "a/foo/foobar" by the prefix "a/foo*". Here it is the whole segments before the first special character that
   * are stripped, in both directions; for prefixes that work in Zot this is the same.
   */
  static Mapping of(Content content) {
    var literal = content.prefix().literalPrefix();
    return new Mapping(
        content.prefix(), literal, content.destination(), content.stripPrefix() ? literal : "");
  }

  /** The name there, empty if this entry has nothing to do with the name here. */
  String upstream(String local) {
    var upstream = moved(local, here, there);
    return matches(upstream) ? upstream : "";
  }

  /** The name here, which need not be a valid one; empty if the entry leaves that name out. */
  String local(String upstream) {
    return matches(upstream) ? moved(upstream, there, here) : "";
  }

  private boolean matches(String upstream) {
    // The first is for speed: nearly all entries are out by it.
    return startsWith(upstream, literal) && !upstream.isEmpty() && prefix.matches(upstream);
  }

  /** The name with another beginning, of whole segments; empty if it doesn't begin so. */
  private static String moved(String name, String from, String to) {
    if (!startsWith(name, from)) {
      return "";
    }
    if (from.length() == name.length()) {
      return to;
    }
    var rest = from.isEmpty() ? name : name.substring(from.length() + 1);
    return to.isEmpty() ? rest : to + "/" + rest;
  }

  private static boolean startsWith(String name, String segments) {
    return segments.isEmpty()
        || name.startsWith(segments)
            && (name.length() == segments.length() || name.charAt(segments.length()) == '/');
  }
}
