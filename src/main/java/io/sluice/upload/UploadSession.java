package io.sluice.upload;

import io.sluice.oci.Digest;
import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.sluice.store.ObjectNotFound;
import io.sluice.upload.MemoryBudget.Chunk;
import io.sluice.upload.PartWriter.Remembered;
import io.sluice.upload.SessionRecords.Tail;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one upload on their way: into a small buffer first, then from part to part into the
 * store. Confined to the context of whoever holds it at the time; it is handed over only when
 * {@link #quiesce quiet}.
 */
final class UploadSession {

  /** A longer tail is written as a part, where the store takes one of its length. */
  private static final int LONG_TAIL = 1 << 20;

  /*
   * received = what the writer has + the tail + what is in `pending`. The tail is in `filling`, or it was put `aside`:
   * it lies in a record in the store, because others wanted the memory or because the session was parked, and is fetched
   * when the next byte comes. It is never in both.
   */
  private final UploadResources resources;
  private final UploadHandle handle;
  private final Digest.Algorithm algorithm;
  private final DataId data;
  private final SessionRecords records;
  private final PartWriter writer;
  private final Deque<Buffer> pending = new ArrayDeque<>();
  private final List<Promise<Void>> whenQuiet = new ArrayList<>();
  private @Nullable Chunk filling;
  private @Nullable Tail aside;
  private Runnable onChange = () -> {};
  private long received;
  private boolean acquiring;
  private boolean puttingAside;
  private @Nullable Preparation preparation;
  private @Nullable Throwable failure;

  /** Memory that was asked for before the first byte; who lets go before it comes wants none. */
  private static final class Preparation {
    boolean cancelled;
  }

  /** A new, empty one. */
  UploadSession(UploadResources resources, UploadHandle handle, Digest.Algorithm algorithm) {
    this(
        resources,
        handle,
        algorithm,
        new DataId(resources.ulids().next()),
        new StreamDigest(resources.hashing(), algorithm),
        List.of());
  }

  private UploadSession(
      UploadResources resources,
      UploadHandle handle,
      Digest.Algorithm algorithm,
      DataId data,
      @Nullable StreamDigest digest,
      List<String> recordKeys) {
    this.resources = resources;
    this.handle = handle;
    this.algorithm = algorithm;
    this.data = data;
    this.records = new SessionRecords(resources, handle.id(), recordKeys);
    // The session is recorded with its first part, so that it can be found again.
    this.writer =
        new PartWriter(resources, data, digest, () -> records.write(record(0, 0)).mapEmpty());
  }

  /**
   * One that was recorded earlier, here or elsewhere.
   *
   * @param remembered the digest as it stood then, if this process has it still; else the bytes are
   *     read once at the end
   */
  static Future<UploadSession> resume(
      UploadResources resources,
      UploadId id,
      SessionRecords.Read read,
      List<String> recordKeys,
      @Nullable Remembered remembered) {
    var record = read.record();
    var session =
        new UploadSession(
            resources,
            new UploadHandle(record.repository(), id, record.owner()),
            record.algorithm(),
            record.data(),
            null,
            recordKeys);
    return session
        .writer
        .resume(record, remembered)
        .map(
            stored -> {
              // More than was recorded: parts came after the record, and its tail is in them. Less:
              // parts were on their way when a tail was put aside, and the process died; nobody was
              // told that they had arrived.
              if (stored == record.stored() && record.tail() > 0) {
                session.aside = read.tail();
              }
              session.received = stored + (session.aside == null ? 0 : record.tail());
              return session;
            });
  }

  UploadId id() {
    return handle.id();
  }

  /** What its owner names it by. */
  UploadHandle handle() {
    return handle;
  }

  DataId dataId() {
    return data;
  }

  /** How many bytes have come. */
  long received() {
    return received;
  }

  @Nullable Throwable failure() {
    return failure;
  }

  /** What is called when there may be room again, or when the session has failed. */
  void onChange(Runnable action) {
    onChange = action;
  }

  /**
   * Waits for the memory that the next byte needs; {@code expected} is how many will come, or -1.
   */
  Future<Void> prepare(long expected) {
    if (filling != null || aside != null || expected == 0 || failure != null) {
      return Future.succeededFuture();
    }
    boolean small = !writer.hasStarted() && expected <= resources.heads().bufferSize();
    var wanted = new Preparation();
    preparation = wanted;
    return (small ? resources.heads().acquire(resources.vertx()) : acquirePart())
        .compose(
            chunk -> {
              if (wanted.cancelled) {
                chunk.release();
                return Future.failedFuture(
                    new RegistryException(
                        new RegistryError.UploadInvalid("the request let go of this upload")));
              }
              preparation = null;
              if (filling == null && aside == null && failure == null) {
                filling = chunk;
              } else {
                chunk.release();
              }
              return Future.succeededFuture();
            });
  }

  private Future<Chunk> acquirePart() {
    return resources.parts().acquire(resources.vertx(), writer.nextScale());
  }

  /** Takes bytes, always; the caller should then wait while {@link #isFull}. */
  void append(Buffer bytes) {
    if (failure != null) {
      return;
    }
    received += bytes.length();
    if (received > resources.maxBlobSize()) {
      fail(new RegistryException(new RegistryError.BlobTooLarge(resources.maxBlobSize())));
      return;
    }
    pending.add(bytes);
    pump();
  }

  boolean isFull() {
    return !pending.isEmpty() || writer.isWindowFull();
  }

  private void pump() {
    while (failure == null && !pending.isEmpty() && !puttingAside) {
      dispatchIfFull();
      if (filling == null || filling.isFull()) {
        requestPart();
        return;
      }
      var next = pending.removeFirst();
      int fits = Math.min(next.length(), filling.remaining());
      filling.append(next, fits);
      if (fits < next.length()) {
        pending.addFirst(next.slice(fits, next.length()));
      }
      dispatchIfFull();
    }
    changed();
  }

  private void dispatchIfFull() {
    if (filling != null && filling.isFull() && filling.isOf(resources.parts())) {
      dispatch();
    }
  }

  /**
   * Asks for the next part's memory, once the window has room; a full small buffer moves into it,
   * and so does a tail that was put aside.
   */
  private void requestPart() {
    if (acquiring || writer.isWindowFull()) {
      return;
    }
    acquiring = true;
    fetched(aside)
        .onComplete(
            result -> {
              acquiring = false;
              if (result.failed()) {
                fail(result.cause());
                return;
              }
              var chunk = result.result();
              if (filling != null) {
                for (var bytes : filling.filled()) {
                  chunk.append(bytes);
                }
                filling.release();
              }
              filling = chunk;
              aside = null;
              if (failure == null) {
                pump();
              } else {
                releaseMemory();
              }
              changed();
            });
  }

  /** Memory for a part, with the tail in it if there is one. */
  private Future<Chunk> fetched(@Nullable Tail tail) {
    if (tail == null) {
      return acquirePart();
    }
    int unit = resources.parts().bufferSize();
    int needed = (tail.length() + unit - 1) / unit;
    int most = resources.parts().buffers();
    if (needed > most) {
      return Future.failedFuture(
          new RegistryException(
              new RegistryError.UploadInvalid("there is not enough memory to go on with it here")));
    }
    return resources
        .parts()
        .acquire(resources.vertx(), Math.max(needed, writer.nextScale()))
        .compose(
            chunk ->
                records
                    .fetch(tail, chunk)
                    .<Chunk>map(_ -> chunk)
                    .onFailure(_ -> chunk.release())
                    .recover(cause -> Future.failedFuture(gone(cause))));
  }

  private static Throwable gone(Throwable cause) {
    return cause instanceof ObjectNotFound
        ? new RegistryException(
            new RegistryError.UploadInvalid("another registry has taken this upload over"))
        : cause;
  }

  /** Hands what was filled to the store as a part. */
  private void dispatch() {
    if (filling == null) {
      return;
    }
    var chunk = filling;
    filling = null;
    writer
        .write(chunk)
        .onComplete(
            result -> {
              if (result.succeeded()) {
                pump();
              } else {
                fail(gone(result.cause()));
              }
              changed();
            });
  }

  private SessionRecord record(long at, int tail) {
    return new SessionRecord(
        handle.repository(),
        handle.owner(),
        algorithm,
        data,
        writer.multipartId(),
        writer.parts().stream().filter(part -> !part.receipt().isEmpty()).toList(),
        at,
        tail);
  }

  private void fail(Throwable cause) {
    if (failure == null) {
      failure = cause;
      pending.clear();
      if (!acquiring && !puttingAside) {
        releaseMemory();
      }
    }
    changed();
  }

  /** Gives the buffer back that was asked for and then not needed, also when it comes later. */
  void dropEmptyBuffer() {
    if (preparation != null) {
      preparation.cancelled = true;
      preparation = null;
    }
    if (filling != null && filling.length() == 0) {
      releaseMemory();
    }
  }

  /** Lets go of the memory of a session that is not used any further. */
  void dropMemory() {
    releaseMemory();
  }

  private void releaseMemory() {
    if (filling != null) {
      filling.release();
      filling = null;
    }
  }

  private void changed() {
    onChange.run();
    if (isQuiet() && !whenQuiet.isEmpty()) {
      var waiting = List.copyOf(whenQuiet);
      whenQuiet.clear();
      waiting.forEach(this::settle);
    }
  }

  private boolean isQuiet() {
    return writer.isIdle() && !acquiring && !puttingAside && pending.isEmpty();
  }

  private void settle(Promise<Void> promise) {
    if (failure == null) {
      promise.complete();
    } else {
      promise.fail(failure);
    }
  }

  /** Completes when nothing is under way any more; fails if the session has failed. */
  Future<Void> quiesce() {
    Promise<Void> promise = Promise.promise();
    if (isQuiet()) {
      settle(promise);
    } else {
      whenQuiet.add(promise);
    }
    return promise.future();
  }

  /** When the memory was granted that is being filled, by {@link System#nanoTime}. */
  Optional<Long> fillingSince() {
    return Optional.ofNullable(filling).filter(it -> it.length() > 0).map(Chunk::since);
  }

  /**
   * Gives the memory back that is being filled: as a part, where the store takes one of that
   * length, else by putting it aside.
   */
  void relieve() {
    if (filling == null
        || filling.length() == 0
        || !filling.isOf(resources.parts())
        || failure != null
        || acquiring
        || puttingAside) {
      return;
    }
    if (filling.length() >= resources.store().smallestPartSize()) {
      if (!writer.isWindowFull()) {
        dispatch();
      }
    } else if (!writer.isStarting()) {
      // Else the record of the start, which is on its way, would be the newer one.
      putAside(filling);
    }
  }

  private void putAside(Chunk chunk) {
    puttingAside = true;
    write(chunk)
        .onComplete(
            result -> {
              puttingAside = false;
              if (result.succeeded()) {
                aside = result.result();
                releaseMemory();
              } else if (failure != null) {
                releaseMemory();
              }
              // Else it stays where it is: that the store failed with this is no harm yet.
              pump();
            });
  }

  private Future<Tail> write(Chunk chunk) {
    return records.write(record(writer.stored(), chunk.length()), chunk.filled());
  }

  /**
   * Records the session in the store and frees its memory; this object is of no use afterwards.
   * When that fails, the session goes on as before, unless it has failed itself.
   *
   * @return the digest so far, to be remembered if it is taken up again here
   */
  Future<Optional<Remembered>> park() {
    return quiesce()
        .compose(
            _ -> {
              if (filling != null
                  && (writer.hasStarted() || filling.length() > LONG_TAIL)
                  && filling.length() >= resources.store().smallestPartSize()) {
                dispatch();
              }
              return quiesce();
            })
        .compose(_ -> writer.suspend())
        .compose(_ -> recordTail())
        .onSuccess(_ -> releaseMemory())
        .map(_ -> writer.remember());
  }

  private Future<Void> recordTail() {
    if (aside != null) {
      return Future.succeededFuture(); // it is in a record already
    }
    return filling == null
        ? records.write(record(writer.stored(), 0)).mapEmpty()
        : write(filling).mapEmpty();
  }

  /**
   * Ends the session; whatever was stored of it goes. When the store can't do that now, it is tried
   * again later, and the record stays until then: it leads to what is left.
   */
  Future<Void> discard() {
    releaseMemory();
    return writer
        .abort()
        .compose(_ -> records.delete())
        .onFailure(_ -> resources.undone().accept(this));
  }

  /**
   * Ends the receiving: the bytes must have this digest. On a mismatch everything is dropped, and
   * the future fails with {@link RegistryError.DigestMismatch}.
   */
  Future<SealedUpload> seal(Digest expected) {
    return quiesce()
        .compose(_ -> fetchTail())
        .compose(
            _ -> {
              var digest = writer.digest();
              return digest != null && digest.algorithm() == expected.algorithm()
                  ? sealHashed(digest, expected)
                  : sealUnhashed(expected);
            })
        .recover(cause -> discard().transform(_ -> Future.failedFuture(cause)));
  }

  private Future<Void> fetchTail() {
    if (aside == null) {
      return Future.succeededFuture();
    }
    requestPart();
    return quiesce();
  }

  private Future<SealedUpload> sealHashed(StreamDigest hasher, Digest expected) {
    Future<Void> hashed;
    if (writer.hasStarted()) {
      dispatch();
      hashed = quiesce();
    } else {
      hashed = filling == null ? Future.succeededFuture() : hasher.update(filling.filled());
    }
    return hashed
        .compose(_ -> hasher.finish())
        .compose(actual -> matching(expected, actual))
        .map(actual -> new SealedUpload(this, actual, received, memory(), false));
  }

  /**
   * The digest of this algorithm wasn't computed on the way (sha512, or resumed after a restart):
   * reads what is stored.
   */
  private Future<SealedUpload> sealUnhashed(Digest expected) {
    return storeBytes()
        .compose(_ -> ReadBack.digest(resources, data.key(), received, expected.algorithm()))
        .compose(
            actual ->
                matching(expected, actual)
                    .onFailure(_ -> resources.store().delete(List.of(data.key()))))
        .map(actual -> new SealedUpload(this, actual, received, null, true));
  }

  private static Future<Digest> matching(Digest expected, Digest actual) {
    return actual.equals(expected)
        ? Future.succeededFuture(actual)
        : Future.failedFuture(
            new RegistryException(new RegistryError.DigestMismatch(expected, actual)));
  }

  /** All the bytes, when they are in memory still. */
  private ByteBuffer @Nullable [] memory() {
    if (writer.hasStarted()) {
      return null;
    }
    return filling == null ? new ByteBuffer[0] : filling.filled();
  }

  /** Makes the data object; for {@link SealedUpload}. */
  Future<DataId> storeBytes() {
    var memory = memory();
    var written = memory != null ? resources.store().put(data.key(), memory) : completeParts();
    return written.map(
        _ -> {
          releaseMemory();
          return data;
        });
  }

  private Future<Void> completeParts() {
    dispatch();
    return quiesce()
        .compose(_ -> writer.complete())
        .recover(cause -> Future.failedFuture(gone(cause)));
  }

  /** The records go when the blob is there; should that not succeed, they expire. */
  Future<Void> forget() {
    releaseMemory();
    return records.delete();
  }

  /** Removes data that was stored by {@link #sealUnhashed} and turned out not to be needed. */
  Future<Void> dropStored() {
    return resources.store().delete(List.of(data.key())).transform(_ -> records.delete());
  }
}
