package io.sluice.scrub;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How it stands with the scrubs of this process.
 *
 * @param pass names the pass that runs, or that ran last; empty if none did in this process
 * @param running whether it runs
 * @param started when it did
 * @param progress of it
 * @param failure why it could not be ended
 * @param last that came to its end, perhaps in another process
 * @param next when the next will begin; empty if one runs, or none will by itself
 * @param sinceStart all that this process has done
 * @param findings of the pass, the {@link #MOST_FINDINGS} latest
 */
public record ScrubState(
    String pass,
    boolean running,
    Optional<Instant> started,
    ScrubTotals progress,
    Optional<String> failure,
    Optional<ScrubRecord> last,
    Optional<Instant> next,
    ScrubTotals sinceStart,
    List<Finding> findings) {

  /** So many findings are kept. */
  public static final int MOST_FINDINGS = 100;

  public ScrubState {
    findings = List.copyOf(findings);
  }
}
