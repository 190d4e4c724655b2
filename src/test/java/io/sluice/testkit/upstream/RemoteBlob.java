package io.sluice.testkit.upstream;

import io.sluice.oci.Digest;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Content that an upstream has. A large one isn't held anywhere: what stands at an offset is
 * computed.
 */
public final class RemoteBlob {

  /*
   * Each MiB is the same random MiB, turned by another amount, so bytes from a wrong offset are wrong bytes.
   */
  private static final int BLOCK = 1 << 20;
  private static final int STEP = 7_919;
  private static final byte[] RANDOM = new byte[BLOCK];
  private static final AtomicInteger SEED = new AtomicInteger(1);

  static {
    new Random(8).nextBytes(RANDOM);
  }

  /** Where the bytes come from. */
  private interface Source {
    byte[] read(long offset, int length);
  }

  private final Digest digest;
  private final long size;
  private final Source source;

  private RemoteBlob(Digest digest, long size, Source source) {
    this.digest = digest;
    this.size = size;
    this.source = source;
  }

  public static RemoteBlob of(byte[] bytes) {
    var own = bytes.clone();
    return new RemoteBlob(
        Digest.sha256(own),
        own.length,
        (offset, length) -> java.util.Arrays.copyOfRange(own, (int) offset, (int) offset + length));
  }

  public static RemoteBlob of(String text) {
    return of(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Random bytes that no other blob has, of any size; hashes them once, on the calling thread. */
  public static RemoteBlob ofSize(long size) {
    int seed = SEED.getAndIncrement();
    Source source = (offset, length) -> random(seed, offset, length);
    var hasher = Digest.Algorithm.SHA256.newHasher();
    for (long at = 0; at < size; at += BLOCK) {
      hasher.update(source.read(at, (int) Math.min(BLOCK, size - at)));
    }
    return new RemoteBlob(Digest.of(Digest.Algorithm.SHA256, hasher), size, source);
  }

  private static byte[] random(int seed, long offset, int length) {
    var bytes = new byte[length];
    int done = 0;
    while (done < length) {
      long at = offset + done;
      int turned = (int) ((at + (at / BLOCK + 1) * STEP * seed) % BLOCK);
      int run = Math.min(length - done, BLOCK - (int) (at % BLOCK));
      run = Math.min(run, BLOCK - turned);
      System.arraycopy(RANDOM, turned, bytes, done, run);
      done += run;
    }
    return bytes;
  }

  public Digest digest() {
    return digest;
  }

  /** In bytes. */
  public long size() {
    return size;
  }

  /** Some of its bytes. */
  public byte[] read(long offset, int length) {
    return source.read(offset, length);
  }

  /** All of them, for one that fits. */
  public byte[] bytes() {
    return read(0, Math.toIntExact(size));
  }

  Buffer buffer(long offset, int length) {
    return Buffer.buffer(read(offset, length));
  }

  @Override
  public String toString() {
    return digest + " (" + size + " bytes)";
  }
}
