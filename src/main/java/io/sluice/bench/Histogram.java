package io.sluice.bench;

/**
 * How often which latency was seen, in nanoseconds: from 0 to 146 years, to within 0.8 %. Not
 * thread safe: each event loop has its own, and they are added up at the end.
 */
final class Histogram {

  /*
   * Buckets that grow with the value, as HdrHistogram's: each power of two is cut into 128 equal parts, so recording is
   * a shift and an increment, nothing is allocated, and the whole range takes 57 KiB.
   */
  private static final int SUB_BITS = 7;
  private static final int SUB_COUNT = 1 << SUB_BITS;

  private final long[] counts = new long[(Long.SIZE - 1 - SUB_BITS + 1) << SUB_BITS];
  private long count;
  private long sum;
  private long max;

  /** A negative value, which a clock that went back would give, counts as 0. */
  void record(long nanos) {
    long value = Math.max(0, nanos);
    counts[indexOf(value)]++;
    count++;
    sum += value;
    max = Math.max(max, value);
  }

  void add(Histogram other) {
    for (int i = 0; i < counts.length; i++) {
      counts[i] += other.counts[i];
    }
    count += other.count;
    sum += other.sum;
    max = Math.max(max, other.max);
  }

  long count() {
    return count;
  }

  /** The exact greatest value; 0 when there is none. */
  long max() {
    return max;
  }

  /** The exact mean; 0 when there is none. */
  long mean() {
    return count == 0 ? 0 : sum / count;
  }

  /**
   * The value that so many of a hundred don't exceed; 0 when there is none.
   *
   * @param percent above 0, at most 100
   */
  long percentile(double percent) {
    long rank = Math.max(1, (long) Math.ceil(count * percent / 100));
    long seen = 0;
    for (int i = 0; i < counts.length; i++) {
      seen += counts[i];
      if (seen >= rank) {
        return Math.min(max, greatestOf(i));
      }
    }
    return max;
  }

  private static int indexOf(long value) {
    int shift = Math.max(0, Long.SIZE - 1 - Long.numberOfLeadingZeros(value | 1) - SUB_BITS);
    // Below 2 * SUB_COUNT each value has its own bucket; above, the top bits name it.
    return (shift << SUB_BITS) + (int) (value >>> shift);
  }

  private static long greatestOf(int index) {
    if (index < 2 * SUB_COUNT) {
      return index;
    }
    int shift = (index >>> SUB_BITS) - 1;
    long top = SUB_COUNT | (index & (SUB_COUNT - 1));
    return ((top + 1) << shift) - 1;
  }
}
