package io.sluice.registry;

import io.sluice.oci.Digest;
import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.sluice.oci.Tag;
import java.util.Optional;

/**
 * What a client may do who pushes a manifest. To push what a tag names already is allowed with
 * either right: nothing is overwritten by that, and a push whose answer was lost is repeated so.
 */
public enum TagRights {
  /** New tags, and pushes by digest. And {@code latest}, also where there is one (as in Zot). */
  CREATE,
  /** Letting a tag that is there name another manifest. */
  UPDATE,
  BOTH;

  private static final Tag LATEST = new Tag("latest");

  /** Whether it doesn't matter what a tag that is being moved names. */
  boolean mayOverwrite(Tag tag) {
    return this != CREATE || tag.equals(LATEST);
  }

  /** Fails with {@link RegistryError.Denied} when a push by digest is not allowed. */
  void requireByDigest() {
    if (this == UPDATE) {
      throw denied("manifests may not be pushed by digest here with the right to update only");
    }
  }

  /**
   * Fails with {@link RegistryError.Denied} when the tag may not be moved.
   *
   * @param now what it names; empty if there is no such tag
   */
  void require(Tag tag, Optional<Digest> now, Digest next) {
    if (this == BOTH || now.equals(Optional.of(next))) {
      return;
    }
    boolean creates = now.isEmpty() || tag.equals(LATEST);
    if (creates && this == UPDATE) {
      throw denied("the tag " + tag + " may not be created");
    }
    if (!creates && this == CREATE) {
      throw denied("the tag " + tag + " exists, and may not be moved to another manifest");
    }
  }

  private static RegistryException denied(String reason) {
    return new RegistryException(new RegistryError.Denied(reason));
  }
}
