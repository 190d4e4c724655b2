package io.sluice.gc;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** How it stands with the collections of all stores, the main one first. */
public record GcState(List<StoreState> stores) {

  public GcState {
    stores = List.copyOf(stores);
  }

  /**
   * One store.
   *
   * @param route as in {@link GcStore#route}
   * @param last the last one that has ended well, of whatever process
   * @param lastError of the last one here, if it failed
   * @param next when the next one is due here, or when it is looked whether it is
   */
  public record StoreState(
      String route,
      boolean enabled,
      Optional<Running> running,
      Optional<GcRun> last,
      Optional<Failure> lastError,
      Optional<Instant> next) {}

  /** A collection that is going on. */
  public record Running(Instant since, boolean confirmed, GcTotals soFar) {}

  /** Why one ended before its time. */
  public record Failure(Instant time, String message) {}
}
