package io.sluice.gc;

import io.sluice.oci.Digest;
import java.security.SecureRandom;
import java.util.random.RandomGenerator;

/**
 * Digests in eight bytes, so that a set of them is small. Of two that have the same fingerprint,
 * both count as needed when one is: something stays that could go. As each run has a key of its
 * own, the next one finds it.
 */
final class Fingerprints {
  private final long key;

  Fingerprints() {
    this(new SecureRandom());
  }

  Fingerprints(RandomGenerator random) {
    this.key = random.nextLong() | 1;
  }

  /** Never zero. */
  long of(Digest digest) {
    var hex = digest.hex();
    long left = Long.parseUnsignedLong(hex, 0, 16, 16);
    long right = Long.parseUnsignedLong(hex, 16, 32, 16);
    return mix(left * key ^ right ^ hex.length());
  }

  /** The same of any text. */
  long of(String text) {
    long hash = key;
    for (int i = 0; i < text.length(); i++) {
      hash = mix(hash + text.charAt(i));
    }
    return hash == 0 ? 1 : hash;
  }

  /** The finish of SplitMix64, a bijection that spreads every bit. */
  private long mix(long value) {
    long z = value + key;
    z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
    z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
    z ^= z >>> 31;
    return z == 0 ? 1 : z;
  }
}
