package io.sluice.testkit;

import io.sluice.store.Content;
import io.sluice.store.ListRequest;
import io.sluice.store.Listing;
import io.sluice.store.MultipartWrite;
import io.sluice.store.ObjectStore;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A store whose content comes as a stream, as S3's does: paused at first, then chunk by chunk on
 * the context that resumed it.
 */
final class StreamingObjectStore implements ObjectStore {
  private static final int CHUNK = 16 << 10;

  /**
   * Objects that have these bytes at their beginning break off in the middle when they are read.
   */
  static final String BREAKS_OFF = "this object breaks off";

  private final Vertx vertx;
  private final ObjectStore store;
  private final AtomicInteger open = new AtomicInteger();

  StreamingObjectStore(Vertx vertx, ObjectStore store) {
    this.vertx = vertx;
    this.store = store;
  }

  /** Streams that were neither read to their end nor closed. */
  int open() {
    return open.get();
  }

  @Override
  public Future<Content> open(String key, long offset, long length) {
    return store
        .open(key, offset, length)
        .map(
            content -> {
              var stream = new ChunkStream(((Content.InMemory) content).bytes());
              return new Content.Streamed(stream, length, stream::close);
            });
  }

  private final class ChunkStream implements ReadStream<Buffer> {
    private final Buffer bytes;
    private final long breaksOffAt;
    private int at;
    private boolean flowing;
    private boolean scheduled;
    private boolean done;
    private @Nullable Handler<Buffer> handler;
    private @Nullable Handler<Void> endHandler;
    private @Nullable Handler<Throwable> exceptionHandler;

    ChunkStream(Buffer bytes) {
      this.bytes = bytes;
      boolean breaks =
          bytes.length() > BREAKS_OFF.length()
              && bytes.getString(0, BREAKS_OFF.length()).equals(BREAKS_OFF);
      this.breaksOffAt = breaks ? bytes.length() / 2 : Long.MAX_VALUE;
      open.incrementAndGet();
    }

    private synchronized void close() {
      if (!done) {
        done = true;
        open.decrementAndGet();
      }
    }

    private synchronized void schedule() {
      if (flowing && !scheduled && !done) {
        scheduled = true;
        vertx.getOrCreateContext().runOnContext(_ -> emit());
      }
    }

    private void emit() {
      synchronized (this) {
        scheduled = false;
        if (!flowing || done) {
          return;
        }
      }
      if (at >= breaksOffAt) {
        close();
        if (exceptionHandler != null) {
          exceptionHandler.handle(new IOException("the store broke off"));
        }
      } else if (at == bytes.length()) {
        close();
        if (endHandler != null) {
          endHandler.handle(null);
        }
      } else {
        int end = Math.min(bytes.length(), at + CHUNK);
        var chunk = bytes.slice(at, end);
        at = end;
        if (handler != null) {
          handler.handle(chunk);
        }
        schedule();
      }
    }

    @Override
    public ReadStream<Buffer> exceptionHandler(@Nullable Handler<Throwable> it) {
      exceptionHandler = it;
      return this;
    }

    @Override
    public ReadStream<Buffer> handler(@Nullable Handler<Buffer> it) {
      handler = it;
      return this;
    }

    @Override
    public ReadStream<Buffer> endHandler(@Nullable Handler<Void> it) {
      endHandler = it;
      return this;
    }

    @Override
    public synchronized ReadStream<Buffer> pause() {
      flowing = false;
      return this;
    }

    @Override
    public ReadStream<Buffer> resume() {
      flowing = true;
      schedule();
      return this;
    }

    @Override
    public ReadStream<Buffer> fetch(long amount) {
      return resume();
    }
  }

  @Override
  public Future<Void> put(String key, ByteBuffer... content) {
    return store.put(key, content);
  }

  @Override
  public Future<MultipartWrite> startMultipart(String key) {
    return store.startMultipart(key);
  }

  @Override
  public MultipartWrite resumeMultipart(
      String key, String multipartId, List<MultipartWrite.Part> known) {
    return store.resumeMultipart(key, multipartId, known);
  }

  @Override
  public Future<List<PendingMultipart>> pendingMultiparts() {
    return store.pendingMultiparts();
  }

  @Override
  public Future<Buffer> read(String key) {
    return store.read(key);
  }

  @Override
  public Future<Listing> list(ListRequest request) {
    return store.list(request);
  }

  @Override
  public Future<Void> delete(Collection<String> keys) {
    return store.delete(keys);
  }

  @Override
  public int partSize() {
    return store.partSize();
  }

  @Override
  public int smallestPartSize() {
    return store.smallestPartSize();
  }

  @Override
  public Future<Void> check() {
    return store.check();
  }

  @Override
  public Future<Void> close() {
    return store.close();
  }
}
