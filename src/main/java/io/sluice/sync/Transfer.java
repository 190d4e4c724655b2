package io.sluice.sync;

import io.sluice.oci.Digest;
import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.sluice.sync.Remote.Source;
import io.sluice.sync.upstream.BlobStream;
import io.sluice.sync.upstream.UpstreamFailure;
import io.sluice.sync.upstream.UpstreamFailure.Kind;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Brings one blob from an upstream into a spool. Confined to the sync verticle's context.
 *
 * <p>Each source is asked in turn. What has come stays when a connection breaks: the rest is asked
 * for, there or at the next source, since the digest says what it must be in the end.
 */
final class Transfer {
  private static final int TRIES = 3;

  /** Hears how it goes. */
  interface Listener {

    /** This source is asked now. */
    void asking(Source source);

    /**
     * Bytes will come into this spool, which is the listener's to close.
     *
     * @param size -1 if the upstream doesn't say
     */
    void begun(Spool spool, long size);
  }

  private final Vertx vertx;
  private final Spools spools;
  private final Digest digest;
  private final long maxSize;
  private final Iterator<Source> sources;
  private final Optional<Duration> timeout;
  private final Listener listener;
  private final Promise<Void> done = Promise.promise();
  private boolean inBackground;
  private Slots.@Nullable Place place;
  private @Nullable Spool spool;
  private @Nullable BlobStream body;
  private @Nullable Throwable firstFailure;
  private long size = -1;
  private long reached = -1;
  private int tries;

  Transfer(
      Vertx vertx,
      Spools spools,
      Digest digest,
      long maxSize,
      List<Source> sources,
      boolean inBackground,
      Listener listener) {
    this.vertx = vertx;
    this.spools = spools;
    this.digest = digest;
    this.maxSize = maxSize;
    this.timeout =
        sources.stream()
            .map(source -> source.remote().config().syncTimeout())
            .max(Duration::compareTo);
    this.sources = sources.iterator();
    this.inBackground = inBackground;
    this.listener = listener;
  }

  /**
   * Completes when all of it has come and was checked: then readers get the last byte. Fails with
   * what a client is to be told.
   */
  Future<Void> run() {
    timeout.ifPresent(this::limit);
    nextSource();
    return done.future();
  }

  private void limit(Duration longest) {
    long timer =
        vertx.setTimer(
            longest.toMillis(),
            _ ->
                fail(
                    new RegistryException(
                        new RegistryError.UpstreamFailed(
                            "", "it took longer than extensions.sync.registries[].syncTimeout"))));
    done.future().onComplete(_ -> vertx.cancelTimer(timer));
  }

  /** A client waits for it now. */
  void hurry() {
    inBackground = false;
    if (place != null) {
      place.hurry();
    }
  }

  /** Gives it up. */
  void cancel(Throwable reason) {
    fail(reason);
  }

  private void nextSource() {
    leaveSource();
    if (!sources.hasNext()) {
      var unknown = new RegistryError.BlobUnknown(digest);
      fail(
          firstFailure == null
              ? new RegistryException(unknown)
              : Failures.toClient(firstFailure, unknown));
      return;
    }
    var source = sources.next();
    tries = 0;
    reached = -1;
    var entered = source.remote().slots().enter(inBackground);
    place = entered;
    entered.turn().onSuccess(_ -> ask(source));
  }

  private void leaveSource() {
    if (place != null) {
      place.free();
      place = null;
    }
  }

  private void ask(Source source) {
    if (done.future().isComplete()) {
      return;
    }
    listener.asking(source);
    source
        .remote()
        .upstream()
        .blob(source.repository(), digest, spool == null ? 0 : spool.received())
        .onComplete(
            answer -> {
              if (answer.failed()) {
                broken(source, answer.cause());
              } else {
                begin(source, answer.result());
              }
            });
  }

