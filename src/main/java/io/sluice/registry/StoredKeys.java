package io.sluice.registry;

import io.sluice.oci.Digest;
import io.sluice.oci.RepositoryName;
import io.sluice.oci.Tag;
import io.sluice.ulid.Ulid;
import io.sluice.upload.DataId;
import java.util.Optional;

/** How {@link StoredKey#parse} reads keys. */
final class StoredKeys {
  private static final StoredKey OTHER = new StoredKey.Other();

  private StoredKeys() {}

  static StoredKey parse(String key) {
    try {
      return read(key);
    } catch (IllegalArgumentException notOurs) {
      return OTHER;
    }
  }

  private static StoredKey read(String key) {
    if (key.startsWith(Layout.REPOSITORIES)) {
      int folder = key.indexOf("/_");
      return folder < Layout.REPOSITORIES.length()
          ? OTHER
          : ofRepository(
              new RepositoryName(key.substring(Layout.REPOSITORIES.length(), folder)),
              key.substring(folder + 1).split("/", -1));
    }
    var parts = key.split("/", -1);
    if (key.startsWith(DataId.PREFIX) && parts.length == 3) {
      var data = new DataId(new Ulid(parts[2]));
      return data.key().equals(key) ? new StoredKey.Data(data) : OTHER;
    }
    if (key.startsWith(Layout.SHARING) && parts.length == 4) {
      return hint(digest(parts), parts[3].split("-", -1));
    }
    if (key.startsWith(Layout.CATALOG)) {
      var repository = Layout.repositoryOfMarker(key);
      return Layout.catalog(repository).equals(key)
          ? new StoredKey.CatalogEntry(repository)
          : OTHER;
    }
    return OTHER;
  }

  private static StoredKey ofRepository(RepositoryName repository, String[] parts) {
    if (parts.length != depthOf(parts[0])) {
      return OTHER;
    }
    var name = parts[parts.length - 1];
    return switch (parts[0]) {
      case "_tags" ->
          new StoredKey.TagValue(
              repository, tag(parts[1]), stamp(name), stamped(name), Layout.isFromUpstream(name));
      case "_history" ->
          new StoredKey.FormerValue(repository, tag(parts[1]), ownStamp(name), stamped(name));
      case "_manifests" -> revision(repository, digest(parts), name.split("-", -1));
      case "_blobs" -> link(repository, digest(parts), name.split("-", -1));
      case "_referrers" ->
          new StoredKey.ReferrerEntry(repository, digest(parts), ownStamp(name), stamped(name));
      case "_deletions" -> new StoredKey.Deletion(repository, ownStamp(name), stamped(name));
      case "_pulls" -> new StoredKey.Pulls(repository, ulid(name));
      default -> OTHER;
    };
  }

  private static StoredKey revision(RepositoryName repository, Digest digest, String[] parts) {
    var ulid = ulid(parts[0]);
    return switch (parts.length) {
      case 1 -> new StoredKey.Revision(repository, digest, ulid);
      case 2 -> quarantined(repository, digest, ulid, parts[1]);
      default -> OTHER;
    };
  }

  private static StoredKey quarantined(
      RepositoryName repository, Digest digest, Ulid ulid, String word) {
    return word.equals(BlobLink.QUARANTINED)
        ? new StoredKey.Quarantined(repository, digest, ulid)
        : OTHER;
  }

  /** Of how many components a key is, from the folder on; zero for folders that aren't ours. */
  private static int depthOf(String folder) {
    return switch (folder) {
      case "_deletions", "_pulls" -> 2;
      case "_tags", "_history" -> 3;
      case "_manifests", "_blobs", "_referrers" -> 4;
      default -> 0;
    };
  }

  private static StoredKey hint(Digest digest, String[] parts) {
    if (parts.length != 3) {
      return OTHER;
    }
    long unused = size(parts[2]);
    return new StoredKey.SharingHint(digest, ulid(parts[0]), new DataId(ulid(parts[1])));
  }

  private static StoredKey link(RepositoryName repository, Digest digest, String[] parts) {
    var ulid = ulid(parts[0]);
    if (parts.length == 2 && parts[1].equals(BlobLink.HIDDEN)) {
      return new StoredKey.Hidden(repository, digest, ulid);
    }
    if (parts.length == 2) {
      return quarantined(repository, digest, ulid, parts[1]);
    }
    if (parts.length == 3 && parts[1].equals(BlobLink.INLINE)) {
      return new StoredKey.Link(repository, digest, ulid, Optional.empty(), size(parts[2]), false);
    }
    if (parts.length == 3) {
      var data = Optional.of(new DataId(ulid(parts[1])));
      return new StoredKey.Link(repository, digest, ulid, data, size(parts[2]), false);
    }
    if (parts.length == 4 && parts[1].equals(BlobLink.TENTATIVE)) {
      var data = Optional.of(new DataId(ulid(parts[2])));
      return new StoredKey.Link(repository, digest, ulid, data, size(parts[3]), true);
    }
    return OTHER;
  }

  private static Digest digest(String[] parts) {
    return Layout.digestOf(parts[1], parts[2])
        .orElseThrow(() -> new IllegalArgumentException("not a digest"));
  }

  private static Ulid ulid(String text) {
    return new Ulid(text);
  }

  private static Ulid stamp(String name) {
    return Layout.stamp(name).orElseThrow(() -> new IllegalArgumentException(name));
  }

  /** The same of what never comes from an upstream. */
  private static Ulid ownStamp(String name) {
    return ulid(name.substring(0, Math.max(0, name.indexOf('-'))));
  }

  private static Digest stamped(String name) {
    return Layout.stampedDigest(name).orElseThrow(() -> new IllegalArgumentException(name));
  }

  private static Tag tag(String folder) {
    if (!Layout.isClosed(folder)) {
      throw new IllegalArgumentException(folder);
    }
    return Layout.tagOfFolder(folder + "/");
  }

  /** As it is written: without a sign, a leading zero or a digit of another script. */
  private static long size(String text) {
    long size = Long.parseLong(text);
    if (size < 0 || !Long.toString(size).equals(text)) {
      throw new IllegalArgumentException(text);
    }
    return size;
  }
}
