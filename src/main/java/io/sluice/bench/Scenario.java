package io.sluice.bench;

/** What can be measured. */
public enum Scenario {
  /** Push of an image with one large layer. */
  PUSH_LARGE("push-large", 1),
  /** Push of an image of ten layers of 64 KiB. */
  PUSH_SMALL("push-small", 8),
  /** Pull of such an image: manifest by tag, then its blobs. */
  PULL("pull", 8),
  /** GET of a large layer. */
  PULL_LARGE("pull-large", 1),
  /** GET of a manifest by tag. */
  MANIFEST_GET("manifest-get", 32),
  /** HEAD of a blob. */
  BLOB_HEAD("blob-head", 32),
  /** GET of the API's root, as every client does first: what remains is authentication. */
  PING("ping", 8);

  private final String id;
  private final int concurrency;

  Scenario(String id, int concurrency) {
    this.id = id;
    this.concurrency = concurrency;
  }

  /**
   * The scenario of a name, as in {@code push-large}.
   *
   * @throws IllegalArgumentException with a message that lists the names
   */
  public static Scenario parse(String id) {
    var names = new StringBuilder();
    for (var scenario : values()) {
      if (scenario.id.equals(id)) {
        return scenario;
      }
      names.append(names.isEmpty() ? "" : ", ").append(scenario.id);
    }
    throw new IllegalArgumentException("there is no scenario \"" + id + "\", but " + names);
  }

  /** How many operations are under way at once if nothing else is said. */
  public int defaultConcurrency() {
    return concurrency;
  }

  Workload workload(Stock stock) {
    return switch (this) {
      case PUSH_LARGE -> Pushes.large(stock);
      case PUSH_SMALL -> Pushes.small(stock);
      case PULL -> Pulls.image(stock);
      case PULL_LARGE -> Pulls.largeBlob(stock);
      case MANIFEST_GET -> Pulls.manifest(stock);
      case BLOB_HEAD -> Pulls.blobHead(stock);
      case PING -> new Ping();
    };
  }

  @Override
  public String toString() {
    return id;
  }
}
