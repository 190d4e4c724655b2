package io.sluice.sync;

import io.sluice.oci.Digest;
import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one blob while it comes: written by one, read by many, each at its own pace.
 * Confined to the sync verticle's context.
 *
 * <p>The last byte is given to nobody before the whole was {@linkplain #approve approved}: so no
 * reader ever takes for good what turns out to be something else.
 */
final class Spool {
  /*
   * What comes is gathered while the one write before is under way, then written and hashed as one, on a worker: so
   * there is one write at a time, in order, and it is the larger the slower the disk is. What was written last stays in
   * memory: those who read along at the speed of the download, most of the time all of them, never touch the file.
   */

  /** Smaller blobs are kept in memory, in one piece. */
  static final int IN_MEMORY = 256 << 10;

  /** So much may wait to be written before {@link #isFull}. */
  private static final int MOST_PENDING = 1 << 20;

  /** A spool whose size isn't known takes so much more at a time. */
  private static final long GROWTH = 16 << 20;

  private final SpoolSpace space;
  private final WorkerExecutor workers;
  private final @Nullable SpoolFile file;
  private final MessageDigest hasher;
  private final Digest.Algorithm algorithm;
  private final List<Waiter> waiters = new ArrayList<>();
  private Runnable onDrain = () -> {};
  private Consumer<Throwable> onUnwritable = _ -> {};
  private Buffer pending = Buffer.buffer();
  private Buffer tail = Buffer.buffer();
  private long tailStart;
  private long granted;
  private long written;
  private long received;
  private boolean writing;
  private boolean approved;
  private boolean closed;
  private boolean isFileClosed;
  private int reading;
  private @Nullable Throwable failure;
  private final List<Promise<Void>> flushes = new ArrayList<>();
  private final Promise<Void> gone = Promise.promise();

  private record Waiter(long offset, int most, boolean trusted, Promise<Buffer> read) {}

  /**
   * A spool in a file, or in memory where there is none.
   *
   * @param granted what it has of the space
   */
  Spool(
      WorkerExecutor workers,
      @Nullable SpoolFile file,
      Digest.Algorithm algorithm,
      SpoolSpace space,
      long granted) {
    this.space = space;
    this.granted = granted;
    this.workers = workers;
    this.file = file;
    this.algorithm = algorithm;
    this.hasher = algorithm.newHasher();
  }

  /**
   * Takes the next bytes, which are no longer the caller's.
   *
   * @return whether there was room for them; it may lack only where the size wasn't known
   */
  boolean append(Buffer bytes) {
    if (file != null && !makeRoom(received + bytes.length())) {
      return false;
    }
    received += bytes.length();
    pending.appendBuffer(bytes);
    write();
    return true;
  }

  private boolean makeRoom(long size) {
    if (size <= granted) {
      return true;
    }
    long more = Math.max(size - granted, GROWTH);
    if (!space.tryAcquire(more)) {
      return false;
    }
    granted += more;
    return true;
  }

  /** How many bytes were taken. */
  long received() {
    return received;
  }

  /** Whether the writer should pause until {@link #onDrain}. */
  boolean isFull() {
    return pending.length() >= MOST_PENDING;
  }

  /** Called whenever there is room again. */
  void onDrain(Runnable action) {
    onDrain = action;
  }

  /** Called when nothing more can be written, with what readers get. */
  void onUnwritable(Consumer<Throwable> action) {
    onUnwritable = action;
  }

  /** The digest of everything that was appended, once it is all written. Ends the writing. */
  Future<Digest> finish() {
    return flushed().map(_ -> Digest.of(algorithm, hasher));
  }

  /** All of it is what it should be: readers get the last byte, and then the end. */
  void approve() {
    approved = true;
    serve();
  }

  /** Readers get this instead of more bytes. */
  void fail(Throwable cause) {
    if (failure == null) {
      failure = cause;
      serve();
      flushes.forEach(flush -> flush.tryFail(cause));
      flushes.clear();
    }
  }

  /**
   * The next bytes from an offset, as soon as there are some; empty at the end. The buffer is
   * shared and must not be changed.
   *
   * @param trusted to be given the last byte too before it is approved, since the reader finds out
   *     by itself
   */
  Future<Buffer> read(long offset, int most, boolean trusted) {
    var waiter = new Waiter(offset, most, trusted, Promise.promise());
    if (!serve(waiter)) {
      waiters.add(waiter);
    }
    return waiter.read.future();
  }

  /** Lets go of the file; readers get this failure. Does nothing the second time. */
  void close(Throwable reason) {
    if (!closed) {
      closed = true;
      fail(reason);
      closeIfUnused();
    }
  }

  /** Completes when its file is closed. */
  Future<Void> gone() {
    return file == null ? Future.succeededFuture() : gone.future();
  }

  private void write() {
    if (writing || pending.length() == 0 || failure != null) {
      return;
    }
    writing = true;
    var batch = pending;
    long at = written;
    pending = Buffer.buffer();
    workers
        .executeBlocking(() -> writeAndHash(batch, at), false)
        .onComplete(
            result -> {
              writing = false;
              if (result.failed()) {
                giveUp(result.cause());
              } else {
                keepTail(batch);
                written += batch.length();
                serve();
                write();
                if (!writing) {
                  var done = List.copyOf(flushes);
                  flushes.clear();
                  done.forEach(Promise::tryComplete);
                }
                if (!isFull()) {
                  onDrain.run();
                }
              }
              closeIfUnused();
            });
  }

  private void giveUp(Throwable cause) {
    var told =
        cause instanceof IOException
            ? new RegistryException(
                new RegistryError.StoreUnavailable(
                    "extensions.sync.downloadDir can't be written to: " + cause.getMessage()))
            : cause;
    fail(told);
    onUnwritable.accept(told);
  }

  private boolean writeAndHash(Buffer batch, long at) throws IOException {
    var bytes = ((BufferInternal) batch).getByteBuf().nioBuffer();
    hasher.update(bytes.duplicate());
    if (file != null) {
      file.write(bytes, at);
    }
    return true;
  }

  private void keepTail(Buffer batch) {
    if (file == null) {
      // A new one: others may be reading the old one.
      tail = Buffer.buffer(tail.length() + batch.length()).appendBuffer(tail).appendBuffer(batch);
    } else {
      tail = batch;
      tailStart = written;
    }
  }

  private Future<Void> flushed() {
    if (failure != null) {
      return Future.failedFuture(failure);
    }
    if (!writing && pending.length() == 0) {
      return Future.succeededFuture();
    }
    Promise<Void> flush = Promise.promise();
    flushes.add(flush);
    return flush.future();
  }

  private void serve() {
    var waiting = List.copyOf(waiters);
    waiters.clear();
    for (var waiter : waiting) {
      if (!serve(waiter)) {
        waiters.add(waiter);
      }
    }
  }

  private boolean serve(Waiter waiter) {
    if (failure != null) {
      waiter.read.fail(failure);
      return true;
    }
    long available = (approved || waiter.trusted ? written : written - 1) - waiter.offset;
    if (available <= 0) {
      if (approved) {
        waiter.read.complete(Buffer.buffer());
      }
      return approved;
    }
    int length = (int) Math.min(available, waiter.most);
    if (waiter.offset >= tailStart) {
      int from = (int) (waiter.offset - tailStart);
      waiter.read.complete(tail.slice(from, from + length));
    } else {
      readFile(waiter, length);
    }
    return true;
  }

  private void readFile(Waiter waiter, int length) {
    var source = file;
    if (source == null) {
      throw new IllegalStateException("a spool in memory has all of it at hand");
    }
    reading++;
    workers
        .executeBlocking(() -> Buffer.buffer(source.read(waiter.offset, length)), false)
        .onComplete(
            result -> {
              reading--;
              waiter.read.handle(result);
              closeIfUnused();
            });
  }

  private void closeIfUnused() {
    var open = file;
    if (!closed || writing || reading > 0 || open == null || isFileClosed) {
      return;
    }
    isFileClosed = true;
    workers
        .executeBlocking(
            () -> {
              open.close();
              return true;
            },
            false)
        .onComplete(
            _ -> {
              space.release(granted);
              gone.complete();
            });
  }
}
