package io.sluice.cli;

import io.sluice.config.DataSize;
import java.io.Console;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;

/** What {@code sluice scrub} prints: a table as Zot's, its progress on a terminal, a summary. */
final class ScrubReport {
  private static final String ROW = "%-40s %-16s %-17s %-71s %s%n";
  private static final String CLEAR = "\r\033[K";

  private final PrintWriter out;
  private final PrintWriter err;
  private final boolean terminal;
  private boolean begun;
  private boolean inProgress;

  ScrubReport(PrintWriter out, PrintWriter err) {
    this.out = out;
    this.err = err;
    this.terminal = Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
  }

  /** One finding; the first one brings the head of the table. */
  synchronized void row(
      String repository,
      List<String> tags,
      String status,
      String digest,
      String error,
      boolean quarantined) {
    clear();
    if (!begun) {
      out.printf(ROW, "REPOSITORY", "TAG", "STATUS", "AFFECTED BLOB", "ERROR");
      begun = true;
    }
    out.printf(
        ROW,
        repository,
        tags.isEmpty() ? "-" : String.join(",", tags),
        status,
        digest,
        quarantined ? error + " (quarantined)" : error);
    out.flush();
  }

  /** Something that is no finding. */
  synchronized void note(String text) {
    clear();
    err.println("sluice: " + text);
    err.flush();
  }

  synchronized void progress(long repositories, long objects, long bytes) {
    if (terminal) {
      clear();
      err.printf("%d repositories, %d objects, %s", repositories, objects, megabytes(bytes));
      err.flush();
      inProgress = true;
    }
  }

  synchronized void summary(
      long repositories, long manifests, long blobs, long bytes, long findings, long quarantined) {
    clear();
    out.printf(
        "%d repositories, %d manifests, %d blobs; %s read: %s%n",
        repositories,
        manifests,
        blobs,
        megabytes(bytes),
        findings == 0
            ? "all is well"
            : findings + " damaged or missing, " + quarantined + " quarantined");
    out.flush();
  }

  private void clear() {
    if (inProgress) {
      err.print(CLEAR);
      err.flush();
      inProgress = false;
    }
  }

  private static String megabytes(long bytes) {
    return (bytes + DataSize.ofMiB(1).bytes() - 1) / DataSize.ofMiB(1).bytes() + " MiB";
  }
}
