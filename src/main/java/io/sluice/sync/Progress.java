package io.sluice.sync;

import io.sluice.events.Event;
import io.sluice.events.Event.Stage;
import io.sluice.events.Occasion;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far one download has come, and who is told of it. Confined to the sync verticle's context.
 */
final class Progress {
  private static final Logger LOG = LoggerFactory.getLogger(Progress.class);
  private static final long NO_TIMER = -1;

  private final Downloads.Shared shared;
  private final Downloads.Key key;
  private final Instant since;
  private final long start = System.nanoTime();
  private String upstream = "";
  private @Nullable Spool spool;
  private long size = -1;
  private long timer = NO_TIMER;

  Progress(Downloads.Shared shared, Downloads.Key key) {
    this.shared = shared;
    this.key = key;
    this.since = Instant.now();
  }

  void asking(String host) {
    upstream = host;
  }

  void begun(Spool opened, long known) {
    spool = opened;
    size = known;
    tell(Stage.STARTED, Optional.empty());
    timer =
        shared
            .vertx()
            .setPeriodic(
                shared.progressInterval().toMillis(), _ -> tell(Stage.PROGRESS, Optional.empty()));
  }

  /** It is over; without a cause, all is well. */
  void ended(@Nullable Throwable cause) {
    if (timer != NO_TIMER) {
      shared.vertx().cancelTimer(timer);
      timer = NO_TIMER;
    }
    if (cause != null && !upstream.isEmpty()) {
      LOG.atWarn()
          .addKeyValue("repository", key.repository())
          .addKeyValue("digest", key.digest())
          .addKeyValue("upstream", upstream)
          .addKeyValue("error", cause.getMessage())
          .log("a blob could not be fetched");
      tell(Stage.FAILED, Optional.of(String.valueOf(cause.getMessage())));
    } else if (spool != null) {
      tell(Stage.FINISHED, Optional.empty());
    }
  }

  String upstream() {
    return upstream;
  }

  Instant since() {
    return since;
  }

  long received() {
    return spool == null ? 0 : spool.received();
  }

  /** Empty while the upstream has not said it. */
  Optional<Long> size() {
    return size < 0 ? Optional.empty() : Optional.of(size);
  }

  private void tell(Stage stage, Optional<String> error) {
    shared
        .events()
        .publish(
            new Event.Synced(
                Occasion.ofProcess(shared.ulids().next(), Instant.now()),
                key.repository(),
                key.digest(),
                upstream,
                stage,
                Optional.empty(),
                received(),
                size(),
                Duration.ofNanos(System.nanoTime() - start),
                error));
  }
}
