package io.sluice.gc;

import static io.sluice.gc.Facts.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.Glob;
import io.sluice.config.Regex;
import io.sluice.config.RetentionConfig;
import io.sluice.config.RetentionConfig.KeepRules;
import io.sluice.config.RetentionConfig.KeepTags;
import io.sluice.config.RetentionConfig.Policy;
import io.sluice.oci.RepositoryName;
import io.sluice.oci.Tag;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** What holds for every policy and all tags. */
class RetentionPropertiesTest {
  private static final List<String> PATTERNS = List.of("a", "^b", "c$", "^[a-c]+$");

  @Property
  void aTagStaysIfAndOnlyIfTheRulesOfItsEntrySaySo(
      @ForAll("entries") List<KeepTags> entries, @ForAll("tags") List<TagFacts> tags) {
    var expected =
        tags.stream()
            .filter(tag -> !stays(tag, entries, tags))
            .map(TagFacts::tag)
            .collect(Collectors.toSet());

    assertThat(going(entries, tags)).isEqualTo(expected);
  }

  /** The rules again, tag by tag, without sorting anything. */
  private static boolean stays(TagFacts tag, List<KeepTags> entries, List<TagFacts> all) {
    if (entries.isEmpty()) {
      return true;
    }
    int own = entryOf(tag, entries);
    if (own < 0) {
      return false;
    }
    var rules = entries.get(own).rules();
    var group = all.stream().filter(it -> entryOf(it, entries) == own).toList();
    return rules.isEmpty()
        || group.stream().filter(it -> isPushedLater(it, tag)).count()
            < rules.mostRecentlyPushedCount()
        || group.stream().filter(it -> isPulledLater(it, tag)).count()
            < rules.mostRecentlyPulledCount()
        || isYoung(tag.pushed(), rules.pushedWithin())
        || isYoung(tag.pushed(), rules.pulledWithin())
        || tag.pulled().isPresent() && isYoung(tag.pulled().get(), rules.pulledWithin());
  }

  private static int entryOf(TagFacts tag, List<KeepTags> entries) {
    for (int i = 0; i < entries.size(); i++) {
      var patterns = entries.get(i).patterns();
      if (patterns.isEmpty() || patterns.stream().anyMatch(it -> it.find(tag.tag().value()))) {
        return i;
      }
    }
    return -1;
  }

  private static boolean isPushedLater(TagFacts it, TagFacts than) {
    return it.pushed().equals(than.pushed())
        ? it.tag().compareTo(than.tag()) > 0
        : it.pushed().isAfter(than.pushed());
  }

  private static boolean isPulledLater(TagFacts it, TagFacts than) {
    return it.pulled().equals(than.pulled())
        ? isPushedLater(it, than)
        : it.pulled().isPresent()
            && (than.pulled().isEmpty() || it.pulled().get().isAfter(than.pulled().get()));
  }

  private static boolean isYoung(Instant time, Optional<Duration> age) {
    return age.isPresent() && Duration.between(time, NOW).compareTo(age.get()) < 0;
  }

  @Property
  void theOrderOfTheTagsMakesNoDifference(
      @ForAll("entries") List<KeepTags> entries,
      @ForAll("tags") List<TagFacts> tags,
      @ForAll Random random) {
    var shuffled = new ArrayList<>(tags);
    Collections.shuffle(shuffled, random);

    assertThat(of(entries).tags(shuffled)).isEqualTo(of(entries).tags(tags));
  }

  @Property
  void oneMoreRuleNeverLetsMoreGo(
      @ForAll("rules") KeepRules rules,
      @ForAll("rules") KeepRules more,
      @ForAll("tags") List<TagFacts> tags) {
    // Without any rule an entry keeps all, so the first one may let tags go.
    if (rules.isEmpty()) {
      return;
    }
    var both =
        new KeepRules(
            Math.max(rules.mostRecentlyPushedCount(), more.mostRecentlyPushedCount()),
            Math.max(rules.mostRecentlyPulledCount(), more.mostRecentlyPulledCount()),
            rules.pushedWithin().or(more::pushedWithin),
            rules.pulledWithin().or(more::pulledWithin));

    assertThat(going(List.of(new KeepTags(List.of(), rules)), tags))
        .containsAll(going(List.of(new KeepTags(List.of(), both)), tags));
  }

  @Property
  void signaturesNeverGoAndNeverMakeOthersGo(
      @ForAll("entries") List<KeepTags> entries, @ForAll("tags") List<TagFacts> tags) {
    var signed = new ArrayList<>(tags);
    for (var tag : tags) {
      signed.add(
          new TagFacts(
              new Tag(Tag.ofReferrersTo(tag.digest()) + ".sig"),
              Facts.image("signature"),
              NOW,
              Optional.of(NOW)));
    }

    assertThat(going(entries, signed)).isEqualTo(going(entries, tags));
  }

  private static Set<Tag> going(List<KeepTags> entries, List<TagFacts> tags) {
    var going = new HashSet<Tag>();
    of(entries).tags(tags).forEach(it -> assertThat(going.add(it.tag())).isTrue());
    return going;
  }

  private static RepositoryRetention of(List<KeepTags> entries) {
    var policy = new Policy(List.of(Glob.compile("**")), false, true, entries, Optional.empty());
    var config = new RetentionConfig(false, Duration.ZERO, List.of(policy));
    return new Retention(config, NOW).of(new RepositoryName("team/app"));
  }

  @Provide
  Arbitrary<List<KeepTags>> entries() {
    var patterns = Arbitraries.of(PATTERNS).map(Regex::compile).list().ofMaxSize(2);
    return Combinators.combine(patterns, rules()).as(KeepTags::new).list().ofMaxSize(3);
  }

  @Provide
  Arbitrary<KeepRules> rules() {
    var count =
        Arbitraries.frequencyOf(
            Tuple.of(1, Arbitraries.just(0)), Tuple.of(1, Arbitraries.integers().between(1, 6)));
    var age = Arbitraries.integers().between(0, 13).map(Duration::ofHours).optional(0.4);
    return Combinators.combine(count, count, age, age).as(KeepRules::new);
  }

  /** With so few hours that many times are equal. */
  @Provide
  Arbitrary<List<TagFacts>> tags() {
    var name = Arbitraries.strings().withChars('a', 'b', 'c', 'd').ofMinLength(1).ofMaxLength(3);
    var time =
        Arbitraries.integers().between(0, 12).map(hours -> NOW.minus(Duration.ofHours(hours)));
    return Combinators.combine(name, time, time.optional(0.6))
        .as((tag, pushed, pulled) -> new TagFacts(new Tag(tag), Facts.image(tag), pushed, pulled))
        .list()
        .uniqueElements(TagFacts::tag)
        .ofMaxSize(25);
  }
}
