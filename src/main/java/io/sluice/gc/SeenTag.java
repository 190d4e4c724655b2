package io.sluice.gc;

import io.sluice.oci.Digest;
import io.sluice.oci.Tag;
import io.sluice.registry.StoredKey;
import io.sluice.ulid.Ulid;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * A tag with the value that counted when it was seen. Some three hundred bytes, since a repository
 * may have a hundred thousand.
 *
 * @param written as in {@link Found}
 */
record SeenTag(Tag tag, Digest digest, Ulid ulid, long written) {

  static SeenTag of(StoredKey.TagValue value, Found found) {
    return new SeenTag(value.tag(), value.digest(), value.ulid(), found.written());
  }

  /** Whether this is the very value. */
  boolean is(StoredKey.TagValue value) {
    return ulid.equals(value.ulid()) && digest.equals(value.digest());
  }

  TagFacts facts(Map<Digest, Instant> pulled) {
    return new TagFacts(tag, digest, ulid.time(), Optional.ofNullable(pulled.get(digest)));
  }

  /** Whether its name says that it belongs to another manifest. */
  boolean isOfSubject() {
    return SubjectTags.isOfSubject(tag, digest);
  }
}
