package io.sluice.sync.upstream;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * One of the ways in which a server that answered 401 wants us to say who we are (RFC 9110, 11.3).
 *
 * @param scheme in lower case, as in {@code bearer}
 * @param parameters by their names in lower case
 */
record Challenge(String scheme, Map<String, String> parameters) {

  Optional<String> parameter(String name) {
    return Optional.ofNullable(parameters.get(name));
  }

  /** All challenges of all {@code WWW-Authenticate} headers; what can't be read is left out. */
  static List<Challenge> parse(List<String> headers) {
    var challenges = new ArrayList<Challenge>();
    for (var header : headers) {
      new Parser(header, challenges).run();
    }
    return challenges;
  }

  /**
   * A comma separates challenges as well as the parameters of one: what follows it is a parameter
   * if an equals sign comes after its first token, else the next challenge.
   */
  private static final class Parser {
    private final String text;
    private final List<Challenge> found;
    private int at;

    Parser(String text, List<Challenge> found) {
      this.text = text;
      this.found = found;
    }

    void run() {
      while (true) {
        skip(" \t,");
        var scheme = token();
        if (scheme.isEmpty()) {
          return;
        }
        var parameters = new LinkedHashMap<String, String>();
        found.add(new Challenge(scheme.toLowerCase(Locale.ROOT), parameters));
        parameters(parameters);
      }
    }

    private void parameters(Map<String, String> parameters) {
      while (true) {
        skip(" \t,");
        int start = at;
        var name = token();
        skip(" \t");
        if (name.isEmpty() || !is('=')) {
          at = start;
          if (!name.isEmpty() || !skipToken68()) {
            return;
          }
          continue;
        }
        at++;
        skip(" \t");
        if (is('"')) {
          parameters.putIfAbsent(name.toLowerCase(Locale.ROOT), quoted());
        } else {
          parameters.putIfAbsent(name.toLowerCase(Locale.ROOT), token());
          skip("=/");
        }
      }
    }

    /** Data of a scheme that has no parameters; we know none that we could use. */
    private boolean skipToken68() {
      int start = at;
      while (at < text.length() && text.charAt(at) != ',' && text.charAt(at) != ' ') {
        at++;
      }
      return at > start;
    }

    private String token() {
      int start = at;
      while (at < text.length() && isTokenCharacter(text.charAt(at))) {
        at++;
      }
      return text.substring(start, at);
    }

    private String quoted() {
      var value = new StringBuilder();
      at++;
      while (at < text.length() && !is('"')) {
        if (is('\\') && at + 1 < text.length()) {
          at++;
        }
        value.append(text.charAt(at++));
      }
      if (at < text.length()) {
        at++;
      }
      return value.toString();
    }

    private boolean is(char c) {
      return at < text.length() && text.charAt(at) == c;
    }

    private void skip(String characters) {
      while (at < text.length() && characters.indexOf(text.charAt(at)) >= 0) {
        at++;
      }
    }

    private static boolean isTokenCharacter(char c) {
      return c >= '0' && c <= '9'
          || c >= 'a' && c <= 'z'
          || c >= 'A' && c <= 'Z'
          || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
    }
  }
}