  private void begin(Source source, BlobStream stream) {
    body = stream;
    var objection = objection(source, stream);
    if (done.future().isComplete() || objection.isPresent()) {
      stream.cancel().run();
      objection.ifPresent(cause -> broken(source, cause));
      return;
    }
    (spool == null ? openSpool() : Future.succeededFuture(spool))
        .onComplete(
            opened -> {
              if (opened.failed()) {
                fail(opened.cause());
              } else if (done.future().isComplete()) {
                opened.result().close(new SpoolStream.Gone());
              } else {
                receive(source, stream, opened.result());
              }
            });
  }

  private Optional<Throwable> objection(Source source, BlobStream stream) {
    if (stream.total().isEmpty()) {
      return Optional.empty();
    }
    long announced = stream.total().getAsLong();
    if (announced > maxSize) {
      return Optional.of(tooLarge(source));
    }
    if (size >= 0 && size != announced) {
      return Optional.of(
          lying(
              source, "has " + announced + " bytes of a blob that had " + size + " a moment ago"));
    }
    size = announced;
    return Optional.empty();
  }

  private Future<Spool> openSpool() {
    return spools
        .open(size, digest.algorithm())
        .onSuccess(
            opened -> {
              spool = opened;
              if (!done.future().isComplete()) {
                listener.begun(opened, size);
              }
            });
  }

  private void receive(Source source, BlobStream stream, Spool into) {
    var bytes = stream.body();
    into.onDrain(bytes::resume);
    into.onUnwritable(this::fail);
    bytes.exceptionHandler(cause -> broken(source, cause));
    bytes.endHandler(_ -> check(source, into));
    bytes.handler(
        piece -> {
          if (into.received() + piece.length() > maxSize) {
            fail(tooLarge(source));
          } else if (!into.append(piece)) {
            fail(
                new RegistryException(
                    new RegistryError.StoreUnavailable(
                        "there is no room in extensions.sync.downloadDir")));
          } else if (into.isFull()) {
            bytes.pause();
          }
        });
    bytes.resume();
  }

  private void check(Source source, Spool whole) {
    body = null;
    leaveSource();
    whole
        .finish()
        .onComplete(
            actual -> {
              if (actual.failed()) {
                fail(actual.cause());
              } else if (actual.result().equals(digest)) {
                whole.approve();
                done.tryComplete();
              } else {
                // Readers have got of it already, so there is nothing to be saved.
                fail(
                    Failures.toClient(
                        lying(source, "sent " + actual.result() + " as " + digest),
                        new RegistryError.BlobUnknown(digest)));
              }
            });
  }

  /** Asks for the rest again, or at the next source. */
  private void broken(Source source, Throwable cause) {
    body = null;
    if (done.future().isComplete()) {
      return;
    }
    if (!Failures.isNotFound(cause) && firstFailure == null) {
      firstFailure = cause;
    }
    long received = spool == null ? 0 : spool.received();
    if (received > Math.max(reached, 0)) {
      tries = 0;
    }
    reached = received;
    var config = source.remote().config();
    // A client is told at once when an upstream doesn't answer; once it has, a break is mended.
    boolean worthIt = Failures.isPassing(cause) && (spool != null || inBackground);
    if (!worthIt || tries >= config.maxRetries().orElse(TRIES)) {
      nextSource();
      return;
    }
    // The slot stays taken: the next one would only meet the same trouble.
    var pause = Failures.rest(cause).orElse(Backoff.of(config, tries++));
    vertx.setTimer(Math.max(1, pause.toMillis()), _ -> ask(source));
  }

  private RegistryException tooLarge(Source source) {
    return new RegistryException(
        new RegistryError.UpstreamFailed(
            source.host(),
            source.host() + " has a blob that is larger than sluice.uploads.maxBlobSize allows"));
  }

  private static UpstreamFailure lying(Source source, String reason) {
    return new UpstreamFailure(
        Kind.LYING, source.host(), source.host() + " " + reason, Optional.empty());
  }

  private void fail(Throwable cause) {
    leaveSource();
    if (body != null) {
      body.cancel().run();
      body = null;
    }
    if (spool != null) {
      spool.fail(cause);
    }
    done.tryFail(cause);
  }
}
