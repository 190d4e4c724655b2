package io.sluice.bench;

import java.time.Instant;
import java.util.List;

/**
 * What a run found.
 *
 * @param results of the scenarios that began, in order
 * @param interrupted whether it was ended before it was done
 * @param notes what else is worth to know, one line each
 */
public record Report(
    Instant started,
    BenchSettings settings,
    List<Result> results,
    boolean interrupted,
    List<String> notes) {

  public Report {
    results = List.copyOf(results);
    notes = List.copyOf(notes);
  }

  /** Whether anything went wrong, so that the figures tell little. */
  public boolean failed() {
    return results.stream().anyMatch(result -> result.errors() > 0);
  }

  /** For people; several lines, each with its end. */
  public String toTable() {
    return ReportTable.of(this);
  }

  /** For programs: the same figures and the settings. */
  public String toJson() {
    return ReportJson.of(this);
  }
}
