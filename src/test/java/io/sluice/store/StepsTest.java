package io.sluice.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.Await;
import io.sluice.testkit.Eventually;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StepsTest {
  private static final int MILLION = 1_000_000;

  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void close() {
    Await.result(vertx.close());
  }

  /** Completes in a later turn of the context. */
  private Future<Void> later() {
    var promise = Promise.<Void>promise();
    vertx.getOrCreateContext().runOnContext(_ -> promise.complete());
    return promise.future();
  }

  @Test
  void aMillionStepsNeedNoStack() {
    var done = new AtomicInteger();
    Iterable<Integer> million = () -> IntStream.range(0, MILLION).iterator();

    Await.on(
        vertx,
        () ->
            Steps.each(
                million,
                i -> {
                  done.incrementAndGet();
                  return i % 1000 == 0 ? later() : Future.succeededFuture();
                }));

    assertThat(done).hasValue(MILLION);
  }

  @Test
  void aMillionRepetitionsNeedNoStack() {
    var done = new AtomicInteger();

    Await.on(
        vertx,
        () ->
            Steps.whileTrue(
                () -> {
                  boolean more = done.incrementAndGet() < MILLION;
                  return done.get() % 1000 == 0 ? later().map(more) : Future.succeededFuture(more);
                }));

    assertThat(done).hasValue(MILLION);
  }

  @Test
  void whatAStepAnsweredIsNotHeldByThoseThatFollow() {
    var answers = new ArrayList<WeakReference<Object>>();
    var end = Promise.<Void>promise();
    Await.on(
        vertx,
        () -> {
          var unused =
              Steps.each(
                  List.of(1, 2, 3, 4),
                  i -> {
                    var answer = new Object();
                    answers.add(new WeakReference<>(answer));
                    return i == 4 ? end.future() : later().map(answer);
                  });
          return later().compose(_ -> later()).compose(_ -> later()).compose(_ -> later());
        });
    assertThat(answers).hasSize(4);

    Eventually.eventually(
        () -> {
          System.gc();
          return answers.getFirst().get() == null;
        },
        gone -> assertThat(gone).isTrue());
    end.complete();
  }

  @Test
  void oneStepBeginsWhenTheOneBeforeHasEnded() {
    var log = new ArrayList<String>();

    Await.on(
        vertx,
        () ->
            Steps.each(
                List.of("a", "b", "c"),
                it -> {
                  log.add("begin " + it);
                  return later().onSuccess(_ -> log.add("end " + it));
                }));

    assertThat(log).containsExactly("begin a", "end a", "begin b", "end b", "begin c", "end c");
  }

  @Test
  void aFailureEndsIt() {
    for (boolean atOnce : List.of(true, false)) {
      var done = new ArrayList<Integer>();
      assertThatThrownBy(
              () ->
                  Await.on(
                      vertx,
                      () ->
                          Steps.each(
                              List.of(1, 2, 3),
                              i -> {
                                done.add(i);
                                Future<Void> step = atOnce ? Future.succeededFuture() : later();
                                return i == 2
                                    ? step.compose(_ -> Future.failedFuture("two"))
                                    : step;
                              })))
          .hasMessage("two");
      assertThat(done).containsExactly(1, 2);
    }
  }

  @Test
  void whatAStepThrowsEndsIt() {
    assertThatThrownBy(
            () ->
                Await.on(
                    vertx,
                    () ->
                        Steps.each(
                            List.of(1, 2),
                            i -> {
                              if (i == 2) {
                                throw new IllegalStateException("thrown");
                              }
                              return later();
                            })))
        .hasMessage("thrown");
  }

  @Test
  void noStepsAreDoneAtOnce() {
    assertThat(Steps.each(List.of(), _ -> Future.failedFuture("never")).succeeded()).isTrue();
  }
}
