package io.sluice.gc;

import io.sluice.oci.Descriptor;
import io.sluice.oci.Digest;
import io.sluice.oci.Manifest;
import java.time.Instant;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * A manifest as far as a collection has to remember it: what it refers to, by fingerprints. About
 * two hundred bytes, since a repository may have a hundred thousand.
 */
final class Node {
  private static final long[] NOTHING = {};

  long[] children = NOTHING;
  long[] blobs = NOTHING;

  /** Zero if it has none. */
  long subject;

  /** It was written so lately that it stays in any case. */
  boolean young;

  boolean needed;

  /** Its newest writing is; an older one may be whole. */
  boolean damaged;

  /** Only where a policy asks for them. */
  @Nullable Digest digest;

  @Nullable Instant pushed;

  /** Adds to what is there, should another manifest have the same fingerprint. */
  void refersTo(Manifest manifest, Fingerprints fingerprints) {
    children =
        join(children, manifest.children().stream().mapToLong(it -> fingerprints.of(it.digest())));
    blobs = join(blobs, manifest.blobs().stream().mapToLong(it -> fingerprints.of(it.digest())));
    blobs = join(blobs, manifest.foreign().stream().mapToLong(it -> fingerprints.of(it.digest())));
    long another = manifest.subject().map(Descriptor::digest).map(fingerprints::of).orElse(0L);
    // Only one subject can be followed: of two manifests with one fingerprint, both stay.
    young |= subject != 0 && another != 0 && subject != another;
    subject = another == 0 ? subject : another;
  }

  private static long[] join(long[] some, LongStream more) {
    return LongStream.concat(LongStream.of(some), more).toArray();
  }
}
