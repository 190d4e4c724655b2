package io.sluice.gc;

import io.sluice.oci.Digest;
import java.time.Instant;
import java.util.Optional;

/** What retention knows of a manifest that has no tag. */
record ManifestFacts(Digest digest, Instant pushed, Optional<Instant> pulled) implements Dated {
  @Override
  public String name() {
    return digest.toString();
  }
}
