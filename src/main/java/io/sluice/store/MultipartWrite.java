package io.sluice.store;

import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.util.List;

/** An object being written in parts. Used by one upload at a time. */
public interface MultipartWrite {

  /** Names this write within the store, also after a restart. */
  String id();

  /**
   * Writes one part. Several may be under way at once.
   *
   * @param number from 1, without gaps
   * @param offset of its first byte within the object
   * @param bytes the part, one buffer after the other; positions and limits are left as they are.
   *     The buffers belong to the store until the future completes, also when it fails.
   */
  Future<Part> write(int number, long offset, ByteBuffer... bytes);

  /**
   * The parts that the store has, by number, from the first on without a gap; fails with {@link
   * ObjectNotFound} if there is no such write.
   */
  Future<List<Part>> parts();

  /** Makes the object of these parts visible under its key. */
  Future<Void> complete(List<Part> parts);

  /**
   * Makes what was written durable as it is, and lets go of what a pause need not hold (an open
   * file); writing may go on later.
   */
  Future<Void> suspend();

  /** Drops what was written. Succeeds also when there is nothing to drop. */
  Future<Void> abort();

  /**
   * A part that the store has acknowledged.
   *
   * @param size in bytes
   * @param receipt what the store wants to see again at completion (S3: the ETag)
   */
  record Part(int number, long size, String receipt) {}
}
