package io.sluice.gc;

import io.sluice.config.Regex;
import io.sluice.config.RetentionConfig.KeepTags;
import io.sluice.config.RetentionConfig.Policy;
import io.sluice.oci.Digest;
import io.sluice.oci.Tag;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What stays in one repository.
 *
 * <p>Each tag falls to the first entry of {@code keepTags} one of whose patterns matches. All that
 * fell to an entry are its group, and its rules count within that alone.
 */
final class RepositoryRetention {
  private static final String NO_ENTRY = "matches no keepTags entry";

  private final String label;
  private final Policy policy;
  private final List<Entry> entries;
  private final Instant now;

  /**
   * A tag that goes.
   *
   * @param why in words, as in {@code "keepTags[0]: not the most recently pushed one"}
   */
  record Going(Tag tag, Digest digest, String why) {}

  RepositoryRetention(String label, Policy policy, Instant now) {
    this.label = label;
    this.policy = policy;
    this.entries =
        IntStream.range(0, policy.keepTags().size())
            .mapToObj(i -> new Entry(i, policy.keepTags().get(i), now))
            .toList();
    this.now = now;
  }

  /** The policy that decides, as in {@code policies[0] (infra/**)}; empty if none does. */
  Optional<String> label() {
    return label.isEmpty() ? Optional.empty() : Optional.of(label);
  }

  /** Whether referrers go with their subjects, and with them {@link SubjectTags}. */
  boolean deleteReferrers() {
    return policy.deleteReferrers();
  }

  /** Whether manifests go that nothing holds, but for {@link #keptUntagged}. */
  boolean deleteUntagged() {
    return policy.deleteUntagged();
  }

  /** Whether some untagged manifests stay, by {@link #keptUntagged}. */
  boolean keepsUntagged() {
    return policy.keepUntagged().isPresent();
  }

  /** Whether the times of pulls make a difference; else they may as well be left empty. */
  boolean needsPullTimes() {
    return Stream.concat(entries.stream().map(it -> it.rules), untagged().stream())
        .anyMatch(Rules::needPullTimes);
  }

  /**
   * The tags that go, in the order of their names. Those of {@link SubjectTags} are neither judged
   * nor counted.
   *
   * @param tags all that the repository has, in any order
   */
  List<Going> tags(List<TagFacts> tags) {
    if (entries.isEmpty()) {
      return List.of();
    }
    var judged =
        tags.stream().filter(it -> !SubjectTags.isOfSubject(it.tag(), it.digest())).toList();
    var fellTo = judged.stream().mapToInt(it -> entryOf(it.tag())).toArray();
    var groups = entries.stream().map(_ -> new ArrayList<TagFacts>()).toList();
    for (int i = 0; i < fellTo.length; i++) {
      if (fellTo[i] >= 0) {
        groups.get(fellTo[i]).add(judged.get(i));
      }
    }
    var kept = entries.stream().map(it -> it.rules.kept(groups.get(it.index))).toList();
    var going = new ArrayList<Going>();
    for (int i = 0; i < fellTo.length; i++) {
      var tag = judged.get(i);
      if (fellTo[i] < 0) {
        going.add(new Going(tag.tag(), tag.digest(), NO_ENTRY));
      } else if (!kept.get(fellTo[i]).contains(tag)) {
        going.add(new Going(tag.tag(), tag.digest(), entries.get(fellTo[i]).unmet));
      }
    }
    going.sort(Comparator.comparing(Going::tag));
    return going;
  }

  private int entryOf(Tag tag) {
    for (var entry : entries) {
      if (entry.handles(tag)) {
        return entry.index;
      }
    }
    return -1;
  }

  /**
   * Those of the untagged manifests that stay nevertheless: all, if none are to be deleted.
   *
   * @param manifests all that have no tag and that nothing else needs, in any order
   */
  Set<Digest> keptUntagged(List<ManifestFacts> manifests) {
    if (!policy.deleteUntagged()) {
      return digestsOf(manifests.stream());
    }
    return untagged().map(rules -> digestsOf(rules.kept(manifests).stream())).orElse(Set.of());
  }

  private Optional<Rules> untagged() {
    return policy.keepUntagged().map(rules -> new Rules(rules, now));
  }

  private static Set<Digest> digestsOf(Stream<ManifestFacts> manifests) {
    return manifests.map(ManifestFacts::digest).collect(Collectors.toSet());
  }

  private static final class Entry {
    final int index;
    final Rules rules;
    final String unmet;
    private final List<Regex> patterns;

    Entry(int index, KeepTags entry, Instant now) {
      this.index = index;
      this.rules = new Rules(entry.rules(), now);
      this.patterns = entry.patterns();
      this.unmet = "keepTags[" + index + "]: " + rules.unmet();
    }

    boolean handles(Tag tag) {
      return patterns.isEmpty() || patterns.stream().anyMatch(pattern -> pattern.find(tag.value()));
    }
  }
}
