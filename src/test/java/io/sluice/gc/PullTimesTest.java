package io.sluice.gc;

import static io.sluice.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Await;
import io.sluice.events.Event;
import io.sluice.events.EventPublisher;
import io.sluice.events.Occasion;
import io.sluice.oci.Digest;
import io.sluice.oci.MediaTypes;
import io.sluice.oci.RepositoryName;
import io.sluice.registry.Layout;
import io.sluice.store.memory.InterleavedStore;
import io.sluice.store.memory.MemoryObjectStore;
import io.sluice.testkit.WatchedLog;
import io.sluice.ulid.Ulids;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(WatchedLog.class)
class PullTimesTest {
  private static final RepositoryName APP = new RepositoryName("team/app");
  private static final RepositoryName OTHER = new RepositoryName("other/app");
  private static final Digest A = Facts.image("a");
  private static final Digest B = Facts.image("b");
  private static final Digest C = Facts.image("c");

  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final EventPublisher events = new EventPublisher(vertx);
  private final Ulids ulids = new Ulids(InstantSource.system());
  private final MemoryObjectStore memory = new MemoryObjectStore(vertx);
  private final InterleavedStore store = new InterleavedStore(memory);
  private final MemoryObjectStore otherStore = new MemoryObjectStore(vertx);
  private PullTimes times;

  @BeforeEach
  void listen() {
    times = listening(Duration.ofHours(1), 100);
  }

  @AfterEach
  void close() {
    Await.result(vertx.close());
  }

  private PullTimes listening(Duration interval, int mostWaiting) {
    return on(
        () ->
            Future.succeededFuture(
                new PullTimes(
                    vertx,
                    repository -> repository.equals(OTHER) ? otherStore : store,
                    ulids,
                    interval,
                    mostWaiting)));
  }

  private <T> T on(Callable<Future<T>> call) {
    return Await.result(
        Future.<T>future(
            promise ->
                context.runOnContext(
                    _ -> {
                      try {
                        call.call().onComplete(promise);
                      } catch (Exception e) {
                        promise.fail(e);
                      }
                    })));
  }

  private void pull(RepositoryName repository, Digest digest, String time) {
    publish(repository, digest, MediaTypes.OCI_MANIFEST, time);
  }

  private void publish(RepositoryName repository, Digest digest, String mediaType, String time) {
    on(
        () -> {
          events.publish(pulled(repository, digest, mediaType, time));
          return Future.succeededFuture();
        });
  }

  private Event pulled(RepositoryName repository, Digest digest, String mediaType, String time) {
    var occasion = Occasion.ofProcess(ulids.next(), at(time));
    return new Event.Pulled(occasion, repository, digest, digest, mediaType, 7, Duration.ZERO);
  }

  private static Instant at(String time) {
    return Instant.parse("2026-03-01T" + time + "Z");
  }

  private Map<Digest, Instant> read(RepositoryName repository) {
    return on(() -> PullRecords.read(repository.equals(OTHER) ? otherStore : memory, repository))
        .pulled();
  }

  private String content(String key) {
    return on(() -> memory.read(key)).toString();
  }

  @Test
  void pullsOfManifestsAreWrittenToTheMinute() {
    pull(APP, A, "10:00:59.999");
    pull(APP, B, "10:01:00");
    publish(APP, C, "application/octet-stream", "10:01:00");
    on(times::flush);

    assertThat(memory.keys()).singleElement().asString().startsWith(Layout.pulls(APP));
    assertThat(content(memory.keys().getFirst()))
        .isEqualTo(A + " 2026-03-01T10:00:00Z\n" + B + " 2026-03-01T10:01:00Z\n");
    assertThat(read(APP)).isEqualTo(Map.of(A, at("10:00:00"), B, at("10:01:00")));
  }

  @Test
  void eachRepositoryIsWrittenIntoItsOwnStore() {
    pull(APP, A, "10:00:00");
    pull(OTHER, B, "10:00:00");
    on(times::flush);

    assertThat(read(APP)).containsOnlyKeys(A);
    assertThat(read(OTHER)).containsOnlyKeys(B);
  }

