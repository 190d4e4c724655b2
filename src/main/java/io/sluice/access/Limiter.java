package io.sluice.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * How often something may happen, for each key: some at once, and one more after each interval.
 * Thread safe.
 */
public final class Limiter {
  // What a bucket may hold at most, or a large burst times a long interval would not fit into a
  // long of nanoseconds.
  private static final Duration LONGEST = Duration.ofDays(50 * 365);

  /*
   * GCRA, the generic cell rate algorithm (ITU-T I.371, annex A; ATM Forum, Traffic Management 4.0):
   * a bucket that leaks, kept as one number. That is the theoretical arrival time: when the next event would
   * come if all came evenly, one for each interval. An event may come before that time by burst - 1 intervals at
   * most, and moves it on by one interval, counted from now if it has passed. Once it has passed the bucket is
   * full again and equal to a new one, so a key may be forgotten then.
   */
  private final Cache<String, AtomicLong> arrivals;
  private final long interval;
  private final long tolerance;
  private final LongSupplier nanos;

  /**
   * @param interval after which there is one more; above zero
   * @param burst how many there may be at once, 1 or more
   * @param maxKeys of more keys than so many, those that are seldom used are forgotten
   * @param nanos a clock that never goes back, in nanoseconds, such as {@link System#nanoTime}
   */
  public Limiter(Duration interval, int burst, int maxKeys, LongSupplier nanos) {
    if (interval.compareTo(Duration.ZERO) <= 0 || burst < 1) {
      throw new IllegalArgumentException("an interval and a burst above zero");
    }
    this.interval = (interval.compareTo(LONGEST) > 0 ? LONGEST : interval).toNanos();
    this.tolerance =
        burst - 1L > LONGEST.toNanos() / this.interval
            ? LONGEST.toNanos()
            : (burst - 1L) * this.interval;
    this.nanos = nanos;
    this.arrivals =
        Caffeine.newBuilder()
            .executor(Runnable::run)
            .ticker(nanos::getAsLong)
            .expireAfterAccess(Duration.ofNanos(tolerance + this.interval))
            .maximumSize(maxKeys)
            .build();
  }

  /**
   * As above, with a rate in place of an interval.
   *
   * @param perSecond above zero, up to a thousand million
   */
  public Limiter(double perSecond, int burst, int maxKeys, LongSupplier nanos) {
    this(Duration.ofNanos((long) (1e9 / perSecond)), burst, maxKeys, nanos);
  }

  /** Takes one. Zero if there was one to take; else how long until there is, and none is taken. */
  public Duration acquire(String key) {
    long now = nanos.getAsLong();
    var arrival = arrivals.get(key, _ -> new AtomicLong(now));
    while (true) {
      long expected = arrival.get();
      // Differences only: the clock may pass from the greatest number to the smallest.
      long ahead = Math.max(0, expected - now);
      if (ahead > tolerance) {
        return Duration.ofNanos(ahead - tolerance);
      }
      if (arrival.compareAndSet(expected, now + ahead + interval)) {
        return Duration.ZERO;
      }
    }
  }

  /** How long until there is one to take, and takes none; zero if there is one now. */
  public Duration untilNext(String key) {
    var arrival = arrivals.getIfPresent(key);
    long ahead = arrival == null ? 0 : arrival.get() - nanos.getAsLong();
    return Duration.ofNanos(Math.max(0, ahead - tolerance));
  }

  /** Undoes an {@link #acquire} that took one. */
  public void giveBack(String key) {
    var arrival = arrivals.getIfPresent(key);
    if (arrival != null) {
      arrival.addAndGet(-interval);
    }
  }

  /** How many keys are known, for tests. */
  long keys() {
    arrivals.cleanUp();
    return arrivals.estimatedSize();
  }
}
