package io.sluice.store.s3;

import io.sluice.oci.RegistryError.StoreUnavailable;
import io.sluice.oci.RegistryException;
import io.sluice.store.ObjectNotFound;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes calls to S3: within a window, again when a failure passes, until a deadline. Thread safe;
 * futures complete on the caller's context. They fail as {@link io.sluice.store.ObjectStore}
 * promises.
 */
final class S3Calls {

  /*
   * Every call here may be repeated: names are written once, so the second of two equal calls changes nothing. (A
   * CreateMultipartUpload that is repeated may leave an upload that nobody knows, which is found later by its age.)
   * The SDK's own retries are off: they are counted in attempts, and an outage is measured in seconds.
   *
   * The wait before attempt n is drawn evenly from 0 to BASE * 2^n ("full jitter": AWS Architecture Blog, "Exponential
   * Backoff And Jitter", 2015), so that those who failed together don't come back together.
   */
  private static final Logger LOG = LoggerFactory.getLogger(S3Calls.class);

  private static final long BASE_MILLIS = 50;
  private static final long LONGEST_MILLIS = 3000;
  private static final long WARN_EVERY_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Vertx vertx;
  private final Credentials credentials;
  private final boolean traced;
  private final AtomicLong warnedAt = new AtomicLong(System.nanoTime() - WARN_EVERY_NANOS);

  /**
   * @param traced whether every call is logged, for whoever looks into what the store does
   */
  S3Calls(Vertx vertx, Credentials credentials, boolean traced) {
    this.vertx = vertx;
    this.credentials = credentials;
    this.traced = traced;
  }

  /** An answer that says no, where the caller knows better what that means; see {@link #run}. */
  static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient S3Failure failure;

    Refused(S3Failure failure) {
      super(
          failure.kind().reason + ": " + failure.code() + " " + failure.detail(),
          null,
          false,
          false);
      this.failure = failure;
    }

