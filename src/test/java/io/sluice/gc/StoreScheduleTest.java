package io.sluice.gc;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Await;
import io.sluice.config.GcConfig;
import io.sluice.config.RetentionConfig;
import io.sluice.events.Event;
import io.sluice.oci.Digest;
import io.sluice.oci.RepositoryName;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When a store is collected, by a clock that the test turns. */
class StoreScheduleTest {
  private static final RepositoryName APP = new RepositoryName("team/app");
  private static final GcTotals WAITING = new GcTotals(1, 0, 0, 0, 0, 0, 0, 0, 7);

  private final Vertx vertx = Vertx.vertx();
  private final List<Event> events = new CopyOnWriteArrayList<>();
  private ScheduledStore it = new ScheduledStore(vertx);
  private Instant start = it.alarms.now();

  @BeforeEach
  void fresh() {
    it = new ScheduledStore(vertx);
    start = it.alarms.now();
    for (var kind : List.of("gc", "delete")) {
      vertx
          .eventBus()
          .<Event>localConsumer(Event.ADDRESS_PREFIX + kind, message -> events.add(message.body()));
    }
  }

  @AfterEach
  void close() {
    Await.result(vertx.close());
  }

  private StoreSchedule start(String process) {
    var schedule = it.process(process);
    it.does(schedule::start);
    return schedule;
  }

  private GcState.StoreState state(StoreSchedule schedule) {
    return it.asks(schedule::state);
  }

  @Test
  void theFirstRunComesWithinMinutesAndTheOthersAfterTheInterval() {
    start("a");
    it.pass(Duration.ofHours(3));
    assertThat(it.minutesSince(start)).containsExactly(1L, 61L, 121L);
  }

  @Test
  void theFirstRunIsNeverLaterThanTheInterval() {
    it.every(Duration.ofSeconds(20));
    it.alarms.random = 0.99;
    start("a");
    it.pass(Duration.ofSeconds(21));
    assertThat(it.runs).hasSize(1);
  }

  @Test
  void chanceDelaysARunByATenthOfTheIntervalAtMost() {
    it.alarms.random = 0.999;
    start("a");
    it.pass(Duration.ofMinutes(142));
    assertThat(it.minutesSince(start)).containsExactly(9L, 75L, 141L);
  }

  @Test
  void aRestartDoesNotBeginTheIntervalAnew() {
    var before = start("a");
    it.pass(Duration.ofMinutes(30));
    it.does(before::close);
    start("b");
    it.pass(Duration.ofMinutes(40));
    assertThat(it.minutesSince(start)).containsExactly(1L, 61L);
  }

  @Test
  void twoReplicasShareTheRuns() {
    start("a");
    it.alarms.random = 0.5;
    start("b");
    it.pass(Duration.ofMinutes(58));
    assertThat(it.minutesSince(start)).containsExactly(1L);
    it.pass(Duration.ofHours(1));
    assertThat(it.runs).hasSize(2);
  }

  @Test
  void zeroMeansNeverByItself() {
    it.every(Duration.ZERO);
    var schedule = start("a");
    it.pass(Duration.ofDays(30));
    assertThat(it.runs).isEmpty();
    assertThat(state(schedule).next()).isEmpty();

    it.does(() -> schedule.run(false));
    assertThat(it.runs).hasSize(1);
  }

  @Test
  void aRunStartsOnlyWithinTheWindowAndMayPassItsEnd() {
    it.within("22:00-22:30");
    var schedule = start("a");
    it.pass(Duration.ofHours(9).plusMinutes(59));
    assertThat(it.runs).isEmpty();
    assertThat(state(schedule).next()).contains(Instant.parse("2026-11-24T22:00:00Z"));
    it.pass(Duration.ofDays(1));
    assertThat(it.minutesSince(start)).containsExactly(600L);
    it.pass(Duration.ofMinutes(2));
    assertThat(it.runs).hasSize(2);
  }

  @Test
  void whoAsksIsNotHeldUpByTheWindow() {
    it.within("22:00-22:30");
    var schedule = start("a");
    it.does(() -> schedule.run(true));
    assertThat(it.runs).singleElement().matches(ScheduledStore.Run::confirmed);
  }

