package io.sluice.config;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a store keeps: {@code retention}. Unlike Zot's, the rules by time and count need no
 * database.
 *
 * @param dryRun decide and log, but delete nothing; default false
 * @param delay the age from which untagged manifests and referrers may go; default {@code gcDelay}
 * @param policies the first whose repositories match decides; the order matters
 */
public record RetentionConfig(boolean dryRun, Duration delay, List<Policy> policies) {

  /**
   * What happens in some repositories.
   *
   * @param deleteReferrers remove referrers whose subject has gone; default false
   * @param deleteUntagged remove manifests that no tag, index or subject holds; default true, also
   *     where no policy matches
   * @param keepTags a tag is handled by the first entry whose patterns match and goes if there is
   *     none; with no entries at all, every tag stays
   * @param keepUntagged untagged manifests that stay nevertheless
   */
  public record Policy(
      List<Glob> repositories,
      boolean deleteReferrers,
      boolean deleteUntagged,
      List<KeepTags> keepTags,
      Optional<KeepRules> keepUntagged) {}

  /**
   * Which of some tags stay.
   *
   * @param patterns matched anywhere in the tag; none match every tag
   * @param rules if there are none, all of these tags stay
   */
  public record KeepTags(List<Regex> patterns, KeepRules rules) {}

  /**
   * Rules of which one is enough to stay.
   *
   * @param mostRecentlyPushedCount the newest N stay; 0 for no such rule
   * @param mostRecentlyPulledCount the last N pulled stay; 0 for no such rule
   * @param pushedWithin what was pushed since then stays
   * @param pulledWithin what was pulled or pushed since then stays
   */
  public record KeepRules(
      int mostRecentlyPushedCount,
      int mostRecentlyPulledCount,
      Optional<Duration> pushedWithin,
      Optional<Duration> pulledWithin) {

    /** Whether there is no rule. */
    public boolean isEmpty() {
      return mostRecentlyPushedCount == 0
          && mostRecentlyPulledCount == 0
          && pushedWithin.isEmpty()
          && pulledWithin.isEmpty();
    }
  }

  static RetentionConfig defaults(Duration gcDelay) {
    return new RetentionConfig(false, gcDelay, List.of());
  }

  static RetentionConfig read(Section retention, Duration gcDelay) {
    return new RetentionConfig(
        retention.flag("dryRun", false),
        retention
            .duration("delay")
            .filter(
                d ->
                    retention.require(!d.isNegative(), "delay", "is negative", GoDuration.EXPECTED))
            .orElse(gcDelay),
        retention.sections("policies").stream().map(RetentionConfig::readPolicy).toList());
  }

  private static Policy readPolicy(Section policy) {
    return new Policy(
        policy.list("repositories", Glob::compile, Glob.EXPECTED),
        policy.flag("deleteReferrers", false),
        policy.flag("deleteUntagged", true),
        policy.sections("keepTags").stream()
            .map(
                keep ->
                    new KeepTags(
                        keep.list("patterns", Regex::compile, Regex.EXPECTED), readRules(keep)))
            .toList(),
        policy.section("keepUntagged").map(RetentionConfig::readRules));
  }

  private static KeepRules readRules(Section rules) {
    return new KeepRules(
        rules.integer("mostRecentlyPushedCount", 0, 0, Integer.MAX_VALUE),
        rules.integer("mostRecentlyPulledCount", 0, 0, Integer.MAX_VALUE),
        readAge(rules, "pushedWithin"),
        readAge(rules, "pulledWithin"));
  }

  // Zero is a rule like any other: it keeps nothing.
  private static Optional<Duration> readAge(Section rules, String key) {
    return rules
        .duration(key)
        .filter(age -> rules.require(!age.isNegative(), key, "is negative", GoDuration.EXPECTED));
  }
}
