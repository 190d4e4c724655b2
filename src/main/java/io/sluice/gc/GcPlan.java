package io.sluice.gc;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What is to be collected, when and how; can be replaced while the registry runs.
 *
 * @param stores the main one first
 * @param undo {@code sluice.retention.undo}; empty for the grace of each store
 * @param maxShare in percent
 * @param requestsPerSecond to each store
 * @param spill the folder for what is too much to remember
 */
public record GcPlan(
    List<GcStore> stores,
    Optional<Duration> undo,
    int maxShare,
    int requestsPerSecond,
    Path spill) {

  public GcPlan {
    stores = List.copyOf(stores);
  }

  /** What the collector of one of the stores works with. */
  public GcSettings settings(GcStore store) {
    return new GcSettings(
        List.of(store), undo.orElse(store.grace()), maxShare, requestsPerSecond, spill);
  }
}
