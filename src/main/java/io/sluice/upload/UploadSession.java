package io.sluice.upload;

import io.sluice.oci.Digest;
import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.sluice.oci.RepositoryName;
import io.sluice.store.MultipartWrite;
import io.sluice.upload.MemoryBudget.Chunk;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
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

  /*
   * received = stored + what is in `filling` + what is in `pending`. Parts that were handed to the store count as stored
   * from then on; should one of them fail, the whole session has failed. The digest always stands at `stored`.
   */
  private final UploadResources resources;
  private final UploadId id;
  private final RepositoryName repository;
  private final DataId data;
  private final SessionRecords records;
  private final Deque<Buffer> pending = new ArrayDeque<>();
  private final List<MultipartWrite.Part> parts = new ArrayList<>();
  private final List<Promise<Void>> whenQuiet = new ArrayList<>();
  private final List<Promise<MultipartWrite>> whenStarted = new ArrayList<>();
  private @Nullable StreamDigest digest;
  private @Nullable MultipartWrite multipart;
  private @Nullable Chunk filling;
  private Runnable onChange = () -> {};
  private long received;
  private long stored;
  private int nextPart = 1;
  private int busy;
  private boolean acquiring;
  private @Nullable Preparation preparation;
  private boolean starting;
  private @Nullable Throwable failure;

  /** Memory that was asked for before the first byte; who lets go before it comes wants none. */
  private static final class Preparation {
    boolean cancelled;
  }

  /** A new, empty one. */
  UploadSession(
      UploadResources resources,
      UploadId id,
      RepositoryName repository,
      Digest.Algorithm algorithm) {
    this(
        resources,
        id,
        repository,
        new DataId(resources.ulids().next()),
        new StreamDigest(resources.hashing(), algorithm),
        List.of());
  }

  private UploadSession(
      UploadResources resources,
      UploadId id,
      RepositoryName repository,
      DataId data,
      @Nullable StreamDigest digest,
      List<String> recordKeys) {
    this.resources = resources;
    this.id = id;
    this.repository = repository;
    this.data = data;
    this.digest = digest;
    this.records = new SessionRecords(resources, id, recordKeys);
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
      SessionRecord record,
      List<String> recordKeys,
      @Nullable StreamDigest remembered) {
    var session =
        new UploadSession(resources, id, record.repository(), record.data(), null, recordKeys);
    if (record.multipartId().isEmpty()) {
      return session.restore(record, List.of(), remembered);
    }
    var multipart =
        resources.store().resumeMultipart(record.data().key(), record.multipartId().get());
    session.multipart = multipart;
    return multipart.parts().compose(parts -> session.restore(record, parts, remembered));
  }

  private Future<UploadSession> restore(
      SessionRecord record, List<MultipartWrite.Part> there, @Nullable StreamDigest remembered) {
    parts.addAll(there);
    nextPart = there.size() + 1;
    stored = there.stream().mapToLong(MultipartWrite.Part::size).sum();
    if (stored < record.stored()) {
      return Future.failedFuture(
          new RegistryException(new RegistryError.UploadUnknown(id.value())));
    }
    // More than was recorded: parts were written after the record, and its tail is in them.
    var tail = stored == record.stored() ? record.tail() : Buffer.buffer();
    received = stored + tail.length();
    if (remembered != null && remembered.position() == stored) {
      digest = remembered;
    } else if (stored == 0) {
      digest = new StreamDigest(resources.hashing(), record.algorithm());
    }
    if (tail.length() == 0) {
      return Future.succeededFuture(this);
    }
    return resources
        .parts()
        .acquire(resources.vertx())
        .map(
            chunk -> {
              Bytes.append(tail, tail.length(), chunk.buffer());
              filling = chunk;
              return this;
            });
  }

  UploadId id() {
    return id;
  }

  RepositoryName repository() {
    return repository;
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
    if (filling != null || expected == 0 || failure != null) {
      return Future.succeededFuture();
    }
    boolean small = multipart == null && expected <= resources.heads().bufferSize();
    var wanted = new Preparation();
    preparation = wanted;
    return (small ? resources.heads() : resources.parts())
        .acquire(resources.vertx())
        .compose(
            chunk -> {
              if (wanted.cancelled) {
                chunk.release();
                return Future.failedFuture(
                    new RegistryException(
                        new RegistryError.UploadInvalid("the request let go of this upload")));
              }
              preparation = null;
              if (filling == null && failure == null) {
                filling = chunk;
              } else {
                chunk.release();
              }
              return Future.succeededFuture();
            });
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
    return !pending.isEmpty() || busy >= resources.window();
  }

  private void pump() {
    while (failure == null && !pending.isEmpty()) {
      if (filling == null || filling.isFull()) {
        requestPart();
        return;
      }
      var next = pending.removeFirst();
      int fits = Math.min(next.length(), filling.buffer().remaining());
      Bytes.append(next, fits, filling.buffer());
      if (fits < next.length()) {
        pending.addFirst(next.slice(fits, next.length()));
      }
      if (filling.isFull() && filling.length() >= resources.parts().bufferSize()) {
        dispatch();
      }
    }
    changed();
  }

  /**
   * Asks for the next part's buffer, once the window has room; a full small buffer moves into it.
   */
  private void requestPart() {
    if (acquiring || busy >= resources.window()) {
      return;
    }
    acquiring = true;
    resources
        .parts()
        .acquire(resources.vertx())
        .onSuccess(
            chunk -> {
              acquiring = false;
              if (filling != null) {
                chunk.buffer().put(filling.filled());
                filling.release();
              }
              filling = chunk;
              if (failure == null) {
                pump();
              } else {
                releaseMemory();
              }
              changed();
            });
  }

  /**
   * Hands the part that was filled to the digest and to the store; its buffer is free when both are
   * done with it.
   */
  private void dispatch() {
    if (filling == null) {
      return;
    }
    var chunk = filling;
    filling = null;
    int number = nextPart++;
    long offset = stored;
    stored += chunk.length();
    busy++;
    var hashed = digest == null ? Future.<Void>succeededFuture() : digest.update(chunk.filled());
    var written = startedMultipart().compose(write -> write.write(number, offset, chunk.filled()));
    Future.join(hashed, written)
        .onComplete(
            result -> {
              chunk.release();
              busy--;
              if (result.succeeded()) {
                parts.add(written.result());
                pump();
              } else {
                fail(result.cause());
              }
              changed();
            });
  }

  /**
   * The multipart write, begun with the first part; the session is recorded with it, so that it can
   * be found again.
   */
  private Future<MultipartWrite> startedMultipart() {
    if (multipart != null) {
      return Future.succeededFuture(multipart);
    }
    Promise<MultipartWrite> promise = Promise.promise();
    whenStarted.add(promise);
    if (!starting) {
      starting = true;
      resources
          .store()
          .startMultipart(data.key())
          .compose(
              write -> {
                multipart = write;
                return records.write(record(0, Buffer.buffer())).map(write);
              })
          .onComplete(
              result -> {
                starting = false;
                whenStarted.forEach(waiting -> waiting.handle(result));
                whenStarted.clear();
              });
    }
    return promise.future();
  }

  private SessionRecord record(long at, Buffer tail) {
    var algorithm = digest == null ? Digest.Algorithm.SHA256 : digest.algorithm();
    return new SessionRecord(
        repository,
        algorithm,
        data,
        Optional.ofNullable(multipart).map(MultipartWrite::id),
        at,
        tail);
  }

  private void fail(Throwable cause) {
    if (failure == null) {
      failure = cause;
      pending.clear();
      if (!acquiring) {
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
    return busy == 0 && !acquiring && pending.isEmpty();
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

  /**
   * Gives a part that is not growing to the store as it is, where the store takes parts of any
   * size.
   */
  void relieve() {
    if (filling != null
        && filling.length() >= Math.max(resources.store().smallestPartSize(), 1)
        && filling.buffer().capacity() == resources.parts().bufferSize()
        && busy < resources.window()) {
      dispatch();
    }
  }

  /**
   * Records the session in the store and frees its memory; this object is of no use afterwards.
   * When that fails, the session goes on as before, unless it has failed itself.
   *
   * @return the digest so far, to be remembered if it is taken up again here
   */
  Future<Optional<StreamDigest>> park() {
    if (multipart != null) {
      relieve();
    }
    return quiesce()
        .compose(_ -> multipart == null ? Future.succeededFuture() : multipart.suspend())
        .compose(
            _ -> {
              var tail =
                  filling == null ? Buffer.buffer() : Buffer.buffer(toBytes(filling.filled()));
              return records.write(record(stored, tail));
            })
        .onSuccess(_ -> releaseMemory())
        .map(_ -> Optional.ofNullable(digest));
  }

  /** Ends the session; whatever was stored of it goes. */
  Future<Void> discard() {
    releaseMemory();
    var aborted = multipart == null ? Future.<Void>succeededFuture() : multipart.abort();
    return aborted.transform(_ -> records.delete());
  }

  /**
   * Ends the receiving: the bytes must have this digest. On a mismatch everything is dropped, and
   * the future fails with {@link RegistryError.DigestMismatch}.
   */
  Future<SealedUpload> seal(Digest expected) {
    return quiesce()
        .compose(
            _ ->
                digest != null && digest.algorithm() == expected.algorithm()
                    ? sealHashed(digest, expected)
                    : sealUnhashed(expected))
        .recover(cause -> discard().transform(_ -> Future.failedFuture(cause)));
  }

  private Future<SealedUpload> sealHashed(StreamDigest hasher, Digest expected) {
    Future<Void> hashed;
    if (multipart == null) {
      hashed = filling == null ? Future.succeededFuture() : hasher.update(filling.filled());
    } else {
      dispatch();
      hashed = quiesce();
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
  private @Nullable ByteBuffer memory() {
    if (multipart != null) {
      return null;
    }
    return filling == null ? ByteBuffer.allocate(0) : filling.filled();
  }

  /** Makes the data object; for {@link SealedUpload}. */
  Future<DataId> storeBytes() {
    var memory = memory();
    var written = memory != null ? resources.store().put(data.key(), memory) : completeMultipart();
    return written.map(
        _ -> {
          releaseMemory();
          return data;
        });
  }

  private Future<Void> completeMultipart() {
    dispatch();
    return quiesce()
        .compose(
            _ -> {
              parts.sort(Comparator.comparingInt(MultipartWrite.Part::number));
              return multipart == null ? Future.succeededFuture() : multipart.complete(parts);
            });
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

  private static byte[] toBytes(ByteBuffer buffer) {
    var bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }
}
