package io.sluice.scrub;

import io.sluice.store.ObjectStore;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What scrubs work with.
 *
 * @param stores the main store first; owned by the storage verticle, which must outlive the scrub
 * @param bytesPerSecond at most so many are read, of all stores together
 * @param quarantine whether what is damaged is hidden from clients, so that they push or fetch it
 *     anew
 * @param interval from the end of one pass to the beginning of the next; empty for passes only when
 *     they are asked for
 */
public record ScrubSettings(
    List<ObjectStore> stores,
    long bytesPerSecond,
    boolean quarantine,
    Optional<Duration> interval) {

  public ScrubSettings {
    stores = List.copyOf(stores);
  }
}
