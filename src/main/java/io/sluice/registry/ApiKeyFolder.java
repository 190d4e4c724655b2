package io.sluice.registry;

import io.sluice.store.Listing;
import io.sluice.ulid.Ulid;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What the names in the folder of a user's API keys say. What has another form is not ours to
 * judge.
 *
 * @param keys in the order of their uuids
 */
record ApiKeyFolder(List<StoredKey> keys, List<UseMarker> uses) {
  static final String KEY = "key-";
  static final String USED = "used-";

  /** An API key's object. */
  record StoredKey(String key, String uuid, String hash) {}

  /** An object that says when a key was used. */
  record UseMarker(String key, String uuid, Ulid at) {}

  static ApiKeyFolder of(List<Listing.Entry> entries) {
    var keys = new ArrayList<StoredKey>();
    var uses = new ArrayList<UseMarker>();
    for (var entry : entries) {
      var parts = entry.key().split("/", -1);
      if (parts.length != 4 || !ApiKeyRecord.isUuid(parts[2])) {
        continue;
      }
      var name = parts[3];
      if (name.startsWith(KEY) && ApiKeyRecord.isHash(name.substring(KEY.length()))) {
        keys.add(new StoredKey(entry.key(), parts[2], name.substring(KEY.length())));
      } else if (name.startsWith(USED) && Ulid.isUlid(name.substring(USED.length()))) {
        uses.add(new UseMarker(entry.key(), parts[2], new Ulid(name.substring(USED.length()))));
      }
    }
    return new ApiKeyFolder(keys, uses);
  }

  /** When a key was used last, as far as that is kept. */
  Optional<Instant> lastUsed(String uuid) {
    return uses.stream()
        .filter(it -> it.uuid.equals(uuid))
        .map(UseMarker::at)
        .max(Comparator.naturalOrder())
        .map(Ulid::time);
  }

  /** The names of the objects of one key; more than one only if somebody meddled. */
  List<String> keys(String uuid) {
    return keys.stream().filter(it -> it.uuid.equals(uuid)).map(StoredKey::key).toList();
  }

  List<String> useMarkers(String uuid) {
    return uses.stream().filter(it -> it.uuid.equals(uuid)).map(UseMarker::key).toList();
  }
}
