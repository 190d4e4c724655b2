package io.sluice.config;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A number of bytes, as in {@code 4MiB}, {@code 512Ki}, {@code 10MB} or {@code 1048576}.
 *
 * <p>{@code KiB}, {@code MiB}, … (or {@code Ki}, {@code Mi}, … as Kubernetes writes them) are
 * powers of 1024, {@code KB}, {@code MB}, … powers of 1000; a plain number is bytes.
 *
 * @param bytes never negative
 */
public record DataSize(long bytes) implements Comparable<DataSize> {
  static final String EXPECTED = "a size such as 4MiB, 512KiB, 10MB, or a number of bytes";

  private static final Pattern SYNTAX =
      Pattern.compile("([0-9]{1,19}(?:\\.[0-9]{1,9})?) ?([A-Za-z]{0,3})");
  private static final Map<String, Long> UNITS =
      Map.ofEntries(
          Map.entry("", 1L),
          Map.entry("b", 1L),
          Map.entry("kib", 1L << 10),
          Map.entry("ki", 1L << 10),
          Map.entry("mib", 1L << 20),
          Map.entry("mi", 1L << 20),
          Map.entry("gib", 1L << 30),
          Map.entry("gi", 1L << 30),
          Map.entry("tib", 1L << 40),
          Map.entry("ti", 1L << 40),
          Map.entry("kb", 1_000L),
          Map.entry("mb", 1_000_000L),
          Map.entry("gb", 1_000_000_000L),
          Map.entry("tb", 1_000_000_000_000L));

  public DataSize {
    if (bytes < 0) {
      throw new IllegalArgumentException("a size is never negative: " + bytes);
    }
  }

  public static DataSize ofKiB(long count) {
    return new DataSize(Math.multiplyExact(count, 1L << 10));
  }

  public static DataSize ofMiB(long count) {
    return new DataSize(Math.multiplyExact(count, 1L << 20));
  }

  /**
   * Parses what a user wrote; fractions of a byte are dropped.
   *
   * @throws IllegalArgumentException if it is no size, or more than {@link Long#MAX_VALUE} bytes
   */
  public static DataSize parse(String text) {
    var matcher = SYNTAX.matcher(text.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException("is not a size");
    }
    var unit = UNITS.get(matcher.group(2).toLowerCase(Locale.ROOT));
    if (unit == null) {
      throw new IllegalArgumentException("has an unknown unit \"" + matcher.group(2) + "\"");
    }
    var bytes =
        new BigDecimal(matcher.group(1))
            .multiply(BigDecimal.valueOf(unit))
            .setScale(0, RoundingMode.DOWN);
    if (bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
      throw new IllegalArgumentException("is too large");
    }
    return new DataSize(bytes.longValueExact());
  }

  @Override
  public int compareTo(DataSize other) {
    return Long.compare(bytes, other.bytes);
  }

  /** The shortest exact form in powers of 1024; {@link #parse} reads it back. */
  @Override
  public String toString() {
    var units = new String[] {"TiB", "GiB", "MiB", "KiB"};
    for (int i = 0; i < units.length; i++) {
      long unit = 1L << (40 - 10 * i);
      if (bytes >= unit && bytes % unit == 0) {
        return bytes / unit + units[i];
      }
    }
    return bytes + "B";
  }
}
