package io.sluice.sync;

import io.sluice.bus.Bus;
import io.sluice.oci.Digest;
import io.sluice.oci.RepositoryName;
import io.sluice.registry.Commands.BeginUpload;
import io.sluice.registry.Commands.CancelUpload;
import io.sluice.registry.Commands.FinishUpload;
import io.sluice.registry.Commands.LeaseUpload;
import io.sluice.upload.UploadHandle;
import io.sluice.upload.UploadWriter;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;

/**
 * Brings a blob from its spool into the store, at the store's pace: one more reader, which nobody
 * waits for. It is an upload like a client's, within the same memory. Confined to the sync
 * verticle's context.
 */
final class StoreFeed {
  /** No user can be called so, since a colon ends the name in htpasswd files. */
  private static final String OWNER = ":sync";

  private static final int PIECE = 128 << 10;

  private final Bus bus;
  private final Spool spool;
  private final UploadWriter writer;
  private final Promise<Void> written = Promise.promise();
  private long offset;
  private boolean waiting;

  private StoreFeed(Bus bus, Spool spool, UploadWriter writer) {
    this.bus = bus;
    this.spool = spool;
    this.writer = writer;
  }

  /**
   * Completes when the blob is stored.
   *
   * @param size -1 if it isn't known yet
   */
  static Future<Void> run(
      Bus bus, Spool spool, RepositoryName repository, Digest digest, long size) {
    return bus.request(new BeginUpload(repository, OWNER, digest.algorithm()))
        .compose(
            id -> {
              var handle = new UploadHandle(repository, id, OWNER);
              return bus.request(new LeaseUpload(handle))
                  .compose(writer -> new StoreFeed(bus, spool, writer).run(handle, digest, size));
            });
  }

  private Future<Void> run(UploadHandle handle, Digest digest, long size) {
    writer.exceptionHandler(this::fail);
    writer.drainHandler(
        _ -> {
          if (waiting) {
            waiting = false;
            next();
          }
        });
    return writer
        .open(size)
        .compose(
            _ -> {
              next();
              return written.future();
            })
        .transform(
            result ->
                writer
                    .release()
                    .compose(
                        _ ->
                            result.succeeded()
                                ? Future.succeededFuture()
                                : Future.failedFuture(result.cause())))
        .compose(_ -> bus.request(new FinishUpload(handle, digest)))
        .<Void>mapEmpty()
        .recover(
            cause ->
                bus.request(new CancelUpload(handle)).transform(_ -> Future.failedFuture(cause)));
  }

  private void next() {
    spool
        .read(offset, PIECE, true)
        .onComplete(
            result -> {
              if (result.failed()) {
                fail(result.cause());
              } else if (result.result().length() == 0) {
                written.tryComplete();
              } else {
                take(result.result());
              }
            });
  }

  private void take(Buffer bytes) {
    offset += bytes.length();
    writer.write(bytes).onFailure(this::fail);
    if (written.future().isComplete()) {
      return;
    }
    if (writer.writeQueueFull()) {
      waiting = true;
    } else {
      next();
    }
  }

  private void fail(Throwable cause) {
    written.tryFail(cause);
  }
}
