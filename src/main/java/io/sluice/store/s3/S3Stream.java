package io.sluice.store.s3;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.oci.RegistryError.StoreUnavailable;
import io.sluice.oci.RegistryException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import io.vertx.core.streams.ReadStream;
import java.io.EOFException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * A range of an object on its way. Paused at first; lives on the context of whoever sets its
 * handler.
 *
 * <p>A read that breaks off goes on where it broke off, with a new request, as soon as somebody
 * wants more: a client that stood still for a minute, for which S3's connection was given up, or a
 * store that was restarted, is nothing that the reader notices.
 */
final class S3Stream implements ReadStream<Buffer> {

  /** Pieces (of 8 KiB, as the SDK cuts them) that may have come and not been asked for yet. */
  private static final int AHEAD = 32;

  private static final int RENEW_AT = AHEAD / 2;

  /** So many bytes go to the reader at once: a call, a write, and perhaps a TLS record for each. */
  private static final int TOGETHER = 64 << 10;

  /** Opens the rest of the range again; {@code at} counts from the range's beginning. */
  @FunctionalInterface
  interface Source {
    Future<? extends Publisher<ByteBuffer>> from(long at);
  }

  private final Vertx vertx;
  private final Source source;
  private final long length;
  private final Queue<ByteBuf> pieces = new ArrayDeque<>();
  private @Nullable Piping current;
  private @Nullable Publisher<ByteBuffer> unread;
  private @Nullable Context context;
  private @Nullable Handler<Buffer> handler;
  private @Nullable Handler<Void> endHandler;
  private @Nullable Handler<Throwable> exceptionHandler;
  private long demand;
  private long received;
  private long progressAtBreak = -1;
  private boolean opening;
  private boolean emitting;
  private boolean closed;

  S3Stream(Vertx vertx, long length, Publisher<ByteBuffer> first, Source source) {
    this.vertx = vertx;
    this.length = length;
    this.unread = first;
    this.source = source;
  }

  @Override
  public S3Stream handler(@Nullable Handler<Buffer> newHandler) {
    handler = newHandler;
    if (newHandler != null && context == null) {
      context = vertx.getOrCreateContext();
    }
    return this;
  }

  @Override
  public S3Stream endHandler(@Nullable Handler<Void> newHandler) {
    endHandler = newHandler;
    return this;
  }

  @Override
  public S3Stream exceptionHandler(@Nullable Handler<Throwable> newHandler) {
    exceptionHandler = newHandler;
    return this;
  }

  @Override
  public S3Stream pause() {
    demand = 0;
    return this;
  }

  @Override
  public S3Stream resume() {
    return fetch(Long.MAX_VALUE);
  }

  @Override
  public S3Stream fetch(long amount) {
    demand += Math.min(amount, Long.MAX_VALUE - demand);
    if (context == null) {
      context = vertx.getOrCreateContext();
    }
    if (vertx.getOrCreateContext() == context) {
      emit();
    } else {
      context.runOnContext(_ -> emit());
    }
    return this;
  }

  /** Gives the connection up; called on any context, more than once, also after the end. */
  void close() {
    onContext(this::closeNow);
  }

  private void closeNow() {
    closed = true;
    pieces.clear();
    if (current != null) {
      current.cancel();
      current = null;
    }
    if (unread != null) {
      // A publisher that nobody subscribes to keeps its connection.
      new Piping(false).subscribeTo(unread);
      unread = null;
    }
  }

  private void emit() {
    if (emitting) {
      return;
    }
    emitting = true;
    try {
      while (!closed && demand > 0 && handler != null && !pieces.isEmpty()) {
        if (demand != Long.MAX_VALUE) {
          demand--;
        }
        handler.handle(next());
      }
    } finally {
      emitting = false;
    }
    if (closed || demand == 0 || !pieces.isEmpty()) {
      return;
    }
    if (received == length) {
      closed = true;
      current = null;
      if (endHandler != null) {
        endHandler.handle(null);
      }
    } else if (unread != null) {
      subscribe(unread);
      unread = null;
    } else if (current == null && !opening) {
      reopen();
    }
  }

