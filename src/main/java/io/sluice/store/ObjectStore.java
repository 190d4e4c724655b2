package io.sluice.store;

import io.sluice.store.MultipartWrite.Part;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * A flat name space of objects, as S3 has it, from which the whole registry is built.
 *
 * <p>The rule that callers keep, and that makes the rest simple: <b>no key is ever written
 * twice.</b> (Markers without content are the exception: writing one again changes nothing.) So
 * there are no locks and no conditional writes, an object that was seen can be deleted without
 * hitting a later one, and content may be cached under its key for ever.
 *
 * <p>Keys are texts of components joined by {@code /}; no component is empty or begins with a dot,
 * and no key is another key's folder. An object appears whole or not at all, and is durable when
 * its future succeeds. Methods may be called on any context; futures complete on the caller's. They
 * fail with {@link ObjectNotFound}, or with a {@link io.sluice.oci.RegistryException} that says
 * {@code StoreUnavailable} when the store can't do it now.
 */
public interface ObjectStore {

  /**
   * Writes an object whole, of one buffer after the other. They must not change until the future
   * completes; their positions and limits are left as they are.
   */
  Future<Void> put(String key, ByteBuffer... content);

  /**
   * Begins an object that comes in parts. Nothing is visible under the key before {@link
   * MultipartWrite#complete}.
   */
  Future<MultipartWrite> startMultipart(String key);

  /**
   * Takes up a multipart write that was begun earlier, perhaps by another process. The first call
   * on it may fail.
   *
   * @param known parts with their receipts, as far as the caller knows them: not every store can
   *     tell all of a receipt again
   */
  MultipartWrite resumeMultipart(String key, String multipartId, List<Part> known);

  /** The multipart writes that were begun and neither completed nor aborted, with their age. */
  Future<List<PendingMultipart>> pendingMultiparts();

  /** Reads a small object whole. */
  Future<Buffer> read(String key);

  /**
   * Opens {@code length} bytes of an object from {@code offset} on, for sending; the range must lie
   * within it. The caller owns what it gets and must use or close it.
   */
  Future<Content> open(String key, long offset, long length);

  /** Lists keys in the order of their UTF-8 bytes. */
  Future<Listing> list(ListRequest request);

  /** Deletes exactly these keys; those that are not there count as deleted. */
  Future<Void> delete(Collection<String> keys);

  /** The size in bytes that parts of a large object should have (but for the last one). */
  int partSize();

  /** The smallest size in bytes that a part other than the last may have; 1 if any will do. */
  int smallestPartSize();

  /**
   * How many times {@link #partSize} the part of this number should have: stores that limit the
   * number of parts let them grow.
   */
  default int partScale(int number) {
    return 1;
  }

  /** How many parts an object may have. */
  default int mostParts() {
    return Integer.MAX_VALUE;
  }

  /**
   * A URL under which anybody can read an object for some time, if the store is one that clients
   * can reach.
   */
  default Future<Optional<URI>> directUrl(String key, Duration valid) {
    return Future.succeededFuture(Optional.empty());
  }

  /** Fails when the store can't be used now; cheap enough for a readiness probe. */
  Future<Void> check();

  /** Gives back what the store holds. What is under way may fail. */
  Future<Void> close();

  /** A multipart write that nobody has finished. */
  record PendingMultipart(String key, String multipartId, Duration age) {}
}
