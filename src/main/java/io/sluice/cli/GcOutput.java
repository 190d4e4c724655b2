package io.sluice.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What {@code sluice gc} prints: a table of what would go, or what has gone. */
final class GcOutput {
  /** So many rows decide how wide the columns are. */
  private static final int LOOK_AHEAD = 500;

  private static final int LONGEST = 60;
  private static final List<String> TITLES =
      List.of("WHAT", "REPOSITORY", "NAME", "POLICY", "WHY", "BYTES");
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};

  private final PrintWriter out;
  private List<List<String>> waiting = new ArrayList<>();
  private int[] widths = {};

  GcOutput(PrintWriter out) {
    this.out = out;
  }

  /** Something that would go. */
  void row(JsonNode doomed) {
    var row =
        List.of(
            doomed.path("what").asText(),
            doomed.path("repository").asText(),
            shortened(doomed.path("name").asText()),
            doomed.path("policy").asText(),
            doomed.path("why").asText(),
            human(doomed.path("bytes").asLong()));
    if (widths.length > 0) {
      print(row);
      return;
    }
    waiting.add(row);
    if (waiting.size() == LOOK_AHEAD) {
      flush();
    }
  }

  private void flush() {
    if (widths.length > 0 || waiting.isEmpty()) {
      return;
    }
    widths = new int[TITLES.size()];
    waiting.addFirst(TITLES);
    for (var row : waiting) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.min(LONGEST, Math.max(widths[i], row.get(i).length()));
      }
    }
    waiting.forEach(this::print);
    waiting = new ArrayList<>();
  }

  private void print(List<String> row) {
    var line = new StringBuilder();
    for (int i = 0; i < row.size(); i++) {
      boolean isLast = i == row.size() - 1;
      line.append(
          String.format(
              Locale.ROOT, isLast ? "%" + widths[i] + "s" : "%-" + widths[i] + "s  ", row.get(i)));
    }
    out.println(line);
  }

  /** The end of a preview. */
  void totals(JsonNode totals) {
    flush();
    out.println("would remove " + sentence(totals));
    out.flush();
  }

  /** What one of the stores' collections came to. */
  void run(String store, JsonNode run) {
    boolean dryRun = run.path("dryRun").asBoolean();
    out.printf(
        "%s: %s %s (%s)%n",
        store,
        dryRun ? "dry run, would remove" : "removed",
        sentence(run.path("totals")),
        seconds(run.path("ms").asLong()));
    long waitingCount = run.path("totals").path("waiting").asLong();
    if (waitingCount > 0) {
      out.printf(
          "%s: %,d more wait for their time: a later collection removes them%n",
          store, waitingCount);
    }
    for (var withheld : run.path("withheld")) {
      withheld(withheld);
    }
    out.flush();
  }

  /** What waits for a confirmation. */
  void withheld(JsonNode withheld) {
    flush();
    out.printf(
        "%s: %s would remove %,d of %,d tags: they stay until somebody confirms it (--confirm)%n",
        withheld.path("repository").asText(),
        withheld.path("policy").asText(),
        withheld.path("going").asLong(),
        withheld.path("tags").asLong());
  }

  private static String sentence(JsonNode totals) {
    return String.format(
        Locale.ROOT,
        "%,d tags, %,d manifests, %,d blobs, %,d data objects and %,d uploads in %,d repositories; %s",
        totals.path("tags").asLong(),
        totals.path("manifests").asLong(),
        totals.path("blobs").asLong(),
        totals.path("data").asLong(),
        totals.path("uploads").asLong(),
        totals.path("repositories").asLong(),
        human(totals.path("bytes").asLong()));
  }

  private static String seconds(long millis) {
    return String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
  }

  /** The algorithm and the first twelve digits of a digest; anything else as it is. */
  private static String shortened(String name) {
    return name.matches("sha(256|512):[0-9a-f]{64,}")
        ? name.substring(0, name.indexOf(':') + 13)
        : name;
  }

  /** With one decimal, in units of 1024. */
  static String human(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= 1024 && unit < UNITS.length - 1) {
      value /= 1024;
      unit++;
    }
    return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", value, UNITS[unit]);
  }
}
