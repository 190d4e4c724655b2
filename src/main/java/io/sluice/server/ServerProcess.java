package io.sluice.server;

import io.sluice.config.SluiceConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A registry that is the whole of a process: from its start until a signal ends it. SIGTERM and
 * SIGINT stop it in order; a second one ends the process at once.
 */
public final class ServerProcess {
  private static final Logger LOG = LoggerFactory.getLogger(ServerProcess.class);

  /** What stopping may take beyond the time that requests under way are given. */
  private static final Duration STOP_MARGIN = Duration.ofSeconds(15);

  private static final int KILLED = 128;

  private ServerProcess() {}

  /**
   * Starts a registry, waits for a signal, and stops it. Blocks the calling thread, which must be
   * none of Vert.x's.
   *
   * @param started called once it serves
   * @return whether it stopped in order and in time
   * @throws StartFailure when it can't be started
   */
  public static boolean run(SluiceConfig config, Consumer<SluiceServer> started)
      throws InterruptedException {
    var refusal = Supported.refusal(config);
    if (refusal.isPresent()) {
      throw new StartFailure(refusal.get());
    }
    var signalled = new CompletableFuture<String>();
    onSignal("TERM", signalled);
    onSignal("INT", signalled);
    var vertx = Vertx.vertx(SluiceServer.vertxOptions());
    try {
      config.warnings().forEach(LOG::warn);
      var server = start(vertx, config);
      started.accept(server);
      return waitAndStop(server, config, signalled);
    } finally {
      wait(vertx.close(), STOP_MARGIN);
    }
  }

  private static SluiceServer start(Vertx vertx, SluiceConfig config) throws InterruptedException {
    try {
      return SluiceServer.start(vertx, config).toCompletionStage().toCompletableFuture().get();
    } catch (ExecutionException e) {
      throw StartFailure.of(e.getCause() == null ? e : e.getCause(), config);
    }
  }

  private static boolean waitAndStop(
      SluiceServer server, SluiceConfig config, CompletableFuture<String> signalled)
      throws InterruptedException {
    String signal;
    try {
      signal = signalled.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
    LOG.atInfo().addKeyValue("signal", signal).log("stopping");
    long start = System.nanoTime();
    boolean inTime = wait(server.stop(), config.sluice().shutdown().timeout().plus(STOP_MARGIN));
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    if (inTime) {
      LOG.atInfo().addKeyValue("ms", millis).log("stopped");
    } else {
      LOG.atError().addKeyValue("ms", millis).log("stopping took too long or failed");
    }
    return inTime;
  }

  private static boolean wait(Future<?> future, Duration atMost) throws InterruptedException {
    try {
      future
          .toCompletionStage()
          .toCompletableFuture()
          .get(atMost.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (ExecutionException e) {
      LOG.atError().setCause(e.getCause()).log("stopping failed");
      return false;
    } catch (TimeoutException e) {
      return false;
    }
  }

  /** The first signal asks for an orderly stop, the second doesn't ask. */
  private static void onSignal(String name, CompletableFuture<String> signalled) {
    boolean handled =
        Signals.handle(
            name,
            number -> {
              if (!signalled.complete("SIG" + name)) {
                Runtime.getRuntime().halt(KILLED + number);
              }
            });
    if (!handled) {
      LOG.atWarn().addKeyValue("signal", name).log("this JVM doesn't let the signal be handled");
    }
  }
}
