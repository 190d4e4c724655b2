package io.sluice.gc;

import io.sluice.oci.Digest;
import io.sluice.oci.RepositoryName;
import java.util.Optional;

/**
 * One thing that a collection removed, or that a preview would have it remove.
 *
 * @param repository whose it is; empty for the bytes of uploads, which are nobody's
 * @param name the tag, the digest, or the id of bytes or of an upload
 * @param digest what a tag names; of a blob or manifest its own
 * @param policy the retention policy that decides, as in {@code policies[0] (infra/**)}; empty
 *     where none had a say
 * @param why in words, as in {@code "keepTags[0]: not among the 3 most recently pushed"}
 * @param bytes that are free once it has gone; zero for what shares its bytes with something that
 *     stays
 */
public record Doomed(
    What what,
    Optional<RepositoryName> repository,
    String name,
    Optional<Digest> digest,
    Optional<String> policy,
    String why,
    long bytes) {

  /** What can go. */
  public enum What {
    TAG,
    MANIFEST,
    /** A repository's link to a blob. */
    BLOB,
    /** Bytes that no repository links to. */
    DATA,
    UPLOAD;

    /** As in JSON and in events: lower case. */
    public String id() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }
}