  @Test
  void whatWaitsForItsTimeIsTakenByAtMostThreeRunsBeforeTheRegularOne() {
    it.every(Duration.ofHours(2));
    it.ending = () -> Future.succeededFuture(WAITING);
    start("a");
    it.pass(Duration.ofMinutes(60));
    // Twice the grace of five minutes, and one more.
    assertThat(it.minutesSince(start)).containsExactly(1L, 12L, 23L, 34L);
    it.pass(Duration.ofHours(2));
    assertThat(it.minutesSince(start)).endsWith(34L, 154L, 165L, 176L);
  }

  @Test
  void aFollowUpComesWhenWhatCouldBeUndoneHasExpired() {
    it.undo = Duration.ofMinutes(30);
    it.ending = () -> Future.succeededFuture(it.runs.size() == 1 ? WAITING : GcTotals.NONE);
    start("a");
    it.pass(Duration.ofMinutes(59));
    assertThat(it.minutesSince(start)).containsExactly(1L, 32L);
  }

  @Test
  void aFollowUpThatWouldComeAfterTheRegularRunIsNone() {
    it.undo = Duration.ofHours(2);
    it.ending = () -> Future.succeededFuture(WAITING);
    start("a");
    it.pass(Duration.ofMinutes(121));
    assertThat(it.minutesSince(start)).containsExactly(1L, 61L, 121L);
  }

  @Test
  void oneRunAtATimeAndTheNextSoonAfterALongOne() {
    Promise<GcTotals> end = Promise.promise();
    it.ending = () -> it.runs.size() == 1 ? end.future() : Future.succeededFuture(GcTotals.NONE);
    var schedule = start("a");
    it.pass(Duration.ofHours(2));
    it.does(() -> schedule.run(false));
    assertThat(it.runs).hasSize(1);
    assertThat(state(schedule).running()).isPresent();

    it.does(() -> end.complete(GcTotals.NONE));
    it.pass(Duration.ofMinutes(5));
    assertThat(it.runs).hasSize(1);
    it.pass(Duration.ofMinutes(2));
    assertThat(it.runs).hasSize(2);
  }

  @Test
  void aConfirmationDuringARunIsKeptForOneOfItsOwn() {
    Promise<GcTotals> end = Promise.promise();
    it.ending = () -> it.runs.size() == 1 ? end.future() : Future.succeededFuture(GcTotals.NONE);
    var schedule = start("a");
    it.does(() -> schedule.run(false));
    it.does(() -> schedule.run(true));
    assertThat(it.runs).hasSize(1);

    it.does(() -> end.complete(GcTotals.NONE));

    assertThat(it.runs).extracting(ScheduledStore.Run::confirmed).containsExactly(false, true);
  }

  @Test
  void aFailureIsToldAndTriedAgainAfterATenthOfTheInterval() {
    it.ending =
        () ->
            it.runs.size() == 1
                ? Future.failedFuture(new IllegalStateException("the bucket is on fire"))
                : Future.succeededFuture(GcTotals.NONE);
    var schedule = start("a");
    it.pass(Duration.ofMinutes(2));
    var failed = state(schedule);
    assertThat(failed.lastError().orElseThrow().message()).isEqualTo("the bucket is on fire");
    assertThat(failed.last()).isEmpty();

    it.pass(Duration.ofMinutes(6));
    assertThat(it.minutesSince(start)).containsExactly(1L, 7L);
    assertThat(state(schedule).lastError()).isEmpty();
    assertThat(collected().map(Event.Collected::stage))
        .containsExactly(
            Event.Stage.STARTED, Event.Stage.FAILED, Event.Stage.STARTED, Event.Stage.FINISHED);
  }

  @Test
  void aRunThatIsStoppedIsAskedToEndAndDoesNotCount() {
    Promise<GcTotals> end = Promise.promise();
    it.ending = end::future;
    var schedule = start("a");
    it.pass(Duration.ofMinutes(1));
    it.does(schedule::close);
    assertThat(it.runs.getFirst().stop().getAsBoolean()).isTrue();
    it.does(() -> end.complete(GcTotals.NONE));
    assertThat(it.objects.keys()).isEmpty();

    it.ending = () -> Future.succeededFuture(GcTotals.NONE);
    start("b");
    it.pass(Duration.ofMinutes(1));
    assertThat(it.runs).hasSize(2);
  }

  @Test
  void theNewestTenRunsAreRemembered() {
    start("a");
    it.pass(Duration.ofHours(15));
    assertThat(it.runs).hasSize(15);
    assertThat(it.objects.keys()).hasSize(10).allMatch(key -> key.startsWith("gc/runs/"));
  }

