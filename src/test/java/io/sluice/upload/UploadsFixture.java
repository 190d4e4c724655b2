package io.sluice.upload;

import io.sluice.Await;
import io.sluice.oci.Digest;
import io.sluice.oci.RegistryException;
import io.sluice.oci.RepositoryName;
import io.sluice.store.Content;
import io.sluice.store.ObjectStore;
import io.sluice.ulid.Ulids;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.VertxInternal;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * {@link Uploads} as the storage verticle has them, and requests on contexts of their own; with
 * buffers so small that every edge is near.
 */
final class UploadsFixture {
  static final RepositoryName APP = new RepositoryName("team/app");
  static final String OWNER = "alice";
  static final int HEAD = 16;
  static final int PART = 64;
  static final long LARGEST = 2000;

  final ObjectStore store;
  final MemoryBudget heads;
  final MemoryBudget parts;
  private final Vertx vertx;
  private final Duration expireAfter;
  private final Context storage;
  private final WorkerExecutor hashing;
  private Uploads uploads;

  UploadsFixture(Vertx vertx, ObjectStore store, int buffers) {
    this(vertx, store, buffers, Duration.ofHours(1));
  }

  UploadsFixture(Vertx vertx, ObjectStore store, int buffers, Duration expireAfter) {
    this.vertx = vertx;
    this.store = store;
    this.expireAfter = expireAfter;
    this.heads = new MemoryBudget((long) buffers * HEAD, HEAD, false);
    this.parts = new MemoryBudget((long) buffers * PART, PART, false);
    this.storage = newContext();
    this.hashing = vertx.createSharedWorkerExecutor("upload-hashing", 2);
    this.uploads = onStorage(() -> Future.succeededFuture(open()));
  }

  private Uploads open() {
    return new Uploads(
        vertx,
        store,
        heads,
        parts,
        hashing,
        new Ulids(InstantSource.system()),
        new Uploads.Settings(2, Duration.ZERO, expireAfter, LARGEST));
  }

  <T> T onStorage(Callable<Future<T>> call) {
    return Await.result(submit(storage, call));
  }

  private static <T> Future<T> submit(Context context, Callable<Future<T>> call) {
    return Future.future(
        promise ->
            context.runOnContext(
                _ -> {
                  try {
                    call.call().onComplete(promise);
                  } catch (Exception | AssertionError e) {
                    promise.fail(e);
                  }
                }));
  }

  /** All sessions are recorded, the process is gone, and another one begins. */
  void restart() {
    onStorage(() -> uploads.close());
    uploads = onStorage(() -> Future.succeededFuture(open()));
  }

  Uploads uploads() {
    return uploads;
  }

  Future<Long> asking(UploadId id) {
    return submit(storage, () -> uploads.offset(handle(id)));
  }

  /** What nobody uses is recorded, as happens every second. */
  void tick() {
    onStorage(() -> uploads.tick());
  }

  int active() {
    return uploads.active();
  }

  static UploadHandle handle(UploadId id) {
    return new UploadHandle(APP, id, OWNER);
  }

  UploadId begin() {
    return onStorage(
        () -> Future.succeededFuture(uploads.begin(APP, OWNER, Digest.Algorithm.SHA256)));
  }

  long offset(UploadId id) {
    return onStorage(() -> uploads.offset(handle(id)));
  }

  void cancel(UploadId id) {
    onStorage(() -> uploads.cancel(handle(id)));
  }

  int expire() {
    return onStorage(() -> uploads.expire());
  }

  void close() {
    onStorage(() -> uploads.close());
  }

  Future<SealedUpload> sealing(UploadId id, Digest digest) {
    return submit(storage, () -> uploads.seal(handle(id), digest));
  }

  /** What is made of an upload by whoever sealed it: all its bytes. */
  byte[] seal(UploadId id, Digest digest) {
    return onStorage(() -> uploads.seal(handle(id), digest).compose(this::take));
  }

