package io.sluice.gc;

import java.util.function.LongConsumer;

/** A set of numbers other than zero, at 8 to 16 bytes each (open addressing, linear probing). */
final class LongSet {
  private long[] slots = new long[64];
  private int size;

  /** Whether it is new. */
  boolean add(long value) {
    if (size * 3 >= slots.length * 2) {
      grow();
    }
    int slot = slotOf(slots, value);
    if (slots[slot] == value) {
      return false;
    }
    slots[slot] = value;
    size++;
    return true;
  }

  boolean contains(long value) {
    return slots[slotOf(slots, value)] == value;
  }

  int size() {
    return size;
  }

  void forEach(LongConsumer visitor) {
    for (long value : slots) {
      if (value != 0) {
        visitor.accept(value);
      }
    }
  }

  private void grow() {
    var larger = new long[slots.length * 2];
    forEach(value -> larger[slotOf(larger, value)] = value);
    slots = larger;
  }

  /** Where it is, or the free slot where it would be. */
  private static int slotOf(long[] slots, long value) {
    int mask = slots.length - 1;
    int slot = (int) (value ^ value >>> 32) & mask;
    while (slots[slot] != 0 && slots[slot] != value) {
      slot = slot + 1 & mask;
    }
    return slot;
  }
}
