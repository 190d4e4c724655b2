package io.sluice.gc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NeedsTest {
  private final Map<Long, Node> nodes = new HashMap<>();

  private Node node(long print, long... children) {
    var node = new Node();
    node.children = children;
    nodes.put(print, node);
    return node;
  }

  private void referrer(long print, long subject) {
    node(print).subject = subject;
  }

  private Long[] needed() {
    return nodes.entrySet().stream()
        .filter(it -> it.getValue().needed)
        .map(Map.Entry::getKey)
        .sorted()
        .toArray(Long[]::new);
  }

  @Test
  void childrenAreNeededWithTheirParentsAndNotTheOtherWayRound() {
    node(1, 2, 3);
    node(2);
    node(3, 4);
    node(4);
    node(5, 3);

    new Needs(nodes).need(3);

    assertThat(needed()).containsExactly(3L, 4L);
  }

  @Test
  void whatTwoShareIsNeededWhenOneIs() {
    node(1, 3);
    node(2, 3);
    node(3);

    var needs = new Needs(nodes);
    needs.need(2);

    assertThat(needs.isNeeded(3)).isTrue();
    assertThat(needs.isNeeded(1)).isFalse();
  }

  @Test
  void referrersAreNeededWithTheirSubjectsAndNotTheOtherWayRound() {
    node(1);
    referrer(2, 1);
    referrer(3, 2);
    referrer(4, 9);

    var needs = new Needs(nodes);
    needs.need(2);
    assertThat(needed()).containsExactly(2L, 3L);
    needs.need(1);
    assertThat(needed()).containsExactly(1L, 2L, 3L);
  }

  @Test
  void theChildrenOfAReferrerAndTheReferrersOfAChildAreNeeded() {
    node(1, 2);
    node(2);
    node(3, 4).subject = 2;
    node(4);

    new Needs(nodes).need(1);

    assertThat(needed()).containsExactly(1L, 2L, 3L, 4L);
  }

  /** Digests allow no cycles, but fingerprints might. */
  @Test
  void cyclesEnd() {
    node(1, 2);
    node(2, 3).subject = 3;
    node(3, 1, 3);
    node(4, 4).subject = 4;

    var needs = new Needs(nodes);
    needs.need(2);
    needs.need(node -> node.subject == 4);

    assertThat(needed()).containsExactly(1L, 2L, 3L, 4L);
  }

  @Test
  void whatIsNotThereIsNotNeededAndNeedsNothing() {
    node(1, 7, 8);
    referrer(2, 9);

    var needs = new Needs(nodes);
    needs.need(7);
    needs.need(9);

    assertThat(needed()).isEmpty();
    assertThat(needs.isNeeded(7)).isFalse();
    needs.need(1);
    assertThat(needed()).containsExactly(1L);
  }

  @Test
  void aLongChainNeedsNoStack() {
    int length = 200_000;
    for (long i = 1; i < length; i++) {
      node(i, i + 1);
    }
    node(length);

    new Needs(nodes).need(1);

    assertThat(needed()).hasSize(length);
  }
}
