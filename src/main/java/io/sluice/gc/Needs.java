package io.sluice.gc;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Which manifests of a repository are needed: what is kept for its own sake, the children of those,
 * and the referrers of those, and so on.
 */
final class Needs {
  private final Map<Long, Node> manifests;
  private final Map<Long, List<Long>> referrers = new HashMap<>();
  private final Deque<Long> open = new ArrayDeque<>();

  Needs(Map<Long, Node> manifests) {
    this.manifests = manifests;
    manifests.forEach(
        (print, node) -> {
          if (node.subject != 0) {
            referrers.computeIfAbsent(node.subject, _ -> new ArrayList<>(1)).add(print);
          }
        });
  }

  /** All of these are needed, with what follows from that. */
  void need(Predicate<Node> which) {
    manifests.forEach(
        (print, node) -> {
          if (which.test(node)) {
            open.add(print);
          }
        });
    follow();
  }

  /** This one is needed, if it is there. */
  void need(long print) {
    open.add(print);
    follow();
  }

  boolean isNeeded(long print) {
    var node = manifests.get(print);
    return node != null && node.needed;
  }

  /** The manifests whose subject this is. */
  List<Long> referrersOf(long print) {
    return referrers.getOrDefault(print, List.of());
  }

  private void follow() {
    while (!open.isEmpty()) {
      long print = open.remove();
      var node = manifests.get(print);
      if (node == null || node.needed) {
        continue;
      }
      node.needed = true;
      for (long child : node.children) {
        open.add(child);
      }
      open.addAll(referrersOf(print));
    }
  }
}
