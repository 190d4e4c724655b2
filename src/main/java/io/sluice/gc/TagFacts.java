package io.sluice.gc;

import io.sluice.oci.Digest;
import io.sluice.oci.Tag;
import java.time.Instant;
import java.util.Optional;

/**
 * What retention knows of a tag.
 *
 * @param digest that it names
 * @param pushed when it was moved there
 * @param pulled when what it names was pulled last, by whatever reference
 */
record TagFacts(Tag tag, Digest digest, Instant pushed, Optional<Instant> pulled) implements Dated {
  @Override
  public String name() {
    return tag.value();
  }
}
