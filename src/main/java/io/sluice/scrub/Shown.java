package io.sluice.scrub;

import io.sluice.registry.StoredKey;
import io.sluice.store.Listing;
import io.sluice.ulid.Ulid;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/** What of a folder clients get to see. */
final class Shown {
  private Shown() {}

  /** A link as it was listed. */
  record Seen(Listing.Entry entry, StoredKey.Link link) {}

  /** The links of one blob, oldest first, but for those that are tentative or hidden. */
  static List<Seen> links(List<Listing.Entry> folder) {
    var hidden = new HashSet<Ulid>();
    var links = new ArrayList<Seen>();
    for (var entry : folder) {
      switch (StoredKey.parse(entry.key())) {
        case StoredKey.Hidden marker -> hidden.add(marker.link());
        case StoredKey.Quarantined marker -> hidden.add(marker.ulid());
        case StoredKey.Link link when !link.tentative() -> links.add(new Seen(entry, link));
        default -> {}
      }
    }
    links.removeIf(seen -> hidden.contains(seen.link.ulid()));
    return links;
  }

  /** The revisions of one manifest, oldest first, but for those that are quarantined. */
  static List<Listing.Entry> revisions(List<Listing.Entry> folder) {
    var hidden = new HashSet<Ulid>();
    for (var entry : folder) {
      if (StoredKey.parse(entry.key()) instanceof StoredKey.Quarantined marker) {
        hidden.add(marker.ulid());
      }
    }
    return folder.stream()
        .filter(
            entry ->
                StoredKey.parse(entry.key()) instanceof StoredKey.Revision revision
                    && !hidden.contains(revision.ulid()))
        .toList();
  }

  /** Whether something of it was damaged, and is hidden since. */
  static boolean isQuarantined(List<Listing.Entry> folder) {
    return folder.stream()
        .anyMatch(entry -> StoredKey.parse(entry.key()) instanceof StoredKey.Quarantined);
  }
}
