package io.sluice.sync.upstream;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.streams.ReadStream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The body of an answer, with an end that can be relied on: every failure is an {@link
 * UpstreamFailure}, a body that is longer or shorter than it should be is one, and so is one that
 * stands still while it is waited for. Paused to begin with. Confined to one context.
 */
final class AnswerBody implements ReadStream<Buffer> {

  /** HTTP/2's code for a stream that isn't wanted any more (RFC 9113, 7). */
  private static final long CANCEL = 8;

  private final Vertx vertx;
  private final Failures failures;
  private final HttpClientResponse response;
  private final long skip;
  private final long expected;
  private final Duration idle;
  private final long timer;
  private final Promise<Void> ended = Promise.promise();
  private @Nullable Handler<Buffer> handler;
  private @Nullable Handler<Throwable> exceptionHandler;
  private @Nullable Handler<Void> endHandler;
  private long received;
  private long demand;
  private long waitingSince;
  private boolean done;
  private @Nullable UpstreamFailure failed;

  /**
   * @param response paused
   * @param skip how many bytes at its beginning are not wanted
   * @param expected how many bytes it must have in all, with those; -1 if that isn't known
   * @param idle how long it may stand still
   */
  AnswerBody(
      Vertx vertx,
      Failures failures,
      HttpClientResponse response,
      long skip,
      long expected,
      Duration idle) {
    this.vertx = vertx;
    this.failures = failures;
    this.response = response;
    this.skip = skip;
    this.expected = expected;
    this.idle = idle;
    this.timer = vertx.setPeriodic(Math.max(1, idle.toMillis() / 4), _ -> look());
    response.exceptionHandler(
        _ -> fail(failures.unreachable("broke off after " + received + " bytes of an answer")));
    response.endHandler(_ -> end());
    response.handler(this::take);
  }

  /** Succeeds when all has come, and fails when it doesn't; never after {@link #cancel}. */
  Future<Void> ended() {
    return ended.future();
  }

  /** Reads it all; fails when there is more than {@code most} bytes of it. */
  Future<Buffer> collect(int most) {
    if (expected > most) {
      var failure = failures.lying("sends " + expected + " bytes where at most " + most + " fit");
      fail(failure);
      return Future.failedFuture(failure);
    }
    var all = Buffer.buffer();
    handler(
        buffer -> {
          if (all.length() + buffer.length() > most) {
            fail(failures.lying("sends more than the " + most + " bytes that fit"));
          } else {
            all.appendBuffer(buffer);
          }
        });
    resume();
    return ended().map(all);
  }

  /** Gives the rest up: the connection is closed, or the stream if that is enough. */
  void cancel() {
    if (stop()) {
      var _ = response.request().reset(CANCEL);
    }
  }

  private void take(Buffer buffer) {
    if (done) {
      return;
    }
    long before = received;
    received += buffer.length();
    if (expected >= 0 && received > expected) {
      fail(failures.lying("sends more than the " + expected + " bytes that it announced"));
      return;
    }
    waitingSince = System.nanoTime();
    if (received <= skip) {
      if (demand != Long.MAX_VALUE) {
        response.fetch(1);
      }
      return;
    }
    if (demand != Long.MAX_VALUE) {
      demand--;
    }
    if (handler != null) {
      handler.handle(
          before >= skip ? buffer : buffer.slice((int) (skip - before), buffer.length()));
    }
  }

  private void end() {
    if (expected >= 0 && received != expected || received < skip) {
      fail(
          failures.lying(
              "sends " + received + " bytes, but announced " + Math.max(skip, expected)));
      return;
    }
    if (stop()) {
      ended.complete();
      if (endHandler != null) {
        endHandler.handle(null);
      }
    }
  }

  private void fail(UpstreamFailure failure) {
    if (stop()) {
      var _ = response.request().reset(CANCEL);
      ended.fail(failure);
      failed = failure;
      tell();
    }
  }

  /** Whoever listens only after it has happened is told as well. */
  private void tell() {
    var failure = failed;
    if (failure != null && exceptionHandler != null) {
      failed = null;
      exceptionHandler.handle(failure);
    }
  }

  private boolean stop() {
    if (done) {
      return false;
    }
    done = true;
    vertx.cancelTimer(timer);
    return true;
  }

  private void look() {
    if (demand > 0 && System.nanoTime() - waitingSince > idle.toNanos()) {
      fail(
          failures.unreachable(
              "stands still for %d s after %d bytes of an answer"
                  .formatted(Math.max(1, idle.toSeconds()), received)));
    }
  }

  @Override
  public AnswerBody handler(@Nullable Handler<Buffer> handler) {
    this.handler = handler;
    return this;
  }

  @Override
  public AnswerBody exceptionHandler(@Nullable Handler<Throwable> handler) {
    this.exceptionHandler = handler;
    if (failed != null) {
      vertx.runOnContext(_ -> tell());
    }
    return this;
  }

  @Override
  public AnswerBody endHandler(@Nullable Handler<Void> handler) {
    this.endHandler = handler;
    return this;
  }

  @Override
  public AnswerBody pause() {
    demand = 0;
    response.pause();
    return this;
  }

  @Override
  public AnswerBody resume() {
    return fetch(Long.MAX_VALUE);
  }

  @Override
  public AnswerBody fetch(long amount) {
    demand = demand + amount < 0 ? Long.MAX_VALUE : demand + amount;
    waitingSince = System.nanoTime();
    if (demand == Long.MAX_VALUE) {
      response.resume();
    } else {
      response.fetch(amount);
    }
    return this;
  }
}
