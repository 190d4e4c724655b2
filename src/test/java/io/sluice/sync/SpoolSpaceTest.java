package io.sluice.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SpoolSpaceTest {
  private final SpoolSpace space = new SpoolSpace();

  SpoolSpaceTest() {
    space.resize(100);
  }

  private static boolean isGranted(Future<Void> request) {
    return request.succeeded();
  }

  @Test
  void roomIsGrantedInOrder() {
    assertThat(isGranted(space.acquire(60))).isTrue();
    var large = space.acquire(60);
    var small = space.acquire(10);
    assertThat(isGranted(large)).isFalse();
    assertThat(isGranted(small)).as("behind one that waits").isFalse();

    space.release(60);
    assertThat(isGranted(large)).isTrue();
    assertThat(isGranted(small)).isTrue();
    assertThat(space.used()).isEqualTo(70);
  }

  @Test
  void whatIsLargerThanAllIsGrantedAlone() {
    var first = space.acquire(1);
    var huge = space.acquire(1000);
    assertThat(isGranted(first)).isTrue();
    assertThat(isGranted(huge)).isFalse();
    space.release(1);
    assertThat(isGranted(huge)).isTrue();
  }

  @Test
  void oneThatGrowsTakesOnlyWhatNobodyWaitsFor() {
    space.acquire(60);
    assertThat(space.tryAcquire(40)).isTrue();
    assertThat(space.tryAcquire(1)).isFalse();
    space.release(40);
    space.acquire(90);
    assertThat(space.tryAcquire(1)).isFalse();
  }

  @Test
  void whoHasToWaitHasOthersAskedToGiveBack() {
    var asked = new AtomicInteger();
    space.whenScarce(asked::incrementAndGet);
    space.acquire(100);
    assertThat(asked).hasValue(0);
    space.acquire(1);
    assertThat(asked).hasValue(1);
  }
}