    S3Failure failure() {
      return failure;
    }
  }

  /**
   * Makes a call.
   *
   * @param what the operation by S3's name, for the log
   * @param within how long it may take in all, with waiting and repeating
   * @param attempt begins the call anew each time
   */
  <T> Future<T> run(
      String what, Window window, Duration within, Supplier<CompletableFuture<T>> attempt) {
    return attempt(what, window, within, attempt)
        .recover(
            cause -> Future.failedFuture(cause instanceof Refused it ? told(what, it) : cause));
  }

  /** The same, failing with {@link Refused} however the store or the network refused it. */
  <T> Future<T> attempt(
      String what, Window window, Duration within, Supplier<CompletableFuture<T>> attempt) {
    var call = new Call<>(what, window, System.nanoTime() + within.toNanos(), attempt);
    call.enter();
    return call.promise.future();
  }

  /** What the callers of a store know instead; tells the operator. */
  private RuntimeException told(String what, Refused refused) {
    var failure = refused.failure();
    if (failure.kind() == S3Failure.Kind.NOT_FOUND) {
      return new ObjectNotFound(failure.code());
    }
    warn("S3 failed", what, failure);
    return new RegistryException(new StoreUnavailable(failure.kind().reason));
  }

  /** One warning every ten seconds: an outage is one thing to know, not one per call. */
  private void warn(String message, String what, S3Failure failure) {
    long now = System.nanoTime();
    long before = warnedAt.get();
    var level =
        now - before >= WARN_EVERY_NANOS && warnedAt.compareAndSet(before, now)
            ? LOG.atWarn()
            : LOG.atDebug();
    level
        .addKeyValue("operation", what)
        .addKeyValue("code", failure.code())
        .addKeyValue("error", failure.detail())
        .log(message + ": " + failure.kind().reason);
  }

  /** A call with its repetitions. Confined to the caller's context. */
  private final class Call<T> {
    private final String what;
    private final Window window;
    private final long deadline;
    private final Supplier<CompletableFuture<T>> attempt;
    private final ContextInternal context = (ContextInternal) vertx.getOrCreateContext();
    private final Promise<T> promise = context.promise();
    private int attempts;
    private long begun;

    Call(String what, Window window, long deadline, Supplier<CompletableFuture<T>> attempt) {
      this.what = what;
      this.window = window;
      this.deadline = deadline;
      this.attempt = attempt;
    }

    private long leftMillis() {
      return TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
    }

    void enter() {
      window
          .enter(vertx, leftMillis())
          .onSuccess(_ -> sign())
          .onFailure(timeout -> promise.fail(new Refused(S3Failure.of(timeout))));
    }

    private void sign() {
      credentials
          .ready()
          .onComplete(
              result -> {
                if (result.succeeded()) {
                  onContext(this::begin);
                } else {
                  onContext(() -> ended(CompletableFuture.failedFuture(result.cause())));
                }
              });
    }

    /** Others may have begun the lookup that this call has waited for. */
    private void onContext(Runnable action) {
      if (vertx.getOrCreateContext() == context) {
        action.run();
      } else {
        context.runOnContext(_ -> action.run());
      }
    }

    private void begin() {
      if (leftMillis() <= 0) {
        // The process stood still while the call waited. A write that took effect now would come
        // too late for those who have reckoned with the deadline.
        ended(CompletableFuture.failedFuture(new TimeoutException("its time had passed")));
        return;
      }
      attempts++;
      begun = System.nanoTime();
      CompletableFuture<T> answer;
      try {
        answer = attempt.get();
      } catch (RuntimeException e) {
        answer = CompletableFuture.failedFuture(e);
      }
      if (answer.isDone()) {
        ended(answer);
        return;
      }
      var cancelled = answer;
      long timer = vertx.setTimer(Math.max(1, leftMillis()), _ -> cancelled.cancel(true));
      var _ =
          answer.whenComplete(
              (_, _) ->
                  context.runOnContext(
                      _ -> {
                        vertx.cancelTimer(timer);
                        ended(cancelled);
                      }));
    }

    private void ended(CompletableFuture<T> answer) {
      var thrown = failureOf(answer);
      if (thrown == null) {
        window.leave();
        trace("ok");
        promise.complete(answer.resultNow());
        return;
      }
      var failure = S3Failure.of(thrown);
      if (failure.kind() == S3Failure.Kind.CREDENTIALS) {
        credentials.doubt();
      }
      trace(failure.code().isEmpty() ? failure.detail() : failure.code());
      if (failure.kind() == S3Failure.Kind.THROTTLED) {
        window.leaveThrottled();
      } else {
        window.leave();
      }
      retryOrFail(failure);
    }

    private void trace(String outcome) {
      if (traced) {
        LOG.atInfo()
            .addKeyValue("operation", what)
            .addKeyValue("attempt", attempts)
            .addKeyValue("ms", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun))
            .addKeyValue("outcome", outcome)
            .log("S3 call");
      }
    }

    private @Nullable Throwable failureOf(CompletableFuture<T> answer) {
      return switch (answer.state()) {
        case FAILED -> answer.exceptionNow();
        case CANCELLED -> new TimeoutException();
        default -> null;
      };
    }

    private void retryOrFail(S3Failure failure) {
      long pause = pause(failure);
      if (!mayPass(failure) || leftMillis() <= pause) {
        promise.fail(new Refused(failure));
        return;
      }
      warn("S3 is asked again", what, failure);
      vertx.setTimer(Math.max(1, pause), _ -> enter());
    }

    /** Clocks are set right by the SDK, and credentials renewed, when the store complains once. */
    private boolean mayPass(S3Failure failure) {
      return switch (failure.kind()) {
        case SKEWED, CREDENTIALS -> attempts == 1 && !failure.code().isEmpty();
        default -> failure.kind().passing;
      };
    }

    private long pause(S3Failure failure) {
      long base = failure.kind() == S3Failure.Kind.THROTTLED ? 4 * BASE_MILLIS : BASE_MILLIS;
      long most = Math.min(LONGEST_MILLIS, base << Math.min(attempts, 10));
      return ThreadLocalRandom.current().nextLong(most + 1);
    }
  }
}
