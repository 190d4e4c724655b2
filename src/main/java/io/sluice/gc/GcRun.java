package io.sluice.gc;

import java.time.Instant;
import java.util.List;

/**
 * A collection of one store that has ended well.
 *
 * @param by which process it was, for people
 * @param dryRun whether it only told what would go ({@code retention.dryRun})
 * @param confirmed whether a new policy was free to remove as much as it likes
 * @param followUps how many in a row, with this one, were begun before their time because things
 *     had waited for theirs; 0 for one that was due
 * @param withheld what waits for a confirmation
 */
public record GcRun(
    Instant started,
    Instant ended,
    String by,
    boolean dryRun,
    boolean confirmed,
    int followUps,
    GcTotals totals,
    List<Withheld> withheld) {

  public GcRun {
    withheld = List.copyOf(withheld);
  }
}
