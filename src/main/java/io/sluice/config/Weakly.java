package io.sluice.config;

import io.sluice.config.Node.Fields;
import io.sluice.config.Node.Items;
import io.sluice.config.Node.Kind;
import io.sluice.config.Node.Scalar;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Weak typing, as Zot's decoder has it: numbers and booleans may be written as strings, strings as
 * numbers, a list of one as that one.
 */
final class Weakly {
  static final String URL_EXPECTED = "an absolute URL with http or https";

  private static final Set<String> TRUE = Set.of("1", "t", "T", "TRUE", "true", "True");
  private static final Set<String> FALSE = Set.of("0", "f", "F", "FALSE", "false", "False");

  private Weakly() {}

  static Optional<String> text(Node node) {
    if (!(node instanceof Scalar(_, var kind, var text)) || kind == Kind.NULL) {
      return Optional.empty();
    }
    return kind == Kind.BOOLEAN ? Optional.of(text.equals("true") ? "1" : "0") : Optional.of(text);
  }

  static Optional<Boolean> flag(Node node) {
    if (!(node instanceof Scalar(_, var kind, var text))) {
      return Optional.empty();
    }
    if (kind == Kind.NUMBER) {
      return decimal(text).map(number -> number.signum() != 0);
    }
    if (TRUE.contains(text)) {
      return Optional.of(true);
    }
    return FALSE.contains(text) ? Optional.of(false) : Optional.empty();
  }

  /** A fraction is cut off; a string may be hexadecimal (0x), octal (0) or binary (0b). */
  static Optional<Long> integer(Node node) {
    if (!(node instanceof Scalar(_, var kind, var text))) {
      return Optional.empty();
    }
    try {
      return switch (kind) {
        case NUMBER -> decimal(text).map(number -> number.toBigInteger().longValueExact());
        case STRING -> text.isEmpty() ? Optional.empty() : Optional.of(goInteger(text));
        case BOOLEAN -> Optional.of(text.equals("true") ? 1L : 0L);
        case NULL -> Optional.empty();
      };
    } catch (ArithmeticException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** What may stand where a list of texts or sections is expected. */
  static List<Node> items(Node node) {
    return switch (node) {
      case Items(_, var values) -> values;
      case Scalar(var position, var kind, var text) when kind == Kind.STRING -> {
        var items = new ArrayList<Node>();
        for (var part : commaSeparated(text)) {
          items.add(new Scalar(position, kind, part));
        }
        yield items;
      }
      // An empty section and an empty list are the same thing to Zot.
      case Fields(_, var entries) when entries.isEmpty() -> List.of();
      case Fields _, Scalar _ -> List.of(node);
    };
  }

  static Optional<Fields> fields(Node node) {
    return switch (node) {
      case Fields fields -> Optional.of(fields);
      case Items(var position, var values) when values.isEmpty() ->
          Optional.of(new Fields(position, Fields.NONE.entries()));
      case Items _, Scalar _ -> Optional.empty();
    };
  }

  static URI httpUrl(String text) {
    try {
      var url = new URI(text);
      if (url.getScheme() == null
          || !url.getScheme().matches("(?i)https?")
          || url.getHost() == null) {
        throw new IllegalArgumentException("is not a web address");
      }
      return url;
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("is not a URL", e);
    }
  }

  // The exponent is looked at before the number is, lest 1e999999999 be written out.
  private static Optional<BigDecimal> decimal(String text) {
    try {
      var number = new BigDecimal(text);
      return Math.abs((long) number.scale()) > 1_000 ? Optional.empty() : Optional.of(number);
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static long goInteger(String text) {
    boolean negative = text.startsWith("-");
    var digits = negative || text.startsWith("+") ? text.substring(1) : text;
    if (digits.startsWith("-") || digits.startsWith("+")) {
      throw new NumberFormatException(text);
    }
    int radix = 10;
    if (digits.matches("0[xX].+")) {
      radix = 16;
    } else if (digits.matches("0[bB].+")) {
      radix = 2;
    } else if (digits.matches("0[oO].+") || digits.matches("0[0-9]+")) {
      radix = 8;
    }
    var bare = radix == 10 ? digits : digits.replaceFirst("0[xXbBoO]?", "");
    var value = new BigInteger(bare, radix);
    return (negative ? value.negate() : value).longValueExact();
  }

  private static List<String> commaSeparated(String text) {
    var parts = new ArrayList<String>();
    int depth = 0;
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      switch (text.charAt(i)) {
        case '{' -> depth++;
        case '}' -> depth--;
        case ',' -> {
          if (depth <= 0) {
            parts.add(text.substring(start, i));
            start = i + 1;
          }
        }
        default -> {}
      }
    }
    if (!text.isEmpty()) {
      parts.add(text.substring(start));
    }
    return parts;
  }
}
