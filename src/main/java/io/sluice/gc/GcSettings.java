package io.sluice.gc;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What collections work with.
 *
 * @param stores one or more
 * @param undo for how long a deleted or moved tag can be restored; its image is kept for that long
 * @param maxShare the share of a repository's tags, in percent, that a new policy may remove
 *     without being confirmed
 * @param requestsPerSecond to each store
 * @param spill the folder for what is too much to remember
 */
public record GcSettings(
    List<GcStore> stores, Duration undo, int maxShare, int requestsPerSecond, Path spill) {

  public GcSettings {
    stores = List.copyOf(stores);
  }
}
