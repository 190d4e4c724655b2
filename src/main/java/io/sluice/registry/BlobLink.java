package io.sluice.registry;

import io.sluice.store.Listing;
import io.sluice.ulid.Ulid;
import io.sluice.upload.DataId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A link: this repository serves this digest from there. The name says all of it:
 *
 * <pre>
 * &lt;ulid&gt;-&lt;dataId&gt;-&lt;size&gt;             from a data object; the link itself is empty
 * &lt;ulid&gt;-inline-&lt;size&gt;               the link is the blob
 * &lt;ulid&gt;-tentative-&lt;dataId&gt;-&lt;size&gt;   being renewed: a reference for the collector, invisible to everybody else
 * &lt;ulid&gt;-hidden                       the link of that ulid was deleted by a user
 * &lt;ulid&gt;-quarantined                  what the link of that ulid serves is damaged
 * </pre>
 *
 * @param key of the link
 * @param data where the bytes are; null when they are in the link itself
 * @param size of the blob in bytes
 */
record BlobLink(String key, Ulid ulid, @Nullable DataId data, long size, Grace.Sighting seen) {
  static final String INLINE = "inline";
  static final String TENTATIVE = "tentative";
  static final String HIDDEN = "hidden";
  static final String QUARANTINED = "quarantined";

  /** The key under which the bytes are. */
  String contentKey() {
    return data == null ? key : data.key();
  }

  static String inlineName(Ulid ulid, long size) {
    return ulid + "-" + INLINE + "-" + size;
  }

  static String dataName(Ulid ulid, DataId data, long size) {
    return ulid + "-" + data + "-" + size;
  }

  static String tentativeName(Ulid ulid, DataId data, long size) {
    return ulid + "-" + TENTATIVE + "-" + data + "-" + size;
  }

  /** The marker beside a link that hides it. */
  String hiddenKey() {
    return key.substring(0, key.lastIndexOf('/') + 1) + ulid + "-" + HIDDEN;
  }

  /**
   * The links in a folder that count, oldest first: neither tentative nor hidden nor quarantined.
   * What has another form is not ours to judge.
   */
  static List<BlobLink> visible(List<Listing.Entry> folder, Grace grace, long beforeAsking) {
    var hidden = new HashSet<String>();
    var links = new ArrayList<BlobLink>();
    for (var entry : folder) {
      var parts = entry.name().split("-", -1);
      if (parts.length == 2 && (parts[1].equals(HIDDEN) || parts[1].equals(QUARANTINED))) {
        hidden.add(parts[0]);
      } else if (parts.length == 3 && Ulid.isUlid(parts[0])) {
        var seen = grace.sighting(entry.age(), beforeAsking);
        parse(entry.key(), parts, seen).ifPresent(links::add);
      }
    }
    links.removeIf(link -> hidden.contains(link.ulid.value()));
    return links;
  }

  private static Optional<BlobLink> parse(String key, String[] parts, Grace.Sighting seen) {
    long size;
    try {
      size = Long.parseLong(parts[2]);
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
    var ulid = new Ulid(parts[0]);
    if (parts[1].equals(INLINE)) {
      return Optional.of(new BlobLink(key, ulid, null, size, seen));
    }
    return Ulid.isUlid(parts[1])
        ? Optional.of(new BlobLink(key, ulid, new DataId(new Ulid(parts[1])), size, seen))
        : Optional.empty();
  }
}
