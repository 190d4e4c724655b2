package io.sluice.gc;

import io.sluice.config.GoDuration;
import io.sluice.config.RetentionConfig.KeepRules;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;

/** The rules of one entry at one time: each keeps some of a group, and one is enough to stay. */
final class Rules {
  // Of equal times, the greater name counts as the newer one, so that it is always the same.
  private static final Comparator<Dated> NEWEST_PUSH =
      Comparator.comparing(Dated::pushed).thenComparing(Dated::name).reversed();

  // What was never pulled comes behind all that was.
  private static final Comparator<Dated> NEWEST_PULL =
      Comparator.comparing((Dated it) -> it.pulled().orElse(Instant.MIN))
          .reversed()
          .thenComparing(NEWEST_PUSH);

  private final KeepRules rules;
  private final Instant now;

  Rules(KeepRules rules, Instant now) {
    this.rules = rules;
    this.now = now;
  }

  /** Whether a rule asks when something was pulled. */
  boolean needPullTimes() {
    return rules.mostRecentlyPulledCount() > 0 || rules.pulledWithin().isPresent();
  }

  /** What stays of a group, compared by identity: all of it, if there are no rules. */
  <T extends Dated> Set<T> kept(Collection<T> group) {
    Set<T> kept = Collections.newSetFromMap(new IdentityHashMap<>());
    if (rules.isEmpty()) {
      kept.addAll(group);
      return kept;
    }
    addFirst(kept, group, NEWEST_PUSH, rules.mostRecentlyPushedCount());
    addFirst(kept, group, NEWEST_PULL, rules.mostRecentlyPulledCount());
    for (var it : group) {
      if (isWithin(it.pushed(), rules.pushedWithin())
          // What has just been pushed had no time to be pulled.
          || isWithin(it.pushed(), rules.pulledWithin())
          || it.pulled().isPresent() && isWithin(it.pulled().get(), rules.pulledWithin())) {
        kept.add(it);
      }
    }
    return kept;
  }

  /** Few of many are wanted, so it doesn't sort them all. */
  private static <T extends Dated> void addFirst(
      Set<T> kept, Collection<T> group, Comparator<Dated> order, int count) {
    if (count == 0) {
      return;
    }
    var first = new PriorityQueue<T>(order.reversed());
    for (var it : group) {
      if (first.size() < count) {
        first.add(it);
      } else if (order.compare(it, first.element()) < 0) {
        first.remove();
        first.add(it);
      }
    }
    kept.addAll(first);
  }

  private boolean isWithin(Instant time, Optional<Duration> age) {
    return age.isPresent() && time.isAfter(now.minus(age.get()));
  }

  /** Why something doesn't stay, as in {@code not pushed within 720h, nor …}. */
  String unmet() {
    var unmet = new ArrayList<String>();
    addUnmet(unmet, rules.mostRecentlyPushedCount(), "pushed");
    addUnmet(unmet, rules.mostRecentlyPulledCount(), "pulled");
    rules.pushedWithin().ifPresent(age -> unmet.add("pushed within " + text(age)));
    rules.pulledWithin().ifPresent(age -> unmet.add("pulled or pushed within " + text(age)));
    return "not " + String.join(", nor ", unmet);
  }

  private static void addUnmet(List<String> unmet, int count, String what) {
    if (count == 1) {
      unmet.add("the most recently " + what + " one");
    } else if (count > 1) {
      unmet.add("among the " + count + " most recently " + what);
    }
  }

  /** As people write it: {@code 720h}, where Go has {@code 720h0m0s}. */
  private static String text(Duration age) {
    return GoDuration.format(age).replaceFirst("(?<=m)0s$", "").replaceFirst("(?<=h)0m$", "");
  }
}
