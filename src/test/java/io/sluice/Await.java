package io.sluice;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What a test's own thread, which is not Vert.x's, asks of asynchronous code. */
public final class Await {
  private static final int SECONDS = 30;

  private Await() {}

  /** The result of a call that is made on a new context; throws what the future fails with. */
  public static <T> T on(Vertx vertx, Callable<Future<T>> call) {
    return result(
        Future.<T>future(
            promise ->
                vertx.runOnContext(
                    _ -> {
                      try {
                        call.call().onComplete(promise);
                      } catch (Exception | AssertionError e) {
                        promise.fail(e);
                      }
                    })));
  }

  /** The result of a future; throws what it fails with. */
  public static <T> T result(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw sneaky(e.getCause() == null ? e : e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    } catch (TimeoutException e) {
      throw new AssertionError("no answer within " + SECONDS + " s", e);
    }
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <E extends Throwable> RuntimeException sneaky(Throwable cause) throws E {
    throw (E) cause;
  }
}
