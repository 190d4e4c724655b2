package io.sluice.gc;

/**
 * What a collection, or a preview, came to.
 *
 * @param repositories that were looked at
 * @param tags that went by retention
 * @param manifests that went, each counted once however often it was pushed
 * @param blobs links of repositories to blobs that went
 * @param data objects of bytes that went
 * @param bytes that are free now
 * @param uploads expired ones
 * @param withheld tags that a new policy would remove, and that wait for a confirmation
 * @param waiting things that only wait for their time: when that has come, another collection
 *     removes them
 */
public record GcTotals(
    long repositories,
    long tags,
    long manifests,
    long blobs,
    long data,
    long bytes,
    long uploads,
    long withheld,
    long waiting) {

  public static final GcTotals NONE = new GcTotals(0, 0, 0, 0, 0, 0, 0, 0, 0);

  static GcTotals ofUploads(long uploads) {
    return new GcTotals(0, 0, 0, 0, 0, 0, uploads, 0, 0);
  }

  /** Both together, as of two stores. */
  public GcTotals plus(GcTotals other) {
    return new GcTotals(
        repositories + other.repositories,
        tags + other.tags,
        manifests + other.manifests,
        blobs + other.blobs,
        data + other.data,
        bytes + other.bytes,
        uploads + other.uploads,
        withheld + other.withheld,
        waiting + other.waiting);
  }

  /** With one more that goes. */
  public GcTotals plus(Doomed doomed) {
    var one =
        switch (doomed.what()) {
          case TAG -> new GcTotals(0, 1, 0, 0, 0, doomed.bytes(), 0, 0, 0);
          case MANIFEST -> new GcTotals(0, 0, 1, 0, 0, doomed.bytes(), 0, 0, 0);
          case BLOB -> new GcTotals(0, 0, 0, 1, 0, doomed.bytes(), 0, 0, 0);
          case DATA -> new GcTotals(0, 0, 0, 0, 1, doomed.bytes(), 0, 0, 0);
          case UPLOAD -> new GcTotals(0, 0, 0, 0, 0, doomed.bytes(), 1, 0, 0);
        };
    return plus(one);
  }
}
