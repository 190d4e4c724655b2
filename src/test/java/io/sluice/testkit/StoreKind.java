package io.sluice.testkit;

/** The stores that the suite is run on. */
public enum StoreKind {
  /** A local disk. */
  FS,
  /** Memory: content is at hand at once. */
  MEMORY,
  /** Memory, of which content comes as a stream, as from S3. */
  STREAM;

  /** Fresh and empty. */
  Storage create() {
    return switch (this) {
      case FS -> FsStorage.create();
      case MEMORY -> new MemoryStorage(false);
      case STREAM -> new MemoryStorage(true);
    };
  }
}
