package io.sluice.store.s3;

import static io.sluice.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Await;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.jspecify.annotations.Nullable;

class WindowTest {
  private static final long LONG = 60_000;

  private static @Nullable Vertx vertx;

  @BeforeContainer
  static void startVertx() {
    vertx = Vertx.vertx();
  }

  @AfterContainer
  static void stopVertx() {
    Await.result(vertx().close());
  }

  private static Vertx vertx() {
    return Objects.requireNonNull(vertx);
  }

  private enum Action {
    ENTER,
    LEAVE,
    LEAVE_THROTTLED
  }

  @Property(tries = 300)
  void neverMoreThanTheLimitGetInAndWhoCameFirstGetsInFirst(
      @ForAll @Size(max = 100) List<Action> history,
      @ForAll @IntRange(min = 1, max = 4) int least,
      @ForAll @IntRange(min = 4, max = 9) int most) {
    var window = new Window(least, most);
    Deque<Future<Void>> inside = new ArrayDeque<>();
    Deque<Future<Void>> outside = new ArrayDeque<>();
    for (var action : history) {
      int before = window.inFlight();
      switch (action) {
        case ENTER -> outside.add(window.enter(vertx(), LONG));
        case LEAVE -> {
          if (inside.poll() != null) {
            window.leave();
          }
        }
        case LEAVE_THROTTLED -> {
          if (inside.poll() != null) {
            window.leaveThrottled();
          }
        }
      }
      while (!outside.isEmpty() && outside.getFirst().isComplete()) {
        inside.add(outside.removeFirst());
      }
      assertThat(outside).noneMatch(Future::isComplete);
      assertThat(window.inFlight()).isEqualTo(inside.size());
      assertThat(window.limit()).isBetween(least, most);
      // After it was narrowed there may be more inside than the limit, but nobody gets in.
      assertThat(window.inFlight()).isLessThanOrEqualTo(Math.max(window.limit(), before));
      assertThat(outside.isEmpty() || window.inFlight() >= window.limit()).isTrue();
    }
    while (inside.poll() != null) {
      window.leave();
      while (!outside.isEmpty() && outside.getFirst().isComplete()) {
        inside.add(outside.removeFirst());
      }
    }
    assertThat(outside).isEmpty();
    assertThat(window.inFlight()).isZero();
  }

  private static List<Future<Void>> enter(Window window, int times, long millis) {
    var entries = new ArrayList<Future<Void>>();
    for (int i = 0; i < times; i++) {
      entries.add(window.enter(vertx(), millis));
    }
    return entries;
  }

  @Example
  void aBurstOfRefusalsHalvesItOnceASecond() {
    var window = new Window(1, 48);
    enter(window, 48, LONG);
    long begun = System.nanoTime();

    for (int i = 0; i < 20; i++) {
      window.leaveThrottled();
      boolean sameSecond = System.nanoTime() - begun < Duration.ofSeconds(1).toNanos();
      assertThat(window.limit()).isEqualTo(sameSecond ? 24 : window.limit());
    }

    eventually(
        () -> {
          enter(window, 1, LONG);
          window.leaveThrottled();
          return window.limit();
        },
        limit -> assertThat(limit).isEqualTo(12));
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofSeconds(1));
  }

  @Example
  void itNeverClosesAltogether() {
    var window = new Window(1, 1);
    for (int i = 0; i < 5; i++) {
      assertThat(enter(window, 1, LONG)).allMatch(Future::succeeded);
      window.leaveThrottled();
      assertThat(window.limit()).isOne();
    }
  }

  @Example
  void goodAnswersWidenItAgainUpToWhatItWas() {
    var window = new Window(1, 8);
    enter(window, 1, LONG);
    window.leaveThrottled();
    assertThat(window.limit()).isEqualTo(4);

    for (int good = 0; good < 4 + 5 + 6 + 7; good++) {
      assertThat(window.limit()).isEqualTo(good < 4 ? 4 : good < 9 ? 5 : good < 15 ? 6 : 7);
      enter(window, 1, LONG);
      window.leave();
    }

    assertThat(window.limit()).isEqualTo(8);
    for (int good = 0; good < 20; good++) {
      enter(window, 1, LONG);
      window.leave();
    }
    assertThat(window.limit()).isEqualTo(8);
  }

  @Example
  void whoWaitsTooLongFailsAndTakesNoPlace() {
    var window = new Window(1, 2);
    enter(window, 2, LONG);
    var impatient = enter(window, 5, 1);
    var patient = window.enter(vertx(), LONG);

    eventually(() -> impatient, all -> assertThat(all).allMatch(Future::failed));
    assertThat(impatient).allMatch(it -> it.cause() instanceof TimeoutException);
    assertThat(window.inFlight()).isEqualTo(2);

    window.leave();
    eventually(patient::succeeded, it -> assertThat(it).isTrue());
    window.leave();
    window.leave();
    assertThat(window.inFlight()).isZero();
    assertThat(enter(window, 2, LONG)).allMatch(Future::succeeded);
  }
}
