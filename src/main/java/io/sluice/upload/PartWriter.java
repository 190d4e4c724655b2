package io.sluice.upload;

import io.sluice.oci.Digest;
import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.sluice.store.MultipartWrite;
import io.sluice.upload.MemoryBudget.Chunk;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The parts of one upload on their way into the store, and the digest of what is in them. Confined
 * to the context of the session's holder.
 */
final class PartWriter {

  /*
   * Parts that were handed over count as stored from then on; should one of them fail, the whole session has failed.
   * The digest always stands at `stored`.
   */
  private final UploadResources resources;
  private final String key;
  private final Supplier<Future<Void>> onStart;
  private final List<MultipartWrite.Part> parts = new ArrayList<>();
  private final List<Promise<MultipartWrite>> whenStarted = new ArrayList<>();
  private @Nullable StreamDigest digest;
  private @Nullable MultipartWrite multipart;
  private long stored;
  private int nextPart = 1;
  private int busy;
  private boolean starting;

  /**
   * @param digest empty, or null if it isn't worth computing
   * @param onStart called once a multipart write was begun, and waited for before its first part
   */
  PartWriter(
      UploadResources resources,
      DataId data,
      @Nullable StreamDigest digest,
      Supplier<Future<Void>> onStart) {
    this.resources = resources;
    this.key = data.key();
    this.digest = digest;
    this.onStart = onStart;
  }

  /** Takes up what was written earlier, here or elsewhere. Completes with what is there. */
  Future<Long> resume(SessionRecord record, @Nullable Remembered remembered) {
    if (record.multipartId().isEmpty()) {
      restoreDigest(record, remembered);
      return Future.succeededFuture(0L);
    }
    var write = resources.store().resumeMultipart(key, record.multipartId().get(), record.parts());
    multipart = write;
    return write
        .parts()
        .map(
            there -> {
              parts.addAll(there);
              nextPart = there.size() + 1;
              stored = there.stream().mapToLong(MultipartWrite.Part::size).sum();
              restoreDigest(record, remembered);
              return stored;
            });
  }

  private void restoreDigest(SessionRecord record, @Nullable Remembered remembered) {
    if (remembered != null && remembered.isOf(stored, parts)) {
      digest = remembered.digest();
    } else if (stored == 0) {
      digest = new StreamDigest(resources.hashing(), record.algorithm());
    }
  }

  /** A digest as it stood when its session was parked, and what it is the digest of. */
  record Remembered(StreamDigest digest, Digest parts) {

    /**
     * Whether it is the digest of these parts: another registry may have replaced some of them with
     * others of the same size.
     */
    boolean isOf(long stored, List<MultipartWrite.Part> there) {
      return digest.position() == stored && parts.equals(identity(there));
    }

    private static Digest identity(List<MultipartWrite.Part> parts) {
      var receipts = new StringBuilder();
      parts.stream()
          .sorted(Comparator.comparingInt(MultipartWrite.Part::number))
          .map(MultipartWrite.Part::receipt)
          .filter(receipt -> !receipt.isEmpty())
          .forEach(receipt -> receipts.append(receipt).append('\n'));
      return Digest.sha256(receipts.toString().getBytes(StandardCharsets.UTF_8));
    }
  }

  /** To be remembered while the session is parked; only while {@link #isIdle}. */
  Optional<Remembered> remember() {
    return Optional.ofNullable(digest).map(it -> new Remembered(it, Remembered.identity(parts)));
  }

  /** How many bytes were handed over. */
  long stored() {
    return stored;
  }

  /** Whether anything was handed over. */
  boolean hasStarted() {
    return multipart != null || starting;
  }

  /** Whether a multipart write is being begun. */
  boolean isStarting() {
    return starting;
  }

  boolean isIdle() {
    return busy == 0;
  }

  boolean isWindowFull() {
    return busy >= resources.window();
  }

  Optional<String> multipartId() {
    return Optional.ofNullable(multipart).map(MultipartWrite::id);
  }

  /** The parts that the store has acknowledged, in order. */
  List<MultipartWrite.Part> parts() {
    parts.sort(Comparator.comparingInt(MultipartWrite.Part::number));
    return List.copyOf(parts);
  }

  /** The digest of what was handed over; null if it isn't known. */
  @Nullable StreamDigest digest() {
    return digest;
  }

  /** How many buffers the next part should have, where parts grow with their number. */
  int nextScale() {
    int most = Math.max(1, resources.parts().buffers() / 2);
    return Math.min(most, resources.store().partScale(nextPart));
  }

  /**
   * Writes a part; its memory is given back when both the store and the digest are done with it.
   */
  Future<Void> write(Chunk chunk) {
    if (nextPart > resources.store().mostParts()) {
      chunk.release();
      return Future.failedFuture(new RegistryException(new RegistryError.BlobTooLarge(stored)));
    }
    int number = nextPart++;
    long offset = stored;
    stored += chunk.length();
    busy++;
    var hashed = digest == null ? Future.<Void>succeededFuture() : digest.update(chunk.filled());
    var written = started().compose(write -> write.write(number, offset, chunk.filled()));
    return Future.join(hashed, written)
        .onComplete(
            result -> {
              chunk.release();
              busy--;
              if (result.succeeded()) {
                parts.add(written.result());
              }
            })
        .mapEmpty();
  }

  /** The multipart write, begun with the first part. */
  private Future<MultipartWrite> started() {
    if (multipart != null && !starting) {
      return Future.succeededFuture(multipart);
    }
    Promise<MultipartWrite> promise = Promise.promise();
    whenStarted.add(promise);
    if (!starting) {
      starting = true;
      resources
          .store()
          .startMultipart(key)
          .compose(
              write -> {
                multipart = write;
                return onStart.get().map(write);
              })
          .onComplete(
              result -> {
                starting = false;
                var waiting = List.copyOf(whenStarted);
                whenStarted.clear();
                waiting.forEach(it -> it.handle(result));
              });
    }
    return promise.future();
  }

  /** Makes what was written durable for a pause. */
  Future<Void> suspend() {
    return multipart == null ? Future.succeededFuture() : multipart.suspend();
  }

  /** Makes the object of the parts; only while {@link #isIdle}. */
  Future<Void> complete() {
    return multipart == null
        ? Future.failedFuture(new IllegalStateException("nothing was written"))
        : multipart.complete(parts());
  }

  /** Drops what was written. */
  Future<Void> abort() {
    return multipart == null ? Future.succeededFuture() : multipart.abort();
  }
}
