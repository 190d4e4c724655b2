package io.sluice.gc;

/** Counts what a run does. Confined to its context. */
final class Tally {
  long repositories;
  long tags;
  long manifests;
  long blobs;
  long data;
  long bytes;
  long withheld;
  long waiting;

  GcTotals totals() {
    return new GcTotals(repositories, tags, manifests, blobs, data, bytes, 0, withheld, waiting);
  }
}
