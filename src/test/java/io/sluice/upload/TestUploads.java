package io.sluice.upload;

import io.sluice.oci.Digest;
import io.sluice.oci.RepositoryName;
import io.sluice.store.ObjectStore;
import io.sluice.ulid.Ulids;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;

/**
 * Uploads for tests of what becomes of them: at most {@link #IN_MEMORY} bytes stay in memory until
 * the end, more go to the store in parts.
 */
public final class TestUploads {
  /** In bytes. */
  public static final int IN_MEMORY = 16;

  private static final int PART = 64;

  private final Vertx vertx;
  private final ObjectStore store;
  private final WorkerExecutor hashing;
  private final Ulids ulids;
  private final MemoryBudget heads = new MemoryBudget(Integer.MAX_VALUE, IN_MEMORY, false);
  private final MemoryBudget parts = new MemoryBudget(Integer.MAX_VALUE, PART, false);

  public TestUploads(Vertx vertx, ObjectStore store, WorkerExecutor hashing, Ulids ulids) {
    this.vertx = vertx;
    this.store = store;
    this.hashing = hashing;
    this.ulids = ulids;
  }

  /** An upload of which all bytes have come, and that has been sealed. */
  public Future<SealedUpload> upload(RepositoryName repository, byte[] content) {
    return upload(repository, content, Digest.sha256(content));
  }

  /** The same with the digest that the client gives. */
  public Future<SealedUpload> upload(RepositoryName repository, byte[] content, Digest digest) {
    var resources =
        new UploadResources(vertx, store, heads, parts, hashing, ulids, 2, Long.MAX_VALUE, _ -> {});
    var session =
        new UploadSession(
            resources,
            new UploadHandle(repository, UploadId.random(), ""),
            Digest.Algorithm.SHA256);
    return session
        .prepare(content.length)
        .compose(
            _ -> {
              session.append(Buffer.buffer(content));
              return session.seal(digest);
            });
  }

  /** How many bytes of memory are in use. */
  public long used() {
    return heads.used() + parts.used();
  }
}