  @Test
  void whatCannotBeReadIsNoReasonNotToCollect() {
    it.asks(
        () ->
            it.objects.put(
                "gc/runs/01ARZ3NDEKTSV4RRFFQ69G5FA0",
                ByteBuffer.wrap("nonsense".getBytes(StandardCharsets.UTF_8))));
    start("a");
    it.pass(Duration.ofMinutes(1));
    assertThat(it.runs).hasSize(1);
  }

  @Test
  void theLastRunIsKnownToEveryProcessWithWhatWaitsForAConfirmation() {
    var withheld = new Withheld(APP, "policies[0] (team/**)", 100, 90);
    it.withheld = List.of(withheld);
    it.ending = () -> Future.succeededFuture(WAITING);
    start("a");
    it.pass(Duration.ofMinutes(1));
    var last = state(it.process("b")).last().orElseThrow();
    assertThat(last.by()).isEqualTo("a");
    assertThat(last.totals()).isEqualTo(WAITING);
    assertThat(last.withheld()).containsExactly(withheld);
  }

  @Test
  void aConfirmationIsAskedForOnceUntilTheNumbersChange() {
    it.withheld = List.of(new Withheld(APP, "policies[0] (team/**)", 100, 90));
    start("a");
    it.pass(Duration.ofHours(3));
    assertThat(events.stream().filter(Event.ConfirmationNeeded.class::isInstance)).hasSize(1);
    it.withheld = List.of(new Withheld(APP, "policies[0] (team/**)", 101, 91));
    it.pass(Duration.ofHours(1));
    assertThat(events.stream().filter(Event.ConfirmationNeeded.class::isInstance)).hasSize(2);
  }

  @Test
  void aTagThatGoesIsToldAsADeletionWithItsReason() {
    var digest = Digest.sha256(new byte[] {1});
    it.findings = List.of(tag(digest));
    start("a");
    it.pass(Duration.ofMinutes(1));
    var deleted =
        events.stream()
            .filter(Event.Deleted.class::isInstance)
            .map(Event.Deleted.class::cast)
            .findFirst()
            .orElseThrow();
    assertThat(deleted.occasion().actor()).isEqualTo("sluice gc");
    assertThat(deleted.reference()).hasToString("1.4");
    assertThat(deleted.digest()).isEqualTo(digest);
    assertThat(deleted.reason()).contains("policies[0] (team/**): too old");
  }

  private static Doomed tag(Digest digest) {
    return new Doomed(
        Doomed.What.TAG,
        Optional.of(APP),
        "1.4",
        Optional.of(digest),
        Optional.of("policies[0] (team/**)"),
        "too old",
        0);
  }

  @Test
  void aDryRunOnlyPreviews() {
    it.retention = new RetentionConfig(true, ScheduledStore.GRACE, List.of());
    it.findings = List.of(tag(Digest.sha256(new byte[] {1})));
    it.ending = () -> Future.succeededFuture(WAITING);
    var schedule = start("a");
    it.pass(Duration.ofMinutes(59));
    assertThat(it.runs).singleElement().matches(ScheduledStore.Run::preview);
    assertThat(state(schedule).last().orElseThrow().dryRun()).isTrue();
    assertThat(events).noneMatch(Event.Deleted.class::isInstance);
  }

  @Test
  void anotherIntervalCountsAtOnceAndGcCanBeTurnedOffAndOn() {
    it.every(Duration.ofDays(10));
    var schedule = start("a");
    it.pass(Duration.ofHours(3));
    assertThat(it.runs).hasSize(1);
    it.every(Duration.ofHours(1));
    it.does(() -> schedule.use(it.store(), it.settings()));
    it.pass(Duration.ofMinutes(2));
    assertThat(it.runs).hasSize(2);

    var on = it.gc;
    it.gc = new GcConfig(false, on.delay(), on.interval(), on.timeWindow(), on.maxSchedulerDelay());
    it.does(() -> schedule.use(it.store(), it.settings()));
    it.pass(Duration.ofDays(1));
    assertThat(it.runs).hasSize(2);
    it.gc = on;
    it.does(() -> schedule.use(it.store(), it.settings()));
    it.pass(Duration.ofMinutes(2));
    assertThat(it.runs).hasSize(3);
  }

  private java.util.stream.Stream<Event.Collected> collected() {
    return events.stream()
        .filter(Event.Collected.class::isInstance)
        .map(Event.Collected.class::cast);
  }
}
