package io.sluice.upload;

import io.sluice.oci.Digest;
import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * All bytes of an upload, of the digest that was asked for. Whoever has it makes something of it,
 * of {@link #inline} or {@link #store}, and then ends it by {@link #forget}, or by {@link #abandon}
 * if that failed, or by {@link #discard} without having tried. Confined to the context that sealed
 * it.
 */
public final class SealedUpload {
  private final UploadSession session;
  private final Digest digest;
  private final long size;
  private final ByteBuffer @Nullable [] memory;
  private final boolean stored;
  private Runnable onEnd = () -> {};

  SealedUpload(
      UploadSession session,
      Digest digest,
      long size,
      ByteBuffer @Nullable [] memory,
      boolean stored) {
    this.session = session;
    this.digest = digest;
    this.size = size;
    this.memory = memory;
    this.stored = stored;
  }

  /** What is called when one of the three ends was reached, however that went. */
  void onEnd(Runnable action) {
    onEnd = action;
  }

  private Future<Void> ended(Future<Void> end) {
    return end.onComplete(_ -> onEnd.run());
  }

  public Digest digest() {
    return digest;
  }

  /** In bytes. */
  public long size() {
    return size;
  }

  /**
   * The bytes themselves, if they are in memory and no more than so many; valid until one of the
   * other methods is called.
   */
  public Optional<ByteBuffer[]> inline(int atMost) {
    return memory != null && size <= atMost ? Optional.of(memory.clone()) : Optional.empty();
  }

  /** Makes a data object of them; O(1) for large ones, whose bytes are in the store already. */
  public Future<DataId> store() {
    return stored ? Future.succeededFuture(session.dataId()) : session.storeBytes();
  }

  /** Ends the session after the blob was made. */
  public Future<Void> forget() {
    return ended(session.forget());
  }

  /**
   * Ends the session after a failed attempt to make a blob of it: there may be a link all the same,
   * so what became a data object stays, for the collector if nobody refers to it.
   */
  public Future<Void> abandon() {
    return ended(session.discard());
  }

  /** Drops the bytes, which nobody can have referred to: the registry has them already. */
  public Future<Void> discard() {
    return ended(stored ? session.dropStored() : session.discard());
  }
}
