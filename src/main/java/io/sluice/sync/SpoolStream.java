package io.sluice.sync;

import io.sluice.registry.ByteRange;
import io.sluice.store.Content;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import org.jspecify.annotations.Nullable;

/**
 * A range of a blob that is being downloaded, for one reader. Paused at first; lives on the context
 * of whoever sets its handler, while the spool is asked on its own.
 *
 * <p>A spool that is wanted by others is taken away once its blob is stored: the rest then comes
 * from the store, and the reader doesn't notice.
 */
final class SpoolStream implements ReadStream<Buffer> {
  /** So many bytes go to the reader at once. */
  private static final int PIECE = 128 << 10;

  /** What it reads from. May be asked on any context; answers on the one that asked. */
  interface Source {

    /**
     * The next bytes, as soon as there are some; empty at the end of the blob. Fails with {@link
     * Gone} when they are in the store meanwhile.
     */
    Future<Buffer> read(long offset, int most);

    /** The same from the store. */
    Future<Content> open(ByteRange range);

    /** The reader is done; called once. */
    void left();
  }

  /** The spool is no more, but the blob is stored. */
  static final class Gone extends RuntimeException {
    private static final long serialVersionUID = 1;

    Gone() {
      super("the blob is in the store", null, false, false);
    }
  }

  private final Vertx vertx;
  private final Source source;
  private final long end;
  private long offset;
  private @Nullable Context context;
  private @Nullable Handler<Buffer> handler;
  private @Nullable Handler<Void> endHandler;
  private @Nullable Handler<Throwable> exceptionHandler;
  private @Nullable StoredRest rest;
  private long demand;
  private boolean reading;
  private boolean over;

  /** From {@code offset} up to {@code end}, exclusive. */
  SpoolStream(Vertx vertx, Source source, long offset, long end) {
    this.vertx = vertx;
    this.source = source;
    this.offset = offset;
    this.end = end;
  }

  @Override
  public SpoolStream handler(@Nullable Handler<Buffer> newHandler) {
    handler = newHandler;
    if (newHandler != null && context == null) {
      context = vertx.getOrCreateContext();
    }
    return this;
  }

  @Override
  public SpoolStream endHandler(@Nullable Handler<Void> newHandler) {
    endHandler = newHandler;
    return this;
  }

  @Override
  public SpoolStream exceptionHandler(@Nullable Handler<Throwable> newHandler) {
    exceptionHandler = newHandler;
    return this;
  }

  @Override
  public SpoolStream pause() {
    demand = 0;
    return this;
  }

  @Override
  public SpoolStream resume() {
    return fetch(Long.MAX_VALUE);
  }

  @Override
  public SpoolStream fetch(long amount) {
    demand += Math.min(amount, Long.MAX_VALUE - demand);
    onContext(this::next);
    return this;
  }

  /** Nothing more is wanted; on any context, more than once, also after the end. */
  void close() {
    onContext(
        () -> {
          if (!over) {
            leave();
          }
        });
  }

  private void leave() {
    over = true;
    if (rest != null) {
      rest.close();
    }
    source.left();
  }

  private void onContext(Runnable action) {
    if (context == null) {
      context = vertx.getOrCreateContext();
    }
    if (vertx.getOrCreateContext() == context) {
      action.run();
    } else {
      context.runOnContext(_ -> action.run());
    }
  }

  private void next() {
    if (reading || over || demand == 0 || handler == null) {
      return;
    }
    if (offset == end) {
      leave();
      if (endHandler != null) {
        endHandler.handle(null);
      }
      return;
    }
    reading = true;
    read((int) Math.min(PIECE, end - offset))
        .onComplete(
            result -> {
              reading = false;
              if (result.failed()) {
                failed(result.cause());
              } else {
                take(result.result());
              }
            });
  }

  private Future<Buffer> read(int most) {
    if (rest != null) {
      return rest.read(most);
    }
    return source
        .read(offset, most)
        .recover(
            cause ->
                cause instanceof Gone
                    ? source
                        .open(new ByteRange.Between(offset, end - 1))
                        .compose(content -> readRest(content, most))
                    : Future.failedFuture(cause));
  }

  private Future<Buffer> readRest(Content content, int most) {
    if (over) {
      content.close();
      return Future.failedFuture(new Gone());
    }
    rest = new StoredRest(vertx, content);
    return rest.read(most);
  }

  private void take(Buffer bytes) {
    if (over) {
      return;
    }
    if (bytes.length() == 0) {
      failed(new IllegalStateException("a blob ended before its size"));
      return;
    }
    offset += bytes.length();
    if (demand != Long.MAX_VALUE) {
      demand--;
    }
    if (handler != null) {
      handler.handle(bytes);
    }
    next();
  }

  private void failed(Throwable cause) {
    if (over) {
      return;
    }
    leave();
    if (exceptionHandler != null) {
      exceptionHandler.handle(cause);
    }
  }
}
