package io.sluice.scrub;

import io.sluice.oci.Digest;
import io.sluice.oci.RepositoryName;
import java.util.List;
import java.util.Locale;

/**
 * Something that is not as it should be.
 *
 * @param tags some of those whose images need it, {@link #MOST_TAGS} at most
 * @param digest of the blob or manifest
 * @param error in words, as in {@code "the digest of what is stored is sha256:…"}
 * @param quarantined whether it was hidden from clients because of this
 */
public record Finding(
    RepositoryName repository,
    List<String> tags,
    Kind kind,
    Digest digest,
    String error,
    boolean quarantined) {

  /** So many tags are named for one finding. */
  static final int MOST_TAGS = 5;

  /** What can be wrong. */
  public enum Kind {
    /** Other bytes than those that were pushed, or not all of them. */
    DAMAGED_BLOB,
    /** A manifest names it, or a link leads to it, and it isn't there. */
    MISSING_BLOB,
    /** Other bytes than those that were pushed. */
    DAMAGED_MANIFEST,
    /** A tag or an index names it, and it isn't there. */
    MISSING_MANIFEST,
    /** The store doesn't give it out, or it can't be understood; nothing is known of its bytes. */
    UNREADABLE;

    /** As in JSON and in events: {@code damaged-blob}. */
    public String id() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  public Finding {
    tags = List.copyOf(tags);
  }
}
