package io.sluice.gc;

import static io.sluice.gc.Facts.NOW;
import static io.sluice.gc.Policies.keepTags;
import static io.sluice.gc.Policies.retention;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.sluice.config.ConfigLoader;
import io.sluice.config.RetentionConfig;
import io.sluice.gc.RepositoryRetention.Going;
import io.sluice.oci.RepositoryName;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a policy means. Tags are written as {@code name@pushed/pulled}, so long ago; see {@link
 * Facts#tags}.
 */
class RetentionTest {
  private static final RepositoryName APP = new RepositoryName("team/app");

  private static RepositoryRetention of(RetentionConfig config, String repository) {
    return new Retention(config, NOW).of(new RepositoryName(repository));
  }

  private static String remaining(RepositoryRetention retention, String tags) {
    var going =
        retention.tags(Facts.tags(tags)).stream().map(Going::tag).collect(Collectors.toSet());
    return Facts.words(tags)
        .map(word -> word.split("@", 2)[0])
        .filter(name -> !going.contains(Facts.name(name)))
        .collect(Collectors.joining(" "));
  }

  /** What it shows; the entries of {@code keepTags}; the tags there are; those that remain. */
  static Stream<Arguments> entries() {
    return Stream.of(
        arguments("without entries all tags stay", "", "a@9h b@1h", "a b"),
        arguments("an entry without rules keeps all of its tags", "{}", "a@9h b@1h", "a b"),
        arguments("tags that match no entry go", "{'patterns': ['^v']}", "v1@9h latest@1h", "v1"),
        arguments(
            "patterns match anywhere in a tag",
            "{'patterns': ['v2.*']}",
            "v2@9h xv2@9h v1@9h",
            "v2 xv2"),
        arguments("unless they say where", "{'patterns': ['^v2$']}", "v2@9h xv2@9h v2.1@9h", "v2"),
        arguments(
            "one of an entry's patterns is enough",
            "{'patterns': ['^a', '^b']}",
            "a@9h b@9h c@9h",
            "a b"),
        arguments("upper and lower case differ", "{'patterns': ['^rc']}", "rc1@9h RC2@9h", "rc1"),
        arguments(
            "the newest are kept by the time when the tag was pushed, not by their names",
            "{'mostRecentlyPushedCount': 2}",
            "v3@9h v1@1h v2@5h",
            "v1 v2"),
        arguments(
            "a count larger than the group keeps all",
            "{'mostRecentlyPushedCount': 5}",
            "a@9h b@1h",
            "a b"),
        arguments(
            "a count works within the tags of its entry alone",
            "{'patterns': ['^v1'], 'mostRecentlyPushedCount': 1},"
                + "{'patterns': ['^v2'], 'mostRecentlyPushedCount': 1}",
            "v1.0@9h v1.1@8h v2.0@2h v2.1@1h",
            "v1.1 v2.1"),
        arguments(
            "the first entry that matches decides, also when a later one would keep the tag",
            "{'patterns': ['^v'], 'mostRecentlyPushedCount': 1}, {'patterns': ['^v1$']}",
            "v1@9h v2@1h",
            "v2"),
        arguments(
            "so the more special entry has to come first",
            "{'patterns': ['^v1$']}, {'patterns': ['^v'], 'mostRecentlyPushedCount': 1}",
            "v1@9h v2@1h v3@2h",
            "v1 v2"),
        arguments(
            "a last entry without patterns is for the rest",
            "{'patterns': ['^v']}, {'pushedWithin': '2h'}",
            "v1@9h dev-1@9h dev-2@1h",
            "v1 dev-2"),
        arguments(
            "the tags pulled last are kept",
            "{'mostRecentlyPulledCount': 2}",
            "a@9h/1h b@1h/8h c@2h/3h",
            "a c"),
        arguments(
            "what was never pulled comes behind what was, whenever it was pushed",
            "{'mostRecentlyPulledCount': 1}",
            "old@9h/8h new@1m",
            "old"),
        arguments(
            "among those never pulled, the newest push comes first",
            "{'mostRecentlyPulledCount': 2}",
            "a@9h/8h b@5h c@1h d@7h",
            "a c"),
        arguments(
            "pushedWithin keeps what was pushed since then",
            "{'pushedWithin': '3h'}",
            "a@9h b@1h c@5h/1m",
            "b"),
        arguments(
            "pulledWithin keeps what was pulled or pushed since then",
            "{'pulledWithin': '3h'}",
            "a@9h b@1h c@5h/1m d@9h/4h",
            "b c"),
        arguments("exactly so long ago is too long", "{'pushedWithin': '3h'}", "a@3h", ""),
        arguments("a duration of zero keeps nothing", "{'pushedWithin': '0s'}", "a@1ns", ""),
        arguments(
            "a count of zero is no rule, so such an entry keeps all",
            "{'mostRecentlyPushedCount': 0}",
            "a@9h b@1h",
            "a b"),
        arguments(
            "one rule that holds is enough",
            "{'mostRecentlyPushedCount': 1, 'pulledWithin': '3h'}",
            "a@9h/2h b@8h c@7h d@6h/5h",
            "a d"),
        arguments(
            "both counts together keep up to as many as their sum",
            "{'mostRecentlyPushedCount': 1, 'mostRecentlyPulledCount': 1}",
            "a@9h/1m b@8h c@7h",
            "a c"),
        arguments(
            "of tags pushed at the same time the greater name is the newer one",
            "{'mostRecentlyPushedCount': 1}",
            "b@1h c@1h a@1h",
            "c"),
        arguments(
            "of tags pulled at the same time the newer push comes first",
            "{'mostRecentlyPulledCount': 1}",
            "b@1h/1m c@2h/1m a@3h/1m",
            "b"),
        arguments(
            "several tags of one image are several tags",
            "{'mostRecentlyPushedCount': 1}",
            "={v1}-a@2h ={v1}-b@1h",
            "={v1}-b"),
        arguments("where there are no tags, none go", "{'mostRecentlyPushedCount': 1}", "", ""));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("entries")
  void anEntryKeeps(String promise, String entries, String tags, String remain) {
    var config =
        entries.isEmpty()
            ? retention("{'policies': [{'repositories': ['**']}]}")
            : keepTags(entries);

    assertThat(remaining(of(config, "team/app"), tags)).as(promise).isEqualTo(remain);
  }

  /** The same, with what clients tag for other images. */
  static Stream<Arguments> signed() {
    return Stream.of(
        arguments(
            "a signature is pushed after its image, and does not take its place",
            "{'mostRecentlyPushedCount': 1}",
            "v1@9h {v1}.sig@8h v2@2h {v2}.sig@1h",
            "{v1}.sig v2 {v2}.sig"),
        arguments(
            "nor do attestations, SBOMs and lists of referrers",
            "{'mostRecentlyPushedCount': 1}",
            "v1@9h v2@5h {v2}.att@4h {v2}.sbom@3h {v2}@2h",
            "v2 {v2}.att {v2}.sbom {v2}"),
        arguments(
            "they need not match an entry",
            "{'patterns': ['^v']}",
            "v1@9h {v1}.sig@8h dev@7h",
            "v1 {v1}.sig"),
        arguments(
            "an entry for them has no effect",
            "{'patterns': ['^v']}, {'patterns': ['^sha256-'], 'mostRecentlyPushedCount': 1}",
            "v1@9h {v1}.sig@8h v2@7h {v2}.sig@6h",
            "v1 {v1}.sig v2 {v2}.sig"),
        arguments(
            "a tag named after its own image is a tag like others",
            "{'mostRecentlyPushedCount': 1}",
            "={a}@9h ={b}@1h",
            "={b}"),
        arguments(
            "so is one that only looks similar",
            "{'mostRecentlyPushedCount': 1}",
            "sha256-abc.sig@9h {v1}.txt@8h x{v1}.sig@7h v2@1h",
            "v2"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("signed")
  void tagsThatBelongToAnotherImageAreNotJudged(
      String promise, String entries, String tags, String remain) {
    assertThat(remaining(of(keepTags(entries), "team/app"), tags)).as(promise).isEqualTo(remain);
  }

  /** The patterns of two policies, a repository, and which of them decides. */
  static Stream<Arguments> repositories() {
    return Stream.of(
        arguments("'team/*'", "'**'", "team/app", "policies[0] (team/*)"),
        arguments("'team/*'", "'**'", "team/app/db", "policies[1] (**)"),
        arguments("'team/**'", "'**'", "team/app/db", "policies[0] (team/**)"),
        arguments("'team/**'", "'**'", "team", "policies[0] (team/**)"),
        arguments("'team/**'", "'**'", "teams/app", "policies[1] (**)"),
        arguments("'**'", "'team/**'", "team/app", "policies[0] (**)"),
        arguments("'a/**', 'team/{app,db}'", "'**'", "team/db", "policies[0] (team/{app,db})"),
        arguments("'a/**'", "'b/**'", "team/app", "none"));
  }

  @ParameterizedTest(name = "{2} is of {3} where there are {0} and {1}")
  @MethodSource("repositories")
  void theFirstPolicyThatMatchesARepositoryDecides(
      String first, String second, String repository, String expected) {
    var config =
        retention(
            "{'policies': [{'repositories': ["
                + first
                + "]}, {'repositories': ["
                + second
                + "]}]}");

    assertThat(of(config, repository).label().orElse("none")).isEqualTo(expected);
  }

  @Test
  void aLaterPolicyDoesNotHelpOut() {
    var config =
        retention(
            """
            {'policies': [
              {'repositories': ['team/**'], 'keepTags': [{'patterns': ['^v']}]},
              {'repositories': ['**'], 'deleteReferrers': true, 'keepTags': [{'patterns': ['^latest$']}]}]}
            """);

    assertThat(remaining(of(config, "team/app"), "v1@9h latest@9h")).isEqualTo("v1");
    assertThat(of(config, "team/app").deleteReferrers()).isFalse();
    assertThat(remaining(of(config, "other/app"), "v1@9h latest@9h")).isEqualTo("latest");
    assertThat(of(config, "other/app").deleteReferrers()).isTrue();
  }

  @Test
  void whereNoPolicyMatchesTagsStayAndUntaggedManifestsGo() {
    var config =
        retention(
            """
            {'policies': [{'repositories': ['other/**'], 'deleteUntagged': false,
              'keepTags': [{'pushedWithin': '1h'}], 'keepUntagged': {'pulledWithin': '1h'}}]}
            """);
    for (var none : new RepositoryRetention[] {of(config, "team/app"), of(retention("{}"), "a")}) {
      assertThat(none.label()).isEmpty();
      assertThat(remaining(none, "a@9h b@99h")).isEqualTo("a b");
      assertThat(none.deleteUntagged()).isTrue();
      assertThat(none.deleteReferrers()).isFalse();
      assertThat(none.needsPullTimes()).isFalse();
      assertThat(keptUntagged(none, "x@1m/1m")).isEmpty();
    }
  }

  private static String keptUntagged(RepositoryRetention retention, String manifests) {
    var kept = retention.keptUntagged(Facts.words(manifests).map(Facts::manifest).toList());
    return Facts.words(manifests)
        .map(word -> word.split("@", 2)[0])
        .filter(name -> kept.contains(Facts.image(name)))
        .collect(Collectors.joining(" "));
  }

  /** What it shows, the policy, the untagged manifests, those that stay. */
  static Stream<Arguments> untagged() {
    return Stream.of(
        arguments("by default none", "", "a@1m/1m", ""),
        arguments("all, if they are not to be deleted", "'deleteUntagged': false", "a@9h", "a"),
        arguments(
            "those of a digest that clients still pull",
            "'keepUntagged': {'pulledWithin': '3h'}",
            "a@9h/1h b@9h/8h c@9h d@1h",
            "a d"),
        arguments(
            "so many of the newest",
            "'keepUntagged': {'mostRecentlyPushedCount': 2}",
            "a@9h b@3h c@1h",
            "b c"),
        arguments(
            "so many of those pulled last",
            "'keepUntagged': {'mostRecentlyPulledCount': 1}",
            "a@9h/1h b@3h c@1h",
            "a"),
        arguments("all, if there are no rules", "'keepUntagged': {}", "a@9h", "a"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("untagged")
  void ofUntaggedManifestsStay(String promise, String policy, String manifests, String remain) {
    var comma = policy.isEmpty() ? "" : ", ";
    var config = retention("{'policies': [{'repositories': ['**']" + comma + policy + "}]}");

    assertThat(keptUntagged(of(config, "team/app"), manifests)).as(promise).isEqualTo(remain);
  }

  @Test
  void thePlatformsPolicyKeepsOfEachRepositoryTheTagPushedLastWithItsSignature() {
    var platform =
        ConfigLoader.load(Path.of("src/test/resources/zot-config.json")).storage().retention();
    var retention = of(platform, "library/nginx");

    assertThat(retention.label()).contains("policies[0] (**)");
    assertThat(retention.deleteReferrers()).isTrue();
    assertThat(retention.deleteUntagged()).isTrue();
    assertThat(retention.needsPullTimes()).isFalse();
    assertThat(remaining(retention, "1.27@72h/1m 1.29@1h 1.28@24h {1.29}.sig@1m latest@2h"))
        .isEqualTo("1.29 {1.29}.sig");
  }

  @Test
  void whatGoesIsToldWithItsReason() {
    var config =
        keepTags(
            "{'patterns': ['^a'], 'mostRecentlyPushedCount': 3, 'mostRecentlyPulledCount': 1,"
                + " 'pushedWithin': '720h', 'pulledWithin': '1h30m'},"
                + "{'patterns': ['^b'], 'pushedWithin': '0s'}");
    var tags = Facts.tags("c@1h b@1h a1@801h a2@802h a3@803h/800h a4@804h");

    assertThat(new Retention(config, NOW).of(APP).tags(tags))
        .extracting(going -> going.tag() + " " + going.why())
        .containsExactly(
            "a4 keepTags[0]: not among the 3 most recently pushed, nor the most recently pulled one,"
                + " nor pushed within 720h, nor pulled or pushed within 1h30m",
            "b keepTags[1]: not pushed within 0s",
            "c matches no keepTags entry");
  }

  @Test
  void timesOfPullsAreNeededByTheRulesThatAskForThem() {
    assertThat(of(keepTags("{'pulledWithin': '1h'}"), "a").needsPullTimes()).isTrue();
    assertThat(of(keepTags("{}, {'mostRecentlyPulledCount': 1}"), "a").needsPullTimes()).isTrue();
    assertThat(of(keepTags("{'pushedWithin': '1h'}"), "a").needsPullTimes()).isFalse();
    var untagged =
        "{'policies': [{'repositories': ['**'], 'keepUntagged': {'pulledWithin': '1h'}}]}";
    assertThat(of(retention(untagged), "a").needsPullTimes()).isTrue();
  }
}
