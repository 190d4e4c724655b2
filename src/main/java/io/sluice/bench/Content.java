package io.sluice.bench;

import io.sluice.oci.Digest;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Layers of one size, each different, none compressible. Thread safe.
 *
 * <p>Making one costs nothing that grows with its size, nor does its digest, so neither disturbs
 * what is measured.
 */
final class Content {

  /*
   * All layers are the same random 1 MiB over and over, which is sent from the same direct memory each time, and differ
   * in their last 32 bytes. SHA-256 goes from front to back, so its state before those bytes is computed once for a size
   * (in the constructor: about a second for 1.2 GiB) and cloned for each layer. Within the layer, the repetition is
   * farther apart than the window of gzip; a file system that compresses or shares blocks over longer distances would
   * notice it.
   */
  private static final int CHUNK = 64 << 10;
  private static final int CHUNKS = 16;
  private static final int OWN = 32;
  private static final long BLOCK_SEED = 0x51_0C_1C_EL;
  private static final byte[] BLOCK = block();
  private static final Buffer[] SLICES = slices();

  private final long shared;
  private final MessageDigest hasher;
  private final byte[] run;
  private final AtomicLong made = new AtomicLong();

  /**
   * Hashes what all layers share, on the calling thread.
   *
   * @param size of each layer in bytes, at least {@link #smallest()}
   * @param run what tells this run's layers from those of any other; 16 bytes
   */
  Content(long size, byte[] run) {
    if (size < smallest() || run.length != 16) {
      throw new IllegalArgumentException(
          "layers of " + size + " bytes, a run's id of " + run.length);
    }
    this.shared = size - OWN;
    this.hasher = Digest.Algorithm.SHA256.newHasher();
    this.run = run.clone();
    for (long at = 0; at < shared; at += BLOCK.length) {
      hasher.update(BLOCK, 0, (int) Math.min(BLOCK.length, shared - at));
    }
  }

  static int smallest() {
    return OWN;
  }

  /** A layer that was never there before. */
  Blob next() {
    var own = ByteBuffer.allocate(OWN).put(run).putLong(size()).putLong(made.getAndIncrement());
    try {
      var mine = (MessageDigest) hasher.clone();
      mine.update(own.array());
      return new Blob(Digest.of(Digest.Algorithm.SHA256, mine), shared, Buffer.buffer(own.array()));
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("the JDK's SHA-256 can be cloned", e);
    }
  }

  long size() {
    return shared + OWN;
  }

  /**
   * What stands at an offset of the part that layers share: as much of it as fits one write.
   *
   * @param offset a sum of the lengths of earlier chunks
   * @param limit at most so many bytes, above 0
   * @return only to be read; the memory is everybody's
   */
  static Buffer chunk(long offset, long limit) {
    var slice = SLICES[(int) (offset / CHUNK % CHUNKS)];
    int from = (int) (offset % CHUNK);
    int length = (int) Math.min(CHUNK - from, limit);
    return length == CHUNK ? slice : slice.slice(from, from + length);
  }

  private static byte[] block() {
    var bytes = new byte[CHUNK * CHUNKS];
    new Random(BLOCK_SEED).nextBytes(bytes);
    return bytes;
  }

  /** In direct memory, since sockets copy from anything else first; never released. */
  private static Buffer[] slices() {
    var direct = ByteBuffer.allocateDirect(BLOCK.length).put(BLOCK).flip();
    var slices = new Buffer[CHUNKS];
    for (int i = 0; i < CHUNKS; i++) {
      // Vert.x lends a buffer of this kind to the socket as "unreleasable", so it can be sent
      // again.
      slices[i] =
          BufferInternal.buffer(
              io.netty.buffer.Unpooled.wrappedBuffer(direct.slice(i * CHUNK, CHUNK)));
    }
    return slices;
  }
}
