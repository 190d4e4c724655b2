package io.sluice.server;

import io.sluice.config.LoadedConfig;
import io.sluice.config.SluiceConfig;
import io.sluice.events.EventPublisher;
import io.sluice.log.Logging;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A registry that is the whole of a process: from its start until a signal ends it. SIGTERM and
 * SIGINT stop it in order; a second one ends the process at once. SIGHUP and changed files make it
 * take over a new configuration ({@link Reload}).
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
  public static boolean run(LoadedConfig loaded, Consumer<SluiceServer> started)
      throws InterruptedException {
    var config = loaded.config();
    var refusal = Supported.refusal(config);
    if (refusal.isPresent()) {
      throw new StartFailure(refusal.get());
    }
    var signalled = new CompletableFuture<String>();
    onSignal("TERM", signalled);
    onSignal("INT", signalled);
    var vertx = Vertx.vertx(SluiceServer.vertxOptions());
    var events = new EventPublisher(vertx);
    try (var reloads = new ReloadThread()) {
      handle(
          "HUP",
          _ -> {
            LOG.info("SIGHUP: reading the configuration and its files, opening the log anew");
            reloads.ask();
          });
      config.warnings().forEach(LOG::warn);
      // Before the server reads the files.
      var watch = Reload.watchFor(loaded);
      var server = start(vertx, config);
      started.accept(server);
      var reports = new ReloadReports(events::publish, InstantSource.system());
      reloads.begin(new Reload(loaded, watch, server::reconfigure, Logging::start, reports));
      var signal = await(signalled);
      reloads.close();
      return stop(server, config, signal);
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

  private static String await(CompletableFuture<String> signalled) throws InterruptedException {
    try {
      return signalled.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean stop(SluiceServer server, SluiceConfig config, String signal)
      throws InterruptedException {
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
    handle(
        name,
        number -> {
          if (!signalled.complete("SIG" + name)) {
            Runtime.getRuntime().halt(KILLED + number);
          }
        });
  }

  private static void handle(String name, IntConsumer handler) {
    if (!Signals.handle(name, handler)) {
      LOG.atWarn().addKeyValue("signal", name).log("this JVM doesn't let the signal be handled");
    }
  }
}