  @Test
  void whatWasWrittenIsNotWrittenAgainInTheSameMinute() {
    pull(APP, A, "10:00:01");
    pull(APP, A, "10:00:02");
    on(times::flush);
    pull(APP, A, "10:00:03");
    on(times::flush);
    assertThat(memory.keys()).hasSize(1);

    pull(APP, A, "10:01:00");
    on(times::flush);

    assertThat(memory.keys()).hasSize(2);
    assertThat(read(APP)).containsEntry(A, at("10:01:00"));
  }

  @Test
  void theyAreWrittenOnceInAnInterval() {
    listening(Duration.ofMillis(5), 100);
    pull(APP, A, "10:00:00");

    eventually(() -> read(APP), pulled -> assertThat(pulled).containsEntry(A, at("10:00:00")));
  }

  @Test
  void whatIsWaitingIsWrittenAtTheEnd() {
    pull(APP, A, "10:00:00");
    on(times::close);
    pull(APP, B, "10:00:00");
    on(times::flush);

    assertThat(read(APP)).containsOnlyKeys(A);
  }

  @Test
  void whatWasBeingWrittenAtTheEndIsTriedOnceMore() {
    pull(APP, A, "10:00:00");
    store.failAfter(0);
    on(
        () -> {
          var unused = times.flush();
          return times.close();
        });

    assertThat(memory.keys()).hasSize(2).allSatisfy(it -> assertThat(content(it)).contains("" + A));
  }

  @Test
  void whatCouldNotBeWrittenIsWrittenLaterWithWhatCameMeanwhile() {
    pull(APP, A, "10:00:00");
    pull(APP, B, "10:00:00");
    pull(OTHER, A, "10:00:00");
    failFlush();
    pull(APP, A, "10:05:00");
    on(times::flush);

    assertThat(read(APP)).isEqualTo(Map.of(A, at("10:05:00"), B, at("10:00:00")));
    assertThat(read(OTHER)).containsOnlyKeys(A);
    assertThat(otherStore.keys()).hasSize(1);
  }

  private void failFlush() {
    store.failAfter(0);
    on(times::flush);
    on(() -> memory.delete(memory.keys()));
  }

  @Test
  void whenTooManyWaitTheyAreWrittenAtOnce() {
    var unused = listening(Duration.ofHours(1), 2);
    pull(APP, A, "10:00:00");
    assertThat(memory.keys()).isEmpty();
    pull(APP, B, "10:00:00");

    eventually(() -> read(APP), pulled -> assertThat(pulled).containsOnlyKeys(A, B));
  }

  @Test
  void whileTheStoreFailsTheOldestAreLost() {
    on(times::close);
    times = listening(Duration.ofHours(1), 2);
    pull(APP, A, "10:00:00");
    failFlush();
    pull(APP, B, "10:01:00");
    pull(APP, A, "10:02:00");
    pull(APP, C, "10:03:00");
    assertThat(memory.keys()).isEmpty();
    on(times::flush);

    assertThat(read(APP)).isEqualTo(Map.of(A, at("10:02:00"), C, at("10:03:00")));
  }

  @Test
  void whatComesWhileOthersAreWrittenIsWrittenNext() {
    pull(APP, A, "10:00:00");
    store.after(
        0,
        () -> {
          events.publish(pulled(APP, B, MediaTypes.OCI_INDEX, "10:01:00"));
          return Future.succeededFuture();
        });
    on(times::flush);
    assertThat(read(APP)).containsOnlyKeys(A);
    on(times::flush);

    assertThat(read(APP)).containsOnlyKeys(A, B);
    assertThat(memory.keys()).hasSize(2);
  }

  @Test
  void ofWhatCouldNotBeWrittenTheOldestIsLostAndNotWhatWasPulledAgain() {
    on(times::close);
    times = listening(Duration.ofHours(1), 2);
    pull(APP, A, "10:00:00");
    failFlush();
    pull(APP, B, "10:01:00");
    store.failAfter(0);
    on(
        () -> {
          // They come when the writing has begun.
          events.publish(pulled(APP, A, MediaTypes.OCI_MANIFEST, "10:02:00"));
          events.publish(pulled(APP, C, MediaTypes.OCI_MANIFEST, "10:03:00"));
          return times.flush();
        });
    on(() -> memory.delete(memory.keys()));
    on(times::flush);

    assertThat(read(APP)).isEqualTo(Map.of(A, at("10:02:00"), C, at("10:03:00")));
  }
}
