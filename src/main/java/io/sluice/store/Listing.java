package io.sluice.store;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * A page of a listing.
 *
 * @param entries objects, in the order of their keys
 * @param folders with {@link ListRequest#byFolder}: prefixes, each ending with {@code /}, in order
 * @param next what to start after for the next page, empty when this is the last
 */
public record Listing(List<Entry> entries, List<String> folders, java.util.Optional<String> next) {

  /**
   * An object as it was listed.
   *
   * @param size in bytes
   * @param age by the store's own clock at the time of the listing: what its last modification
   *     differs from the store's idea of now; never from this machine's
   */
  public record Entry(String key, long size, Duration age) {

    static Entry of(String key, long size, Instant modified, Instant now) {
      var age = Duration.between(modified, now);
      return new Entry(key, size, age.isNegative() ? Duration.ZERO : age);
    }

    /** The part of the key behind its last {@code /}. */
    public String name() {
      return key.substring(key.lastIndexOf('/') + 1);
    }
  }

  /** For stores: an entry with its age from the store's clock. */
  public static Entry entry(String key, long size, Instant modified, Instant now) {
    return Entry.of(key, size, modified, now);
  }
}
