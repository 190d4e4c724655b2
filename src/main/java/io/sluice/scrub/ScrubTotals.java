package io.sluice.scrub;

/**
 * What a pass has done.
 *
 * @param repositories that were looked at
 * @param manifests that were read
 * @param blobs of repositories that were checked, however many of them share their bytes
 * @param objects of the stores that were read
 * @param bytes that were read
 * @param findings that were reported
 * @param quarantined links and revisions that were hidden from clients
 */
public record ScrubTotals(
    long repositories,
    long manifests,
    long blobs,
    long objects,
    long bytes,
    long findings,
    long quarantined) {

  public static final ScrubTotals NONE = new ScrubTotals(0, 0, 0, 0, 0, 0, 0);

  /** Both together. */
  public ScrubTotals plus(ScrubTotals other) {
    return new ScrubTotals(
        repositories + other.repositories,
        manifests + other.manifests,
        blobs + other.blobs,
        objects + other.objects,
        bytes + other.bytes,
        findings + other.findings,
        quarantined + other.quarantined);
  }
}
