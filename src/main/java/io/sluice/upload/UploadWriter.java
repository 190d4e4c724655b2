package io.sluice.upload;

import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.streams.WriteStream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The way into an upload for one request, which has it to itself until {@link #release}. Confined
 * to the context that first calls {@link #open}; back-pressure is that of every {@link
 * WriteStream}.
 */
public final class UploadWriter implements WriteStream<Buffer> {
  private final Vertx vertx;
  private final UploadSession session;
  private final Runnable onRelease;
  private @Nullable Context context;
  private @Nullable Handler<Void> drainHandler;
  private @Nullable Handler<Throwable> exceptionHandler;
  private @Nullable Future<Long> released;
  private volatile boolean revoked;
  private volatile long received;
  private long lastWriteNanos = System.nanoTime();

  UploadWriter(Vertx vertx, UploadSession session, Runnable onRelease) {
    this.vertx = vertx;
    this.session = session;
    this.onRelease = onRelease;
    this.received = session.received();
  }

  /**
   * Takes the upload over to the current context and waits for the memory that the first byte
   * needs.
   *
   * @param expected how many bytes will come, or -1 when that isn't known
   */
  public Future<Void> open(long expected) {
    context = vertx.getOrCreateContext();
    session.onChange(this::changed);
    return session.prepare(expected);
  }

  /** The id that the upload has. */
  public UploadId id() {
    return session.id();
  }

  /** How many bytes of the upload have come so far, in all requests. May be read by any thread. */
  public long received() {
    return received;
  }

  @Override
  public Future<Void> write(Buffer data) {
    if (revoked) {
      return Future.failedFuture(superseded());
    }
    session.append(data);
    received = session.received();
    lastWriteNanos = System.nanoTime();
    var failure = session.failure();
    return failure == null ? Future.succeededFuture() : Future.failedFuture(failure);
  }

  @Override
  public boolean writeQueueFull() {
    return session.isFull();
  }

  @Override
  public UploadWriter drainHandler(@Nullable Handler<Void> handler) {
    drainHandler = handler;
    return this;
  }

  @Override
  public UploadWriter exceptionHandler(@Nullable Handler<Throwable> handler) {
    exceptionHandler = handler;
    return this;
  }

  @Override
  public UploadWriter setWriteQueueMaxSize(int maxSize) {
    return this; // the window of parts is the queue
  }

  /** Ends nothing but this request's part; {@link #release} gives the upload back. */
  @Override
  public Future<Void> end() {
    return Future.succeededFuture();
  }

  /**
   * Gives the upload back once the store has what was written; a second call returns the same.
   * Completes with the upload's offset; fails if the upload has failed.
   */
  public Future<Long> release() {
    if (released == null) {
      Promise<Long> promise = ((ContextInternal) vertx.getOrCreateContext()).promise();
      released = promise.future();
      session
          .quiesce()
          .onComplete(
              result -> {
                session.onChange(() -> {});
                session.dropEmptyBuffer();
                received = session.received();
                onRelease.run();
                promise.handle(result.map(received));
              });
    }
    return released;
  }

  /**
   * Called by the owner of the sessions, on any context: another request wants the upload; this one
   * is to let go.
   */
  void revoke() {
    revoked = true;
    var holder = context;
    if (holder != null) {
      holder.runOnContext(_ -> tell(superseded()));
    }
  }

  /**
   * Called by the owner on any context when others wait for memory: an upload that stands still, or
   * that takes too long to fill its buffer, gives it back.
   */
  void relieveIfSlow(Duration still, Duration slow) {
    var holder = context;
    if (holder != null) {
      holder.runOnContext(
          _ -> {
            long now = System.nanoTime();
            boolean stands = now - lastWriteNanos > still.toNanos();
            boolean crawls =
                session.fillingSince().filter(since -> now - since > slow.toNanos()).isPresent();
            if (released == null && (stands || crawls)) {
              session.relieve();
            }
          });
    }
  }

  private void changed() {
    var failure = session.failure();
    if (failure != null) {
      tell(failure);
    } else if (drainHandler != null && !session.isFull()) {
      drainHandler.handle(null);
    }
  }

  private void tell(Throwable failure) {
    if (exceptionHandler != null && released == null) {
      exceptionHandler.handle(failure);
    }
  }

  private static RegistryException superseded() {
    return new RegistryException(
        new RegistryError.UploadInvalid("another request has taken this upload over"));
  }
}
