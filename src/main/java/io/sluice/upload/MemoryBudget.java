package io.sluice.upload;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
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
   * so whoever waits will get one as soon as the store has taken a part. Whoever needs several gets them at once, for
   * the same reason: two who had half of theirs each would wait for ever.
   */
  /** A disk that is written to past the page cache takes memory from whole pages on only. */
  private static final int ALIGNMENT = 4096;

  private final int bufferSize;
  private final int buffers;
  private final boolean direct;
  private final Queue<Waiting> waiting = new ArrayDeque<>();
  private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>();
  private int used;
  private int peak;

  private record Waiting(int count, Promise<Chunk> promise) {}

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
    return acquire(vertx, 1);
  }

  /** So many buffers as one chunk, as soon as there are; at most {@link #buffers}. */
  Future<Chunk> acquire(Vertx vertx, int count) {
    if (count > buffers) {
      throw new IllegalArgumentException(count + " buffers of " + buffers);
    }
    Promise<Chunk> promise = ((ContextInternal) vertx.getOrCreateContext()).promise();
    @Nullable Chunk now;
    synchronized (this) {
      now = waiting.isEmpty() ? take(count) : null;
      if (now == null) {
        waiting.add(new Waiting(count, promise));
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

  /** How many buffers there are. */
  int buffers() {
    return buffers;
  }

  private @Nullable Chunk take(int count) {
    if (buffers - used < count) {
      return null;
    }
    var taken = new ByteBuffer[count];
    for (int i = 0; i < count; i++) {
      taken[i] = takeOne().clear();
    }
    used += count;
    peak = Math.max(peak, used);
    return new Chunk(this, taken);
  }

  private ByteBuffer takeOne() {
    var buffer = free.pollLast();
    return buffer != null
        ? buffer
        : direct ? allocateAligned(bufferSize) : ByteBuffer.allocate(bufferSize);
  }

  private static ByteBuffer allocateAligned(int size) {
    return ByteBuffer.allocateDirect(size + 2 * ALIGNMENT).alignedSlice(ALIGNMENT).slice(0, size);
  }

  private void giveBack(ByteBuffer[] returned) {
    synchronized (this) {
      used -= returned.length;
      free.addAll(Arrays.asList(returned));
    }
    grant();
  }

  private void grant() {
    while (true) {
      Promise<Chunk> promise;
      Chunk chunk;
      synchronized (this) {
        var next = waiting.peek();
        var taken = next == null ? null : take(next.count());
        if (next == null || taken == null) {
          return;
        }
        waiting.remove();
        promise = next.promise();
        chunk = taken;
      }
      promise.complete(chunk);
    }
  }

  /**
   * Buffers on loan, filled one after the other. Confined to its holder's context; not to be
   * touched after {@link #release}.
   */
  static final class Chunk {
    private final MemoryBudget budget;
    private final ByteBuffer[] buffers;
    private final long since = System.nanoTime();
    private int current;
    private boolean released;

    private Chunk(MemoryBudget budget, ByteBuffer[] buffers) {
      this.budget = budget;
      this.buffers = buffers;
    }

    boolean isOf(MemoryBudget other) {
      return budget == other;
    }

    /** When it was granted, by {@link System#nanoTime}. */
    long since() {
      return since;
    }

    /** How many bytes are in it. */
    int length() {
      return current * budget.bufferSize + (isFull() ? 0 : buffers[current].position());
    }

    /** How many bytes it has room for. */
    int remaining() {
      return buffers.length * budget.bufferSize - length();
    }

    boolean isFull() {
      return current == buffers.length;
    }

    /** Appends the first bytes of a buffer, for which there must be room. */
    void append(Buffer from, int length) {
      for (int at = 0; at < length; ) {
        var to = buffers[current];
        int fits = Math.min(length - at, to.remaining());
        Bytes.append(from, at, fits, to);
        at += fits;
        advance();
      }
    }

    /** Appends bytes, for which there must be room; their position is moved. */
    void append(ByteBuffer from) {
      while (from.hasRemaining()) {
        var to = buffers[current];
        int fits = Math.min(from.remaining(), to.remaining());
        to.put(from.slice(from.position(), fits));
        from.position(from.position() + fits);
        advance();
      }
    }

    private void advance() {
      if (!buffers[current].hasRemaining()) {
        current++;
      }
    }

    /** The bytes that were filled in, as views of their own; none is empty. */
    ByteBuffer[] filled() {
      return Arrays.stream(buffers)
          .map(buffer -> buffer.duplicate().flip())
          .filter(ByteBuffer::hasRemaining)
          .toArray(ByteBuffer[]::new);
    }

    /** Gives it back; a second call does nothing. */
    void release() {
      if (!released) {
        released = true;
        budget.giveBack(buffers);
      }
    }
  }
}
