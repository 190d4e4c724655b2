package io.sluice.server;

import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread on which reloads happen, every second and when asked for. Thread safe. */
final class ReloadThread implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ReloadThread.class);
  private static final long LOOK_MILLIS = 1000;
  private static final long CLOSE_MILLIS = 1000;

  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("sluice-reload").daemon().factory());
  private final AtomicBoolean asked = new AtomicBoolean();
  private final AtomicReference<@Nullable Reload> reload = new AtomicReference<>();

  /** Looks from now on. */
  void begin(Reload what) {
    reload.set(what);
    var _ = thread.scheduleWithFixedDelay(this::look, 0, LOOK_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Has everything read anew at once; before {@link #begin}, as soon as that is called. */
  void ask() {
    asked.set(true);
    try {
      thread.execute(this::look);
    } catch (RejectedExecutionException closed) {
      // The process is about to end.
    }
  }

  /** Ends a reload that is under way; none comes after. */
  @Override
  public void close() {
    thread.shutdownNow();
    try {
      if (!thread.awaitTermination(CLOSE_MILLIS, TimeUnit.MILLISECONDS)) {
        LOG.warn("a reload is still under way");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void look() {
    var what = reload.get();
    if (what == null) {
      return;
    }
    try {
      if (asked.getAndSet(false)) {
        what.lookAtOnce();
      } else {
        what.look();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      // Thrown, it would be the last look.
      LOG.error("looking at the configuration failed", e);
    }
  }
}
