package io.sluice.sync;

import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.sluice.registry.ByteRange;
import io.sluice.registry.Commands.OpenBlob;
import io.sluice.registry.Commands.OpenedBlob;
import io.sluice.registry.Commands.StatBlob;
import io.sluice.store.Content;
import io.sluice.sync.Remote.Source;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One blob on its way from an upstream into the store, and to all who want it meanwhile. Confined
 * to the sync verticle's context, but for what a reader's stream calls.
 *
 * <p>The {@link Transfer} fills the spool; the {@link StoreFeed} and every client read it, each at
 * its own pace. It goes on to its end when all clients have left, and it is over when both have
 * ended. The spool stays for those who still read.
 */
final class Download implements Transfer.Listener {
  private final Downloads.Shared shared;
  private final Downloads.Key key;
  private final Transfer transfer;
  private final Progress progress;
  private final Context owner;
  private final Promise<Long> size = Promise.promise();
  private final Promise<Void> stored = Promise.promise();
  private @Nullable Spool spool;
  private @Nullable Future<Void> feed;
  private boolean isHere;
  private int readers;

  Download(Downloads.Shared shared, Downloads.Key key, List<Source> sources, boolean inBackground) {
    this.shared = shared;
    this.key = key;
    this.owner = shared.vertx().getOrCreateContext();
    this.progress = new Progress(shared, key);
    this.transfer =
        new Transfer(
            shared.vertx(),
            shared.spools(),
            key.digest(),
            shared.maxBlobSize(),
            sources,
            inBackground,
            this);
  }

  /**
   * Begins. It is looked once more whether the blob is here: whoever asked may have looked just
   * before an earlier download ended.
   *
   * @return completes when the blob is in the store; fails when it could not be had, or not be kept
   */
  Future<Void> start() {
    shared
        .bus()
        .request(new StatBlob(key.repository(), key.digest(), true))
        .onComplete(
            found -> {
              if (found.succeeded()) {
                isHere = true;
                size.tryComplete(found.result());
                stored.tryComplete();
              } else if (RegistryException.says(found.cause(), RegistryError.BlobUnknown.class)) {
                fetch();
              } else {
                end(found.cause());
              }
            });
    return stored.future();
  }

  private void fetch() {
    transfer
        .run()
        .onComplete(
            verified -> {
              if (verified.succeeded() && spool != null) {
                size.tryComplete(spool.received());
              }
              // It ends by itself when the transfer has failed.
              (feed == null ? Future.<Void>succeededFuture() : feed)
                  .onComplete(
                      fed ->
                          end(
                              verified.failed()
                                  ? verified.cause()
                                  : fed.failed() ? fed.cause() : null));
            });
  }

  private void end(@Nullable Throwable cause) {
    progress.ended(cause);
    if (cause == null) {
      stored.tryComplete();
    } else {
      size.tryFail(cause);
      stored.tryFail(cause);
    }
    if (readers == 0) {
      closeSpool();
    }
  }

  @Override
  public void asking(Source source) {
    progress.asking(source.host());
  }

  @Override
  public void begun(Spool opened, long known) {
    spool = opened;
    if (known >= 0) {
      size.tryComplete(known);
    }
    progress.begun(opened, known);
    var feeding = StoreFeed.run(shared.bus(), opened, key.repository(), key.digest(), known);
    feed = feeding;
    feeding.onFailure(
        cause -> {
          // Those who read along get all of it all the same.
          if (readers == 0) {
            transfer.cancel(cause);
          }
        });
  }

  /** Completes when the blob is in the store; fails when it could not be had, or not be kept. */
  Future<Void> stored() {
    return stored.future();
  }

  Downloads.Key key() {
    return key;
  }

  Progress progress() {
    return progress;
  }

  int readers() {
    return readers;
  }

  /** Completes with the blob's size as soon as that is known. */
  Future<Long> size() {
    return size.future();
  }

  /** A client waits for it. */
  void hurry() {
    transfer.hurry();
  }

  /** The process is going down: what the store has not got yet is dropped. */
  void cancel(Throwable reason) {
    transfer.cancel(reason);
    if (spool != null) {
      spool.fail(reason);
    }
  }

  /** Opens a range of it for a reader, which comes as the bytes do. */
  Future<OpenedBlob> open(ByteRange range) {
    readers++;
    return size.future()
        .compose(
            known ->
                isHere
                    ? shared.bus().request(new OpenBlob(key.repository(), key.digest(), range))
                    : read(known, range))
        .onComplete(
            opened -> {
              if (opened.failed() || isHere) {
                left();
              }
            });
  }

  private Future<OpenedBlob> read(long known, ByteRange range) {
    var slice = range.of(known);
    if (!slice.isSatisfiable()) {
      return Future.failedFuture(
          new RegistryException(new RegistryError.RangeNotSatisfiable(known)));
    }
    var stream =
        new SpoolStream(
            shared.vertx(), new Reader(), slice.offset(), slice.offset() + slice.length());
    return Future.succeededFuture(
        new OpenedBlob.Here(
            known, slice.offset(), new Content.Streamed(stream, slice.length(), stream::close)));
  }

  private void left() {
    readers--;
    if (readers == 0 && stored.future().isComplete()) {
      closeSpool();
    }
  }

  /** Gives the spool back for others, if the blob can be read from the store. */
  void spare() {
    if (stored.future().succeeded()) {
      closeSpool();
    }
  }

  private void closeSpool() {
    if (spool != null) {
      spool.close(new SpoolStream.Gone());
    }
    shared.onClosed().accept(this);
  }

  /** The spool as a reader on another context sees it. */
  private final class Reader implements SpoolStream.Source {

    @Override
    public Future<Buffer> read(long offset, int most) {
      Promise<Buffer> read = ((ContextInternal) shared.vertx().getOrCreateContext()).promise();
      owner.runOnContext(
          _ -> {
            var open = spool;
            if (open == null) {
              read.fail(new SpoolStream.Gone());
            } else {
              open.read(offset, most, false).onComplete(read);
            }
          });
      return read.future();
    }

    @Override
    public Future<Content> open(ByteRange range) {
      return shared
          .bus()
          .request(new OpenBlob(key.repository(), key.digest(), range))
          .map(
              opened ->
                  switch (opened) {
                    case OpenedBlob.Here here -> here.content();
                    case OpenedBlob.Elsewhere _ ->
                        throw new IllegalStateException("a range is never elsewhere");
                  });
    }

    @Override
    public void left() {
      owner.runOnContext(_ -> Download.this.left());
    }
  }
}
