package io.sluice.registry;

import io.sluice.oci.Digest;
import io.sluice.oci.RepositoryName;
import io.sluice.oci.Tag;
import io.sluice.ulid.Ulid;
import io.sluice.upload.DataId;
import java.util.Optional;

/**
 * What a key of a store says (the layout is in {@code docs/architecture.md}, "Storage"). For those
 * who walk through stores, and must not touch what they don't understand: that is {@link Other}.
 */
public sealed interface StoredKey {

  /** One value of a tag; of several, the greatest key counts. */
  record TagValue(
      RepositoryName repository, Tag tag, Ulid ulid, Digest digest, boolean isFromUpstream)
      implements StoredKey {}

  /** A value that a tag had. */
  record FormerValue(RepositoryName repository, Tag tag, Ulid ulid, Digest digest)
      implements StoredKey {}

  /** One writing of a manifest. */
  record Revision(RepositoryName repository, Digest digest, Ulid ulid) implements StoredKey {}

  /**
   * A link to a blob.
   *
   * @param data where its bytes are; empty when the link itself is the blob
   * @param tentative it only holds the data while a link is being renewed
   */
  record Link(
      RepositoryName repository,
      Digest digest,
      Ulid ulid,
      Optional<DataId> data,
      long size,
      boolean tentative)
      implements StoredKey {}

  /** Hides the link of that ulid, in the same folder. */
  record Hidden(RepositoryName repository, Digest digest, Ulid link) implements StoredKey {}

  /** Hides the damaged link, or revision of a manifest, of that ulid, in the same folder. */
  record Quarantined(RepositoryName repository, Digest digest, Ulid ulid) implements StoredKey {}

  /** Says that this manifest has the subject. */
  record ReferrerEntry(RepositoryName repository, Digest subject, Ulid ulid, Digest referrer)
      implements StoredKey {}

  /** Somebody deleted this of late. */
  record Deletion(RepositoryName repository, Ulid ulid, Digest digest) implements StoredKey {}

  /** What was pulled of late. */
  record Pulls(RepositoryName repository, Ulid ulid) implements StoredKey {}

  /** The bytes of one upload. */
  record Data(DataId id) implements StoredKey {}

  /** Where content can be shared from. */
  record SharingHint(Digest digest, Ulid ulid, DataId data) implements StoredKey {}

  /** A repository's entry in the catalog. */
  record CatalogEntry(RepositoryName repository) implements StoredKey {}

  /** Not of this layout, or of a newer one. */
  record Other() implements StoredKey {}

  /** Reads a key; never fails. */
  static StoredKey parse(String key) {
    return StoredKeys.parse(key);
  }
}
