package io.sluice.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SlotsTest {
  private final Slots slots = new Slots(1);
  private final List<String> turns = new ArrayList<>();

  private Slots.Place enter(String name, boolean inBackground) {
    var place = slots.enter(inBackground);
    place.turn().onSuccess(_ -> turns.add(name));
    return place;
  }

  @Test
  void thoseWhoWaitGetTheirTurnInOrder() {
    var first = enter("first", false);
    var second = enter("second", false);
    enter("third", false);
    assertThat(turns).containsExactly("first");

    first.free();
    assertThat(turns).containsExactly("first", "second");
    second.free();
    assertThat(turns).containsExactly("first", "second", "third");
    assertThat(slots.waiting()).isZero();
  }

  @Test
  void whatAClientWaitsForGoesBeforeTheBackground() {
    var first = enter("first", false);
    enter("background", true);
    enter("client", false);
    first.free();
    assertThat(turns).containsExactly("first", "client");
  }

  @Test
  void whatAClientWaitsForNowLeavesTheBackground() {
    var first = enter("first", false);
    enter("background", true);
    var hurried = enter("hurried", true);
    hurried.hurry();
    first.free();
    assertThat(turns).containsExactly("first", "hurried");
  }

  @Test
  void whoLeavesTheQueueIsPassedOver() {
    var first = enter("first", false);
    var gone = enter("gone", false);
    enter("last", true);
    gone.free();
    first.free();
    first.free();
    assertThat(turns).containsExactly("first", "last");
    assertThat(slots.taken()).isEqualTo(1);
  }

  @Test
  void itTellsWhenNobodyIsLeft() {
    var idle = new ArrayList<String>();
    var first = enter("first", false);
    var second = enter("second", true);
    slots.whenIdle(() -> idle.add("idle"));
    first.free();
    assertThat(idle).isEmpty();
    second.free();
    assertThat(idle).containsExactly("idle");
    new Slots(3).whenIdle(() -> idle.add("at once"));
    assertThat(idle).containsExactly("idle", "at once");
  }
}
