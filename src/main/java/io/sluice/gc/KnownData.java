package io.sluice.gc;

import io.sluice.upload.DataId;
import java.nio.ByteBuffer;

/**
 * The id of data with what is known of it, in the order in which a store lists data: the last two
 * digits come first in the key.
 */
record KnownData(long high, long low, int facts) implements Comparable<KnownData> {
  /** Two digits of base 32. */
  private static final long LAST_DIGITS = 0x3FF;

  static final int BYTES = 2 * Long.BYTES + 1;

  static KnownData of(DataId id, int facts) {
    return new KnownData(id.id().mostSignificantBits(), id.id().leastSignificantBits(), facts);
  }

  boolean isSame(KnownData other) {
    return high == other.high && low == other.low;
  }

  KnownData and(int more) {
    return new KnownData(high, low, facts | more);
  }

  void write(ByteBuffer into) {
    into.putLong(high).putLong(low).put((byte) facts);
  }

  static KnownData read(ByteBuffer from) {
    return new KnownData(from.getLong(), from.getLong(), from.get());
  }

  @Override
  public int compareTo(KnownData other) {
    int byFolder = Long.compare(low & LAST_DIGITS, other.low & LAST_DIGITS);
    if (byFolder != 0) {
      return byFolder;
    }
    int byHigh = Long.compareUnsigned(high, other.high);
    return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
  }
}
