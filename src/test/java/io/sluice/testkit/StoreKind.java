package io.sluice.testkit;

/** The stores that the suite is run on. */
public enum StoreKind {
  /** A local disk. */
  FS,
  /** Memory: content is at hand at once. */
  MEMORY,
  /** Memory, of which content comes as a stream, as from S3. */
  STREAM,
  /** A bucket of S3. */
  S3;

  /** Fresh and empty. */
  Storage create() {
    return switch (this) {
      case FS -> FsStorage.create();
      case MEMORY -> new MemoryStorage(false);
      case STREAM -> new MemoryStorage(true);
      case S3 -> new S3Storage();
    };
  }
}
