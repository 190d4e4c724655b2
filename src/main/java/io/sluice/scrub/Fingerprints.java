package io.sluice.scrub;

import java.util.concurrent.ThreadLocalRandom;

/**
 * A set of texts in 16 bytes each or less: it keeps 64 bits of each, under a salt of its own. So it
 * may say, once in about 10<sup>13</sup> questions for a million texts, that it has what it hasn't.
 */
final class Fingerprints {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private final long salt = ThreadLocalRandom.current().nextLong();
  // Open addressing; zero is a free place.
  private long[] table = new long[256];
  private int size;

  boolean contains(String text) {
    long wanted = fingerprint(text);
    for (int i = place(wanted); table[i] != 0; i = i + 1 & table.length - 1) {
      if (table[i] == wanted) {
        return true;
      }
    }
    return false;
  }

  void add(String text) {
    if (size >= table.length / 2) {
      grow();
    }
    if (insert(fingerprint(text))) {
      size++;
    }
  }

  int size() {
    return size;
  }

  private boolean insert(long fingerprint) {
    int i = place(fingerprint);
    while (table[i] != 0) {
      if (table[i] == fingerprint) {
        return false;
      }
      i = i + 1 & table.length - 1;
    }
    table[i] = fingerprint;
    return true;
  }

  private void grow() {
    var old = table;
    table = new long[old.length * 2];
    for (long fingerprint : old) {
      if (fingerprint != 0) {
        insert(fingerprint);
      }
    }
  }

  private int place(long fingerprint) {
    return (int) fingerprint & table.length - 1;
  }

  private long fingerprint(String text) {
    long hash = salt;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * GOLDEN;
      hash ^= hash >>> 29;
    }
    hash = (hash ^ hash >>> 32) * GOLDEN;
    hash ^= hash >>> 31;
    return hash == 0 ? 1 : hash;
  }
}
