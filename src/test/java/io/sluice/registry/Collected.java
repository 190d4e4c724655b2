package io.sluice.registry;

import io.sluice.gc.Doomed;
import io.sluice.gc.Doomed.What;
import io.sluice.gc.GcTotals;
import io.sluice.gc.Withheld;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What collections, or a preview of them, came to and reported. */
record Collected(GcTotals totals, List<Doomed> doomed, List<Withheld> withheld) {
  static final Collected NOTHING = new Collected(GcTotals.NONE, List.of(), List.of());

  Collected plus(Collected other) {
    return new Collected(
        totals.plus(other.totals),
        Stream.concat(doomed.stream(), other.doomed.stream()).toList(),
        Stream.concat(withheld.stream(), other.withheld.stream()).toList());
  }

  List<Doomed> all(What what) {
    return doomed.stream().filter(it -> it.what() == what).toList();
  }

  /** The names of all that went of this kind, in order; digests and ids in full. */
  List<String> names(What what) {
    return all(what).stream().map(Doomed::name).sorted().toList();
  }

  List<String> tags() {
    return names(What.TAG);
  }

  /** Why it went, in words. */
  List<String> reasons(What what) {
    return all(what).stream().map(Doomed::why).distinct().sorted().toList();
  }

  /** All that went but for bytes, each once, as in {@code tag team/app v1}. */
  Set<String> things() {
    return doomed.stream()
        .filter(it -> it.what() != What.DATA)
        .map(it -> it.what().id() + " " + it.repository().orElseThrow() + " " + it.name())
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