  /** As many of the pieces that are there as make a good write, without copying them. */
  private Buffer next() {
    var first = pieces.remove();
    int taken = 1;
    if (!pieces.isEmpty() && first.readableBytes() < TOGETHER) {
      var several = new ArrayList<ByteBuf>();
      several.add(first);
      int length = first.readableBytes();
      for (var it = pieces.peek();
          it != null && length + it.readableBytes() <= TOGETHER;
          it = pieces.peek()) {
        several.add(pieces.remove());
        length += it.readableBytes();
        taken++;
      }
      first = Unpooled.wrappedBuffer(several.size(), several.toArray(ByteBuf[]::new));
    }
    if (current != null) {
      current.taken(taken);
    }
    return BufferInternal.buffer(first);
  }

  private void subscribe(Publisher<ByteBuffer> publisher) {
    current = new Piping(true);
    current.subscribeTo(publisher);
  }

  private void reopen() {
    opening = true;
    source
        .from(received)
        .onComplete(
            result ->
                onContext(
                    () -> {
                      opening = false;
                      if (result.failed()) {
                        fail(result.cause());
                      } else if (closed) {
                        new Piping(false).subscribeTo(result.result());
                      } else {
                        subscribe(result.result());
                      }
                    }));
  }

  private void onContext(Runnable action) {
    var home = context;
    if (home == null) {
      action.run();
    } else {
      home.runOnContext(_ -> action.run());
    }
  }

  private void arrived(Piping from) {
    if (from == current && !closed) {
      for (var piece = from.arrived.poll(); piece != null; piece = from.arrived.poll()) {
        received += piece.remaining();
        pieces.add(Unpooled.wrappedBuffer(piece));
      }
      if (received > length) {
        from.cancel();
        fail(new IllegalStateException("the store sent more than was asked for"));
      } else {
        emit();
      }
    }
  }

  /**
   * The answer ended, well or badly; if something is missing, it is asked for when it is wanted.
   */
  private void ended(Piping from, @Nullable Throwable failure) {
    if (from != current || closed) {
      return;
    }
    current = null;
    if (received < length && received == progressAtBreak) {
      // Twice at the same byte: the object itself is shorter, or the store has lost it.
      S3ObjectStore.LOG
          .atWarn()
          .addKeyValue("missing", length - received)
          .setCause(failure == null ? new EOFException("the answer was too short") : failure)
          .log("a read broke off twice at the same place");
      fail(new RegistryException(new StoreUnavailable("the store breaks off its answer")));
      return;
    }
    progressAtBreak = received;
    emit();
  }

  private void fail(Throwable cause) {
    if (!closed) {
      closed = true;
      pieces.clear();
      current = null;
      if (exceptionHandler != null) {
        exceptionHandler.handle(cause);
      }
    }
  }

  /** One answer's bytes; its signals come on the SDK's threads and go to the stream's context. */
  private final class Piping implements Subscriber<ByteBuffer> {
    private final boolean wanted;
    private final Queue<ByteBuffer> arrived = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean announced = new AtomicBoolean();
    private volatile @Nullable Subscription subscription;
    private volatile boolean cancelled;
    private int taken;

    Piping(boolean wanted) {
      this.wanted = wanted;
    }

    void subscribeTo(Publisher<ByteBuffer> publisher) {
      publisher.subscribe(this);
    }

    void cancel() {
      cancelled = true;
      tell(Subscription::cancel);
    }

    /** So many pieces went to the reader; called on the stream's context. */
    void taken(int count) {
      taken += count;
      if (taken >= RENEW_AT) {
        int more = taken;
        taken = 0;
        tell(it -> it.request(more));
      }
    }

    private void tell(Consumer<Subscription> message) {
      var known = subscription;
      if (known != null) {
        try {
          message.accept(known);
        } catch (RejectedExecutionException closed) {
          // The store was closed meanwhile, and its connections with it.
          onContext(() -> ended(this, closed));
        }
      }
    }

    @Override
    public void onSubscribe(Subscription s) {
      subscription = s;
      if (wanted && !cancelled) {
        s.request(AHEAD);
      } else {
        s.cancel();
      }
    }

    @Override
    public void onNext(ByteBuffer bytes) {
      arrived.add(bytes);
      // One call for all that comes until it is made.
      if (announced.compareAndSet(false, true)) {
        onContext(
            () -> {
              announced.set(false);
              arrived(this);
            });
      }
    }

    @Override
    public void onError(Throwable failure) {
      onContext(() -> ended(this, failure));
    }

    @Override
    public void onComplete() {
      onContext(() -> ended(this, null));
    }
  }
}
