package io.sluice.ulid;

import java.time.Instant;

/**
 * A ULID: 48 bits of milliseconds since 1970 and 80 bits that are random or counted on, written as
 * 26 digits of Crockford's base 32 (upper case), so that the order of the texts is the order of the
 * times.
 *
 * @see <a href="https://github.com/ulid/spec">the specification of ULID</a>
 */
public record Ulid(String value) implements Comparable<Ulid> {

  static final int LENGTH = 26;
  static final String DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

  public Ulid {
    if (!isUlid(value)) {
      throw new IllegalArgumentException("not a ULID: " + value);
    }
  }

  /** Whether the text is one, in its canonical form. */
  public static boolean isUlid(String text) {
    if (text.length() != LENGTH || text.charAt(0) > '7') {
      return false;
    }
    for (int i = 0; i < LENGTH; i++) {
      if (DIGITS.indexOf(text.charAt(i)) < 0) {
        return false;
      }
    }
    return true;
  }

  /** When it was made, by the clock of whoever made it: a hint, never a basis for deleting. */
  public Instant time() {
    long millis = 0;
    for (int i = 0; i < 10; i++) {
      millis = millis << 5 | DIGITS.indexOf(value.charAt(i));
    }
    return Instant.ofEpochMilli(millis);
  }

  /** The first 64 of its 128 bits, as UUIDs have them. */
  public long mostSignificantBits() {
    return bits()[0];
  }

  /** The other 64. */
  public long leastSignificantBits() {
    return bits()[1];
  }

  private long[] bits() {
    long high = 0;
    long low = 0;
    for (int i = 0; i < LENGTH; i++) {
      high = high << 5 | low >>> 59;
      low = low << 5 | DIGITS.indexOf(value.charAt(i));
    }
    return new long[] {high, low};
  }

  @Override
  public int compareTo(Ulid other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
