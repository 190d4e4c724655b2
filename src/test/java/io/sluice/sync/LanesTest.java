package io.sluice.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LanesTest {

  @Test
  void soManyAreUnderWayAtOnceAndNoMore() {
    var begun = new ArrayList<Promise<Void>>();
    var all =
        Lanes.each(
            List.of(1, 2, 3),
            2,
            _ -> {
              Promise<Void> step = Promise.promise();
              begun.add(step);
              return step.future();
            });
    assertThat(begun).hasSize(2);

    begun.get(1).complete();
    assertThat(begun).hasSize(3);
    begun.get(2).complete();
    assertThat(all.isComplete()).isFalse();
    begun.get(0).complete();
    assertThat(all.succeeded()).isTrue();
  }

  @Test
  void afterAFailureNothingMoreIsBegunAndWhatWasBegunIsWaitedFor() {
    var begun = new ArrayList<Promise<Void>>();
    var all =
        Lanes.each(
            List.of(1, 2, 3),
            2,
            _ -> {
              Promise<Void> step = Promise.promise();
              begun.add(step);
              return step.future();
            });
    begun.get(0).fail("broken");
    assertThat(begun).hasSize(2);
    assertThat(all.isComplete()).isFalse();

    begun.get(1).complete();
    assertThat(all.cause()).hasMessage("broken");
  }

  @Test
  void aHundredThousandStepsNeedNoMoreStackThanOne() {
    var all = IntStream.range(0, 100_000).boxed().toList();
    var first = Promise.<Void>promise();
    var done = new ArrayList<Integer>();
    var each =
        Lanes.each(
            all,
            1,
            step -> {
              done.add(step);
              return step == 0 ? first.future() : Future.succeededFuture();
            });
    first.complete();
    assertThat(each.succeeded()).isTrue();
    assertThat(done).isEqualTo(all);
  }

  @Test
  void nothingToDoIsDoneAtOnce() {
    assertThat(Lanes.each(List.of(), 4, _ -> Future.succeededFuture()).succeeded()).isTrue();
  }

  @Test
  void aStepThatThrowsIsAFailure() {
    var each =
        Lanes.each(
            List.of(1, 2),
            1,
            _ -> {
              throw new IllegalStateException("broken");
            });
    assertThat(each.cause()).hasMessage("broken");
  }
}
