package io.sluice.upload;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The memory that all uploads of a process share: a fixed number of buffers of one size, reused.
 *
 * <p>Thread safe: contexts of all event loops meet here, so this is one of the few places with a
 * lock; it is held for some instructions, never while waiting.
 */
public final class MemoryBudget {

  /*
   * Buffers are granted first come, first served: an upload that waits has paused its socket, so memory is bounded by
   * the budget and not by the number of clients. Nobody waits for a buffer while holding one that is not being written,
   * so whoever waits will get one as soon as the store has taken a part.
   */
  /** A disk that is written to past the page cache takes memory from whole pages on only. */
  private static final int ALIGNMENT = 4096;

  private final int bufferSize;
  private final int buffers;
  private final boolean direct;
  private final Queue<Promise<Chunk>> waiting = new ArrayDeque<>();
  private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>();
  private int allocated;
  private int used;
  private int peak;

  /**
   * @param bytes to share, rounded down to whole buffers, at least two
   * @param bufferSize in bytes
   * @param direct whether the buffers lie outside of the heap, which is where the kernel wants them
   */
  public MemoryBudget(long bytes, int bufferSize, boolean direct) {
    this.bufferSize = bufferSize;
    this.buffers = (int) Math.max(2, Math.min(Integer.MAX_VALUE, bytes / bufferSize));
    this.direct = direct;
  }

  /** A buffer, as soon as there is one; it comes on the caller's context. */
  Future<Chunk> acquire(Vertx vertx) {
    Promise<Chunk> promise = ((ContextInternal) vertx.getOrCreateContext()).promise();
    @Nullable Chunk now;
    synchronized (this) {
      now = waiting.isEmpty() ? take() : null;
      if (now == null) {
        waiting.add(promise);
      }
    }
    if (now != null) {
      promise.complete(now);
    }
    return promise.future();
  }

  /** Whether somebody waits: then whoever holds a buffer idly should give it back. */
  public synchronized boolean contended() {
    return !waiting.isEmpty();
  }

  /** The bytes that are given out now. */
  public synchronized long used() {
    return (long) used * bufferSize;
  }

  /** The most bytes that were ever given out at once. */
  public synchronized long peak() {
    return (long) peak * bufferSize;
  }

  /** The bytes that there are to share. */
  public long total() {
    return (long) buffers * bufferSize;
  }

  int bufferSize() {
    return bufferSize;
  }

  private @Nullable Chunk take() {
    var buffer = free.pollLast();
    if (buffer == null) {
      if (allocated == buffers) {
        return null;
      }
      allocated++;
      buffer = direct ? allocateAligned(bufferSize) : ByteBuffer.allocate(bufferSize);
    }
    used++;
    peak = Math.max(peak, used);
    return new Chunk(this, buffer.clear());
  }

  private static ByteBuffer allocateAligned(int size) {
    return ByteBuffer.allocateDirect(size + 2 * ALIGNMENT).alignedSlice(ALIGNMENT).slice(0, size);
  }

  private void giveBack(ByteBuffer buffer) {
    @Nullable Promise<Chunk> next;
    @Nullable Chunk chunk = null;
    synchronized (this) {
      used--;
      free.addLast(buffer);
      next = waiting.poll();
      if (next != null) {
        chunk = take();
      }
    }
    if (next != null && chunk != null) {
      next.complete(chunk);
    }
  }

  /** A buffer on loan. Confined to its holder's context. */
  static final class Chunk {
    private final MemoryBudget budget;
    private final ByteBuffer buffer;
    private boolean released;

    private Chunk(MemoryBudget budget, ByteBuffer buffer) {
      this.budget = budget;
      this.buffer = buffer;
    }

    /** To be filled, then flipped; not to be touched after {@link #release}. */
    ByteBuffer buffer() {
      return buffer;
    }

    int length() {
      return buffer.position();
    }

    /** The bytes that were filled in, as a view of their own. */
    ByteBuffer filled() {
      return buffer.duplicate().flip();
    }

    boolean isFull() {
      return !buffer.hasRemaining();
    }

    /** Gives it back; a second call does nothing. */
    void release() {
      if (!released) {
        released = true;
        budget.giveBack(buffer);
      }
    }
  }
}
