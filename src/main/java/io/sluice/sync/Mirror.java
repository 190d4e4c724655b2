package io.sluice.sync;

import io.sluice.bus.Bus;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Fetches what is to be mirrored, at each upstream's {@code pollInterval}. Confined to the sync
 * verticle's context.
 *
 * <p>Runs of one upstream never overlap: one that takes longer than the interval is followed by the
 * next soon after its end.
 */
final class Mirror {
  private static final Logger LOG = LoggerFactory.getLogger(Mirror.class);

  /** The first run begins after one to two times this, or after the interval if that is shorter. */
  private static final Duration FIRST = Duration.ofSeconds(2);

  /** Of the interval, as jitter to both sides, and as the shortest pause between two runs. */
  private static final double TENTH = 0.1;

  private final Vertx vertx;
  private final MirrorRun.Shared shared;
  private final Map<Remote, Schedule> schedules = new HashMap<>();
  private boolean closed;

  Mirror(Vertx vertx, Bus bus, Remotes remotes, Intake intake, Downloads downloads) {
    this.vertx = vertx;
    this.shared = new MirrorRun.Shared(bus, remotes, intake, downloads, new WholeImages());
  }

  /** Goes by these from now on; those that are no longer among them are left at once. */
  void use(List<Remote> remotes) {
    if (closed) {
      return;
    }
    schedules
        .entrySet()
        .removeIf(
            entry -> {
              boolean leaves = !remotes.contains(entry.getKey());
              if (leaves) {
                entry.getValue().stop();
              }
              return leaves;
            });
    for (var remote : remotes) {
      remote
          .config()
          .pollInterval()
          .ifPresent(
              interval ->
                  schedules.computeIfAbsent(remote, _ -> new Schedule(remote, interval)).start());
    }
  }

  /** How the mirror of an upstream stands, if it is one. */
  Optional<SyncState.MirrorState> state(Remote remote) {
    return Optional.ofNullable(schedules.get(remote)).map(Schedule::state);
  }

  /** Nothing more is begun. */
  void close() {
    closed = true;
    schedules.values().forEach(Schedule::stop);
    schedules.clear();
  }

  private final class Schedule {
    private final Remote remote;
    private final Duration interval;
    private final Timers timers = new Timers(vertx);
    private @Nullable MirrorRun running;
    private @Nullable Instant last;
    private @Nullable Instant next;
    private int taken;
    private int failed;

    Schedule(Remote remote, Duration interval) {
      this.remote = remote;
      this.interval = interval;
    }

    /** Does nothing the second time. */
    void start() {
      if (next == null && running == null) {
        var soon = times(FIRST, 1 + ThreadLocalRandom.current().nextDouble());
        plan(soon.compareTo(interval) < 0 ? soon : interval);
      }
    }

    private void plan(Duration delay) {
      next = Instant.now().plus(delay);
      timers.after(delay).onSuccess(_ -> begin());
    }

    private void begin() {
      var run = new MirrorRun(shared, remote, timers);
      running = run;
      next = null;
      last = Instant.now();
      long start = System.nanoTime();
      run.run()
          .onComplete(
              result -> ended(run, Duration.ofNanos(System.nanoTime() - start), result.cause()));
    }

    private void ended(MirrorRun run, Duration took, @Nullable Throwable cause) {
      if (running != run) {
        return;
      }
      running = null;
      taken = run.taken();
      failed = run.failed();
      tell(took, cause);
      double jitter = 1 - TENTH + 2 * TENTH * ThreadLocalRandom.current().nextDouble();
      var left = times(interval, jitter).minus(took);
      var least = times(interval, TENTH);
      plan(left.compareTo(least) > 0 ? left : least);
    }

    private void tell(Duration took, @Nullable Throwable cause) {
      var event =
          LOG.atLevel(cause != null ? Level.WARN : taken + failed > 0 ? Level.INFO : Level.DEBUG)
              .addKeyValue("upstream", remote.upstream().name())
              .addKeyValue("taken", taken)
              .addKeyValue("failed", failed)
              .addKeyValue("ms", took.toMillis());
      if (cause == null) {
        event.log("mirrored");
      } else {
        event.addKeyValue("error", cause.getMessage()).log("the mirror gave up");
      }
    }

    void stop() {
      timers.stop();
      if (running != null) {
        running.stop();
        running = null;
      }
    }

    SyncState.MirrorState state() {
      return new SyncState.MirrorState(
          running != null, Optional.ofNullable(last), Optional.ofNullable(next), taken, failed);
    }
  }

  private static Duration times(Duration duration, double factor) {
    return Duration.ofMillis((long) (duration.toMillis() * factor));
  }
}
