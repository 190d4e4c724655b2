package io.sluice.gc;

import io.sluice.oci.Digest;
import io.sluice.oci.Tag;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is to become of a repository: which of its tags go, and which of its manifests and blobs are
 * needed. Decided once, of what was seen; does no I/O.
 */
final class Verdict {

  /** A tag that goes. */
  record GoingTag(SeenTag seen, String why) {}

  final List<GoingTag> tags = new ArrayList<>();
  private final LongSet blobs = new LongSet();
  private final LongSet followingBlobs = new LongSet();

  /** In a preview, what would go because of something else that goes, however young it is. */
  private final Set<Node> following = new HashSet<>();

  /** So many tags wait for somebody to confirm that they may go. */
  int withheld;

  /** Of so many that are judged. */
  int judged;

  private final Run run;
  private final RepositoryFacts facts;
  private final RepositoryRetention retention;
  private final Map<Digest, Instant> pulled;
  private final Needs needs;

  private Verdict(
      Run run, RepositoryFacts facts, RepositoryRetention retention, Map<Digest, Instant> pulled) {
    this.run = run;
    this.facts = facts;
    this.retention = retention;
    this.pulled = pulled;
    this.needs = new Needs(facts.manifests);
  }

  static Verdict of(
      Run run, RepositoryFacts facts, RepositoryRetention retention, Map<Digest, Instant> pulled) {
    var verdict = new Verdict(run, facts, retention, pulled);
    verdict.judgeTags();
    verdict.judgeManifests();
    return verdict;
  }

  Optional<String> policy() {
    return retention.label();
  }

  /** Whether a manifest has to stay. */
  boolean needs(Digest manifest) {
    return facts.blind || needs.isNeeded(run.fingerprints().of(manifest));
  }

  /** Whether a manifest that stays has this blob. */
  boolean needsBlob(Digest blob) {
    return facts.blind || blobs.contains(run.fingerprints().of(blob));
  }

  /** In a preview: whether only a manifest has it that goes with its tags. */
  boolean follows(Digest blob) {
    return followingBlobs.contains(run.fingerprints().of(blob));
  }

  private void judgeTags() {
    var going = retention.tags(facts.tags.stream().map(tag -> tag.facts(pulled)).toList());
    judged = (int) facts.tags.stream().filter(tag -> !tag.isOfSubject()).count();
    if (!run.mayExceed() && PolicyGuard.exceeds(judged, going.size(), run.maxShare())) {
      withheld = going.size();
      return;
    }
    var why = new HashMap<Tag, String>();
    going.forEach(tag -> why.put(tag.tag(), tag.why()));
    for (var tag : facts.tags) {
      var reason = why.get(tag.tag());
      if (reason != null) {
        tags.add(new GoingTag(tag, reason));
      }
    }
  }

  private void judgeManifests() {
    var going = new HashSet<Tag>();
    tags.forEach(tag -> going.add(tag.seen().tag()));
    var ofSubjects = new HashMap<SeenTag, Long>();
    for (var tag : facts.tags) {
      var subject = SubjectTags.subjectOf(tag.tag(), tag.digest());
      if (subject.isPresent() && retention.deleteReferrers()) {
        ofSubjects.put(tag, print(subject.get()));
      } else if (run.removes() || !going.contains(tag.tag())) {
        // A tag that goes in this run can be restored for some time yet.
        needs.need(print(tag.digest()));
      }
    }
    facts.formerlyNamed.forEach(needs::need);
    if (!retention.deleteReferrers()) {
      needs.need(node -> node.subject != 0);
    }
    if (!retention.deleteUntagged()) {
      needs.need(node -> node.subject == 0);
    }
    if (!run.removes()) {
      follow(going, ofSubjects);
    }
    needs.need(node -> node.young && !following.contains(node));
    keepUntagged(ofSubjects.keySet());
    judgeTagsOfSubjects(ofSubjects);
    facts.manifests.values().stream()
        .filter(node -> node.needed)
        .forEach(
            node -> {
              for (long blob : node.blobs) {
                blobs.add(blob);
              }
              // An upstream's index may list blobs: build caches are kept like that.
              for (long child : node.children) {
                blobs.add(child);
              }
            });
  }

  /** Finds what goes, or only the tags that would go have kept, and what goes with that. */
  private void follow(Set<Tag> going, Map<SeenTag, Long> ofSubjects) {
    var tagged = new HashMap<Long, List<Long>>();
    ofSubjects.forEach(
        (tag, subject) ->
            tagged.computeIfAbsent(subject, _ -> new ArrayList<>(1)).add(print(tag.digest())));
    var open = new ArrayDeque<Long>();
    facts.tags.stream()
        .filter(tag -> going.contains(tag.tag()))
        .forEach(tag -> open.add(print(tag.digest())));
    facts.manifests.forEach(
        (print, node) -> {
          if (!node.needed && !node.young) {
            open.add(print);
          }
        });
    while (!open.isEmpty()) {
      long print = open.remove();
      var node = facts.manifests.get(print);
      if (node == null || !following.add(node)) {
        continue;
      }
      for (long blob : node.blobs) {
        followingBlobs.add(blob);
      }
      for (long child : node.children) {
        followingBlobs.add(child);
        open.add(child);
      }
      if (retention.deleteReferrers()) {
        open.addAll(needs.referrersOf(print));
        open.addAll(tagged.getOrDefault(print, List.of()));
      }
    }
  }

  private boolean follows(long subject) {
    var node = facts.manifests.get(subject);
    return node != null && following.contains(node);
  }

  /**
   * @param ofSubjects tags of signatures and the like: what they name shares the fate of its
   *     subject, and takes nobody's place
   */
  private void keepUntagged(Set<SeenTag> ofSubjects) {
    if (!retention.keepsUntagged()) {
      return;
    }
    var named = new HashSet<Digest>();
    ofSubjects.forEach(tag -> named.add(tag.digest()));
    var untagged = new ArrayList<ManifestFacts>();
    for (var node : facts.manifests.values()) {
      if (!node.needed
          && node.subject == 0
          && node.digest != null
          && node.pushed != null
          && !named.contains(node.digest)) {
        untagged.add(
            new ManifestFacts(
                node.digest, node.pushed, Optional.ofNullable(pulled.get(node.digest))));
      }
    }
    retention.keptUntagged(untagged).forEach(digest -> needs.need(print(digest)));
  }

  /** Their subjects may in turn be what another such tag names. */
  private void judgeTagsOfSubjects(Map<SeenTag, Long> subjects) {
    boolean more = true;
    while (more) {
      more =
          subjects
              .entrySet()
              .removeIf(
                  tag -> {
                    boolean stays =
                        facts.blind
                            || needs.isNeeded(tag.getValue())
                            || isYoung(tag.getKey()) && !follows(tag.getValue());
                    if (stays) {
                      needs.need(print(tag.getKey().digest()));
                    }
                    return stays;
                  });
    }
    for (var tag : subjects.keySet()) {
      tags.add(new GoingTag(tag, "its subject is gone"));
      if (run.removes()) {
        needs.need(print(tag.digest()));
      }
    }
  }

  private boolean isYoung(SeenTag tag) {
    return !run.clock().wasOlderThan(tag.written(), run.untagged());
  }

  private long print(Digest digest) {
    return run.fingerprints().of(digest);
  }
}
