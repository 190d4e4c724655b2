package io.sluice.gc;

import io.sluice.events.Event;
import io.sluice.oci.Digest;
import io.sluice.oci.RepositoryName;
import io.sluice.registry.Layout;
import io.sluice.store.ObjectStore;
import io.sluice.ulid.Ulids;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes down when manifests were pulled, to the minute, for {@link PullRecords} to read. Confined
 * to the context that it was made on.
 *
 * <p>What is pulled is remembered and, once in an interval, written: one object for each repository
 * that had pulls. So what was pulled right before a crash is lost; a failing store only delays it,
 * until too much is waiting.
 */
final class PullTimes {
  static final Duration INTERVAL = Duration.ofMinutes(1);

  /** How many manifests may wait to be written, about 5 MB. */
  static final int MOST_WAITING = 20_000;

  private static final Logger LOG = LoggerFactory.getLogger(PullTimes.class);
  private static final String PULLS = Event.ADDRESS_PREFIX + "pull";
  private static final String BLOB = "application/octet-stream";

  /** How many objects are written at once. */
  private static final int LANES = 16;

  private final Vertx vertx;
  private final Function<RepositoryName, ObjectStore> stores;
  private final Ulids ulids;
  private final int mostWaiting;
  private final MessageConsumer<Event> consumer;
  private final long timer;

  // In the order of the minutes, so that the first is the oldest.
  private Map<Pull, Instant> waiting = new LinkedHashMap<>();
  // What has been written of the latest minute, which need not be written again; it does no harm.
  private final Map<Pull, Instant> written = new LinkedHashMap<>();
  private Future<Void> writing = Future.succeededFuture();
  private boolean failing;
  private boolean dropping;

  private record Pull(RepositoryName repository, Digest digest) {}

  /**
   * Listens from now on.
   *
   * @param stores the store of a repository
   */
  PullTimes(Vertx vertx, Function<RepositoryName, ObjectStore> stores, Ulids ulids) {
    this(vertx, stores, ulids, INTERVAL, MOST_WAITING);
  }

  PullTimes(
      Vertx vertx,
      Function<RepositoryName, ObjectStore> stores,
      Ulids ulids,
      Duration interval,
      int mostWaiting) {
    this.vertx = vertx;
    this.stores = stores;
    this.ulids = ulids;
    this.mostWaiting = mostWaiting;
    this.consumer =
        vertx.eventBus().localConsumer(PULLS, message -> accept((Event.Pulled) message.body()));
    this.timer = vertx.setPeriodic(interval.toMillis(), _ -> flush());
  }

  private void accept(Event.Pulled pulled) {
    if (pulled.mediaType().equals(BLOB)) {
      return;
    }
    var pull = new Pull(pulled.repository(), pulled.digest());
    var minute = pulled.occasion().time().truncatedTo(ChronoUnit.MINUTES);
    if (!isNewer(minute, written.get(pull)) || !isNewer(minute, waiting.get(pull))) {
      return;
    }
    waiting.remove(pull);
    waiting.put(pull, minute);
    if (waiting.size() > mostWaiting) {
      dropOldest();
    }
    if (waiting.size() == mostWaiting && !failing) {
      flush();
    }
  }

  private static boolean isNewer(Instant minute, @org.jspecify.annotations.Nullable Instant than) {
    return than == null || minute.isAfter(than);
  }

  private void dropOldest() {
    var oldest = waiting.entrySet().iterator();
    while (waiting.size() > mostWaiting) {
      oldest.next();
      oldest.remove();
    }
    if (!dropping) {
      dropping = true;
      LOG.atWarn()
          .addKeyValue("manifests", mostWaiting)
          .log("times of pulls are lost: too many wait to be written");
    }
  }

  /** Writes what is waiting; never fails. What could not be written waits again. */
  Future<Void> flush() {
    if (!writing.isComplete() || waiting.isEmpty()) {
      return writing;
    }
    var batch = waiting;
    waiting = new LinkedHashMap<>();
    var objects = new LinkedHashMap<RepositoryName, Map<Pull, Instant>>();
    batch.forEach(
        (pull, minute) ->
            objects.computeIfAbsent(pull.repository, _ -> new LinkedHashMap<>()).put(pull, minute));
    var run = new Run(List.copyOf(objects.values()));
    writing = run.all().onSuccess(_ -> finish(run)).mapEmpty();
    return writing;
  }

  private void finish(Run run) {
    failing = !run.failed.isEmpty();
    dropping &= failing;
    written.values().removeIf(minute -> minute.isBefore(run.latest));
    if (failing) {
      // They are older than what has come meanwhile, except where that is the same manifest.
      var again = run.failed;
      waiting.forEach(
          (pull, minute) -> {
            again.remove(pull);
            again.put(pull, minute);
          });
      waiting = again;
      if (waiting.size() > mostWaiting) {
        dropOldest();
      }
    }
  }

  /** Stops listening, and writes what is waiting; succeeds also when that can't be written. */
  Future<Void> close() {
    vertx.cancelTimer(timer);
    return consumer.unregister().transform(_ -> writing).compose(_ -> flush());
  }

  /** One writing of what was waiting. */
  private final class Run {
    final Map<Pull, Instant> failed = new LinkedHashMap<>();
    Instant latest = Instant.MIN;
    private final List<Map<Pull, Instant>> objects;
    private int next;

    Run(List<Map<Pull, Instant>> objects) {
      this.objects = objects;
    }

    Future<?> all() {
      var lanes = new ArrayList<Future<?>>();
      for (int i = 0; i < Math.min(LANES, objects.size()); i++) {
        lanes.add(lane());
      }
      return Future.all(lanes);
    }

    private Future<Void> lane() {
      if (next == objects.size()) {
        return Future.succeededFuture();
      }
      return write(objects.get(next++)).compose(_ -> lane());
    }

    /** Succeeds in any case. */
    private Future<Void> write(Map<Pull, Instant> pulls) {
      var repository = pulls.keySet().iterator().next().repository;
      return stores
          .apply(repository)
          .put(Layout.pulls(repository) + ulids.next(), lines(pulls))
          .onSuccess(_ -> succeeded(pulls))
          .recover(
              cause -> {
                failed(repository, pulls, cause);
                return Future.succeededFuture();
              });
    }

    private void succeeded(Map<Pull, Instant> pulls) {
      if (written.size() > mostWaiting) {
        written.clear();
      }
      written.putAll(pulls);
      for (var minute : pulls.values()) {
        latest = minute.isAfter(latest) ? minute : latest;
      }
    }

    private void failed(RepositoryName repository, Map<Pull, Instant> pulls, Throwable cause) {
      if (failed.isEmpty()) {
        LOG.atWarn()
            .setCause(cause)
            .addKeyValue("repository", repository)
            .log("times of pulls could not be written; they are kept for the next try");
      }
      failed.putAll(pulls);
    }

    private static ByteBuffer lines(Map<Pull, Instant> pulls) {
      var text = new StringBuilder();
      pulls.forEach((pull, minute) -> PullRecords.line(text, pull.digest, minute));
      return ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.US_ASCII));
    }
  }
}
