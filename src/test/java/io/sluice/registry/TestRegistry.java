package io.sluice.registry;

import io.sluice.Await;
import io.sluice.oci.Digest;
import io.sluice.oci.Reference;
import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.sluice.oci.RepositoryName;
import io.sluice.oci.Tag;
import io.sluice.registry.TestImages.Blob;
import io.sluice.registry.TestImages.Image;
import io.sluice.store.ListRequest;
import io.sluice.store.Listing;
import io.sluice.store.Listings;
import io.sluice.store.ObjectStore;
import io.sluice.store.memory.InterleavedStore;
import io.sluice.ulid.Ulids;
import io.sluice.upload.MemoryBudget;
import io.sluice.upload.TestUploads;
import io.sluice.upload.Uploads;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A registry without HTTP, in the words of the tests. Several may be over the same store, as
 * replicas are.
 */
final class TestRegistry {
  static final Duration GRACE = Duration.ofMinutes(10);

  /** How long a registry believes what it saw. */
  static final Duration TRUST = Duration.ofSeconds(1);

  /** All clocks of a test. */
  static final class Clock {
    private long nanos = Duration.ofDays(20_000).toNanos();

    Instant instant() {
      return Instant.EPOCH.plusNanos(nanos);
    }

    void pass(Duration time) {
      nanos += time.toNanos();
    }

    /** Whatever was written before is too old to be relied on. */
    void passMoreThanHalfTheGrace() {
      pass(GRACE.dividedBy(2).plusSeconds(1));
    }
  }

  final Vertx vertx;
  final InterleavedStore store;
  final RepositoryStore parts;
  private final WorkerExecutor hashing;
  final TestUploads uploads;

  /**
   * @param skew by which this process's wall clock is wrong
   */
  TestRegistry(Vertx vertx, ObjectStore objects, Clock clock, boolean dedupe, Duration skew) {
    this.vertx = vertx;
    this.store = new InterleavedStore(objects);
    this.hashing = vertx.createSharedWorkerExecutor("test-hashing", 1);
    var ulids = new Ulids(() -> clock.instant().plus(skew));
    var memory = new MemoryBudget(1024, 512, false);
    var own = new StorageSettings.StoreSettings(store, GRACE, dedupe, false, () -> clock.nanos);
    this.parts =
        new RepositoryStore(
            new RepositoryStore.Shared(vertx, ulids, memory, memory, hashing),
            new StorageSettings(
                own,
                Map.of(),
                new Uploads.Settings(2, GRACE, GRACE, Long.MAX_VALUE),
                TRUST,
                1_000_000,
                1024,
                3),
            own);
    this.uploads = new TestUploads(vertx, store, hashing, ulids);
  }

  void close() {
    Await.on(vertx, () -> parts.uploads.close().compose(_ -> hashing.close()));
  }

  private <T> T await(java.util.concurrent.Callable<Future<T>> call) {
    return Await.on(vertx, call);
  }

  Future<Long> uploading(RepositoryName repository, Blob blob) {
    return uploads
        .upload(repository, blob.content())
        .compose(all -> parts.blobs.add(repository, all));
  }

  void upload(RepositoryName repository, Blob... blobs) {
    for (var blob : blobs) {
      await(() -> uploading(repository, blob));
    }
  }

  Future<Commands.PutResult> pushing(RepositoryName repository, Image image, Reference reference) {
    return parts.manifests.put(image.put(repository, reference));
  }

  /** Puts a manifest whose blobs are there. */
  Commands.PutResult push(RepositoryName repository, Image image, Reference reference) {
    return await(() -> pushing(repository, image, reference));
  }

  /** Uploads everything that an image or an index is made of, then puts it. */
  void pushAll(RepositoryName repository, Image image, Reference reference) {
    for (var child : image.children()) {
      pushAll(repository, child, child.digest());
    }
    upload(repository, image.blobs().toArray(Blob[]::new));
    push(repository, image, reference);
  }

  Optional<Digest> tag(RepositoryName repository, Tag tag) {
    return await(() -> parts.tags.find(repository, tag));
  }

  boolean hasBlob(RepositoryName repository, Blob blob) {
    return succeeds(() -> parts.blobs.stat(repository, blob.digest(), false));
  }

  boolean hasManifest(RepositoryName repository, Reference reference) {
    return succeeds(() -> parts.manifests.get(repository, reference));
  }

  private boolean succeeds(java.util.concurrent.Callable<? extends Future<?>> call) {
    return await(() -> call.call().map(true).recover(TestRegistry::unlessUnknown));
  }

  private static Future<Boolean> unlessUnknown(Throwable cause) {
    return cause instanceof RegistryException e
            && (e.error() instanceof RegistryError.BlobUnknown
                || e.error() instanceof RegistryError.ManifestUnknown)
        ? Future.succeededFuture(false)
        : Future.failedFuture(cause);
  }

  /** The names of the objects below a prefix. */
  List<String> names(String prefix) {
    return await(() -> Listings.all(store, prefix)).stream().map(Listing.Entry::name).toList();
  }

  /** The names of all links of a blob, of whatever kind. */
  List<String> links(RepositoryName repository, Blob blob) {
    return names(Layout.links(repository, blob.digest()));
  }

  List<String> revisions(RepositoryName repository, Image image) {
    return names(Layout.revisions(repository, image.digest()));
  }

  boolean has(String key) {
    return !await(() -> store.list(ListRequest.below(key).limit(1))).entries().isEmpty();
  }

  /** Why something that a tag names isn't there; empty if all of it is, seen without a cache. */
  Optional<String> missingOf(RepositoryName repository, Image image) {
    if (revisions(repository, image).isEmpty()) {
      return Optional.of("the manifest " + image);
    }
    for (var blob : image.blobs()) {
      var links =
          await(
              () ->
                  parts
                      .blobs
                      .open(repository, blob.digest(), new ByteRange.Whole())
                      .map(true)
                      .recover(TestRegistry::unlessUnknown));
      if (!links) {
        return Optional.of("the blob " + blob + " of " + image);
      }
    }
    return image.children().stream()
        .map(child -> missingOf(repository, child))
        .flatMap(Optional::stream)
        .findFirst();
  }
}
