package io.sluice.gc;

import io.sluice.oci.Digest;
import io.sluice.registry.StoredKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The writings of one manifest.
 *
 * @param all oldest first, at least one
 * @param quarantined what says of one that its bytes are damaged, by its ulid
 */
record Revisions(Digest digest, List<Found> all, Map<String, Found> quarantined) {

  /** Those in a folder; empty if it has none. */
  static Optional<Revisions> in(List<Found> folder) {
    var all = folder.stream().filter(it -> it.is() instanceof StoredKey.Revision).toList();
    if (all.isEmpty() || !(all.getLast().is() instanceof StoredKey.Revision last)) {
      return Optional.empty();
    }
    var quarantined = new HashMap<String, Found>();
    for (var found : folder) {
      if (found.is() instanceof StoredKey.Quarantined marker) {
        quarantined.put(marker.ulid().value(), found);
      }
    }
    return Optional.of(new Revisions(last.digest(), all, quarantined));
  }

  /** The one that clients get; empty if all are damaged. */
  Optional<Found> newestGood() {
    return all.reversed().stream().filter(it -> !isQuarantined(it)).findFirst();
  }

  boolean isQuarantined(Found revision) {
    return revision.is() instanceof StoredKey.Revision it
        && quarantined.containsKey(it.ulid().value());
  }
}
