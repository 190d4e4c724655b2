package io.sluice.ulid;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/**
 * Makes ULIDs, each greater than the one before, also within a millisecond and when the clock steps
 * back. Thread safe: the lock is held for some nanoseconds.
 */
public final class Ulids {

  private static final long RANDOM_HIGH_MASK = 0xFFFF;

  /** The last millisecond that a ULID can tell, in the year 10889. */
  private static final long LAST_MILLIS = (1L << 48) - 1;

  private final InstantSource clock;
  private final RandomGenerator random;
  private long millis = -1;
  // The 80 random bits: 16 and 64. Counted on within a millisecond.
  private long high;
  private long low;

  public Ulids(InstantSource clock) {
    this(clock, new SecureRandom());
  }

  /** One for tests and simulations, which have to come out the same again. */
  public Ulids(InstantSource clock, RandomGenerator random) {
    this.clock = clock;
    this.random = random;
  }

  /** The next one, by this source's clock. */
  public synchronized Ulid next() {
    return next(clock.millis());
  }

  /**
   * The next one, which is greater than {@code floor} too, whatever the clocks of those who made
   * that one say: so that what is written later also counts as later.
   */
  public synchronized Ulid nextAfter(Ulid floor) {
    var next = next(clock.millis());
    return next.compareTo(floor) > 0
        ? next
        : next(Math.min(floor.time().toEpochMilli() + 1, LAST_MILLIS));
  }

  private Ulid next(long now) {
    if (now > millis) {
      millis = now;
      var bytes = new byte[10];
      random.nextBytes(bytes);
      high = (bytes[0] & 0xFFL) << 8 | bytes[1] & 0xFFL;
      low = 0;
      for (int i = 2; i < 10; i++) {
        low = low << 8 | bytes[i] & 0xFFL;
      }
    } else if (++low == 0) {
      high = high + 1 & RANDOM_HIGH_MASK;
      if (high == 0) {
        millis++;
      }
    }
    return new Ulid(format());
  }

  private String format() {
    var text = new char[Ulid.LENGTH];
    long time = millis;
    for (int i = 9; i >= 0; i--) {
      text[i] = Ulid.DIGITS.charAt((int) (time & 31));
      time >>>= 5;
    }
    long h = high;
    long l = low;
    for (int i = Ulid.LENGTH - 1; i >= 10; i--) {
      text[i] = Ulid.DIGITS.charAt((int) (l & 31));
      l = l >>> 5 | h << 59;
      h >>>= 5;
    }
    return new String(text);
  }
}