  Future<byte[]> take(SealedUpload upload) {
    var inline = upload.inline(HEAD);
    if (inline.isPresent()) {
      return upload.forget().map(bytes(inline.get()));
    }
    return upload
        .store()
        .compose(data -> store.open(data.key(), 0, upload.size()))
        .onFailure(_ -> upload.abandon())
        .compose(content -> upload.forget().map(_ -> bytes(content)));
  }

  private static byte[] bytes(ByteBuffer... buffers) {
    var all = new java.io.ByteArrayOutputStream();
    for (var buffer : buffers) {
      var bytes = new byte[buffer.remaining()];
      buffer.duplicate().get(bytes);
      all.writeBytes(bytes);
    }
    return all.toByteArray();
  }

  private static byte[] bytes(Content content) {
    return ((Content.InMemory) content).bytes().getBytes();
  }

  /** A request that has an upload. */
  static final class Request {
    private final UploadWriter writer;
    private final Context context;
    private final Promise<Throwable> toldToEnd = Promise.promise();

    private Request(UploadWriter writer, Context context) {
      this.writer = writer;
      this.context = context;
    }

    Future<Void> opening(long expected) {
      return submit(
          context,
          () -> {
            writer.exceptionHandler(toldToEnd::tryComplete);
            return writer.open(expected);
          });
    }

    /** Sends, and waits whenever a socket would have to. */
    void send(byte[] bytes, int chunk) {
      send(bytes, chunk, false);
    }

    /** The same, giving the memory back after each piece if that is wished. */
    void send(byte[] bytes, int chunk, boolean slowly) {
      Await.result(
          submit(
              context,
              () -> {
                var chunks = new ArrayList<Buffer>();
                for (int at = 0; at < bytes.length; at += chunk) {
                  chunks.add(Buffer.buffer(bytes).slice(at, Math.min(bytes.length, at + chunk)));
                }
                return send(chunks, slowly);
              }));
    }

    /** Others want the memory. */
    void standStill() {
      writer.relieveIfSlow(Duration.ZERO, Duration.ZERO);
    }

    private Future<Void> send(List<Buffer> chunks, boolean slowly) {
      if (chunks.isEmpty()) {
        return Future.succeededFuture();
      }
      var rest = chunks.subList(1, chunks.size());
      return writer
          .write(chunks.getFirst())
          .compose(
              _ -> {
                if (slowly) {
                  standStill();
                }
                if (!writer.writeQueueFull()) {
                  return send(rest, slowly);
                }
                Promise<Void> drained = Promise.promise();
                writer.drainHandler(_ -> drained.tryComplete());
                writer.exceptionHandler(drained::tryFail);
                return drained.future().compose(_ -> send(rest, slowly));
              });
    }

    /** Lets go, at whatever point it is. */
    Future<Long> releasing() {
      return submit(context, writer::release);
    }

    long release() {
      return Await.result(releasing());
    }

    /** Why it has to let go. */
    Throwable toldToEnd() {
      return Await.result(toldToEnd.future());
    }
  }

  Future<Request> leasing(UploadId id) {
    var context = newContext();
    return submit(storage, () -> uploads.lease(handle(id)))
        .map(writer -> new Request(writer, context));
  }

  Request lease(UploadId id) {
    return Await.result(leasing(id));
  }

  /** One of the event loops' own, as a connection has it. */
  private Context newContext() {
    return ((VertxInternal) vertx).createEventLoopContext();
  }

  /** One request that sends everything; it lets go of the upload in any case, as requests do. */
  long send(UploadId id, byte[] bytes) {
    var request = lease(id);
    try {
      Await.result(request.opening(bytes.length));
      request.send(bytes, 50);
    } catch (RegistryException e) {
      Await.result(request.releasing().otherwise(0L));
      throw e;
    }
    return request.release();
  }

  static boolean isRegistryError(Throwable cause, Class<?> error) {
    return cause instanceof RegistryException e && error.isInstance(e.error());
  }
}
