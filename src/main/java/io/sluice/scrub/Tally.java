package io.sluice.scrub;

/** Counts what a pass does. Confined to the pass's context. */
final class Tally {
  long repositories;
  long manifests;
  long blobs;
  long objects;
  long bytes;
  long findings;
  long quarantined;

  ScrubTotals totals() {
    return new ScrubTotals(repositories, manifests, blobs, objects, bytes, findings, quarantined);
  }
}
