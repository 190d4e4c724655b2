package io.sluice.config;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Map;

/**
 * Durations in the syntax of Go's {@code time.ParseDuration}: {@code 300ms}, {@code 1h30m}, {@code
 * 1.5h}, {@code -2s}. There is no {@code d}. The range is that of 64-bit nanoseconds, ±292 years.
 */
public final class GoDuration {
  static final String EXPECTED = "a duration such as 300ms, 10s, 15m or 1h30m";

  private static final Map<String, Long> UNITS =
      Map.of(
          "ns", 1L,
          "us", 1_000L,
          "µs", 1_000L,
          "μs", 1_000L,
          "ms", 1_000_000L,
          "s", 1_000_000_000L,
          "m", 60_000_000_000L,
          "h", 3_600_000_000_000L);
  private static final BigDecimal MAX = BigDecimal.valueOf(Long.MAX_VALUE);

  private GoDuration() {}

  /**
   * Parses a duration; what is finer than a nanosecond is dropped.
   *
   * @throws IllegalArgumentException with a message that completes "the value …"
   */
  public static Duration parse(String text) {
    boolean negative = text.startsWith("-");
    var rest = negative || text.startsWith("+") ? text.substring(1) : text;
    if (rest.equals("0")) {
      return Duration.ZERO;
    }
    if (rest.isEmpty() || rest.length() > 200) {
      throw new IllegalArgumentException("is not a duration");
    }
    var total = BigDecimal.ZERO;
    int at = 0;
    while (at < rest.length()) {
      int afterNumber = skip(rest, at, true);
      int afterUnit = skip(rest, afterNumber, false);
      total =
          total.add(nanos(rest.substring(at, afterNumber), rest.substring(afterNumber, afterUnit)));
      at = afterUnit;
    }
    if (total.compareTo(MAX) > 0) {
      throw new IllegalArgumentException("is longer than 292 years");
    }
    long nanos = total.longValueExact();
    return Duration.ofNanos(negative ? -nanos : nanos);
  }

  /** Go's text form, as in {@code 1h30m0s}, {@code 1.5s}, {@code 300ms}. */
  public static String format(Duration duration) {
    if (duration.isZero()) {
      return "0s";
    }
    if (duration.isNegative()) {
      return "-" + format(duration.negated());
    }
    long nanos = duration.toNanos();
    if (nanos < 1_000) {
      return nanos + "ns";
    }
    if (nanos < 1_000_000) {
      return decimal(nanos, 3) + "µs";
    }
    if (nanos < 1_000_000_000) {
      return decimal(nanos, 6) + "ms";
    }
    var seconds = decimal(nanos % 60_000_000_000L, 9) + "s";
    long minutes = duration.toMinutes();
    if (minutes == 0) {
      return seconds;
    }
    return minutes < 60
        ? minutes + "m" + seconds
        : minutes / 60 + "h" + minutes % 60 + "m" + seconds;
  }

  private static int skip(String text, int from, boolean number) {
    int at = from;
    while (at < text.length() && isNumeric(text.charAt(at)) == number) {
      at++;
    }
    return at;
  }

  private static boolean isNumeric(char c) {
    return c == '.' || (c >= '0' && c <= '9');
  }

  private static BigDecimal nanos(String number, String unit) {
    if (number.isEmpty() || number.equals(".") || number.indexOf('.') != number.lastIndexOf('.')) {
      throw new IllegalArgumentException("is not a duration");
    }
    if (unit.isEmpty()) {
      throw new IllegalArgumentException("is a duration without a unit");
    }
    var factor = UNITS.get(unit);
    if (factor == null) {
      throw new IllegalArgumentException(
          "is a duration with an unknown unit \""
              + unit
              + "\""
              + (unit.equals("d") ? " (write 24h)" : ""));
    }
    return new BigDecimal(number)
        .multiply(BigDecimal.valueOf(factor))
        .setScale(0, RoundingMode.DOWN);
  }

  private static String decimal(long nanos, int digits) {
    return BigDecimal.valueOf(nanos, digits).stripTrailingZeros().toPlainString();
  }
}
