package io.sluice.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who may do what: {@code http.accessControl}.
 *
 * <p>Of all repositories' patterns that match a name, the one with the longest text decides alone.
 * Then a policy for the user or one of their groups, or the default policy for whoever is known, or
 * the anonymous policy for whoever isn't (and only for them); the admin policy applies besides.
 *
 * @param repositories in the order of the file; patterns in lower case, as Zot reads its keys
 * @param adminPolicy what its users may do everywhere
 * @param groups users by name of the group; these names in lower case
 * @param metrics who may read {@code /metrics}
 */
public record AccessControlConfig(
    List<Rule> repositories, Policy adminPolicy, Map<String, Set<String>> groups, Metrics metrics) {

  /** What can be allowed. */
  public enum Action {
    READ("read"),
    CREATE("create"),
    /** Overwrite a tag. */
    UPDATE("update"),
    DELETE("delete"),
    DETECT_MANIFEST_COLLISION("detectManifestCollision");

    private static final Map<String, Action> BY_KEY =
        Map.of(
            "read", READ,
            "create", CREATE,
            "update", UPDATE,
            "delete", DELETE,
            "detectmanifestcollision", DETECT_MANIFEST_COLLISION);

    private final String key;

    Action(String key) {
      this.key = key;
    }

    /** The name in the configuration. */
    public String key() {
      return key;
    }
  }

  /** What holds for the repositories that match the pattern. */
  public record Rule(
      Glob pattern,
      List<Policy> policies,
      Set<Action> defaultPolicy,
      Set<Action> anonymousPolicy) {}

  /** What some users and groups may do, if all conditions hold. */
  public record Policy(
      Set<String> users, Set<String> groups, Set<Action> actions, List<Condition> conditions) {}

  /** A CEL expression that must be true, and what a client is told if it isn't. */
  public record Condition(String expression, Optional<String> message) {}

  /** Who may read the metrics: these users, and anonymous ones if the policy says so. */
  public record Metrics(Set<String> users, Set<Action> anonymousPolicy) {}

  /** Whether nothing is granted but to anonymous users. */
  boolean isForAnonymousOnly() {
    return adminPolicy.actions().isEmpty()
        && adminPolicy.users().isEmpty()
        && adminPolicy.groups().isEmpty()
        && repositories.stream()
            .allMatch(rule -> rule.policies().isEmpty() && rule.defaultPolicy().isEmpty());
  }

  static AccessControlConfig read(Section access) {
    var groups = new LinkedHashMap<String, Set<String>>();
    access
        .section("groups")
        .namedSections()
        .forEach((name, group) -> groups.put(name, Set.copyOf(group.strings("users"))));
    var metrics = access.section("metrics");
    return new AccessControlConfig(
        readRules(access.section("repositories")),
        readPolicy(access.section("adminPolicy")),
        Map.copyOf(groups),
        new Metrics(Set.copyOf(metrics.strings("users")), readActions(metrics, "anonymousPolicy")));
  }

  private static List<Rule> readRules(Section repositories) {
    var rules = new ArrayList<Rule>();
    repositories
        .namedSections()
        .forEach(
            (pattern, rule) -> {
              try {
                rules.add(readRule(Glob.compile(pattern), rule));
              } catch (IllegalArgumentException e) {
                repositories.problem(
                    pattern, pattern, String.valueOf(e.getMessage()), Glob.EXPECTED);
                // Read nevertheless, so that what else is wrong in it is found.
                readRule(Glob.compile("**"), rule);
              }
            });
    return List.copyOf(rules);
  }

  private static Rule readRule(Glob pattern, Section rule) {
    return new Rule(
        pattern,
        rule.sections("policies").stream().map(AccessControlConfig::readPolicy).toList(),
        readActions(rule, "defaultPolicy"),
        readActions(rule, "anonymousPolicy"));
  }

  private static Policy readPolicy(Section policy) {
    return new Policy(
        Set.copyOf(policy.strings("users")),
        Set.copyOf(policy.strings("groups")),
        readActions(policy, "actions"),
        policy.sections("conditions").stream().map(AccessControlConfig::readCondition).toList());
  }

  private static Condition readCondition(Section condition) {
    return new Condition(
        condition.required(
            condition.string("expression"), "expression", "", "a CEL expression that must be true"),
        condition.string("message"));
  }

  private static Set<Action> readActions(Section section, String key) {
    return Set.copyOf(section.knownOf(key, Action.BY_KEY, "allows nothing"));
  }
}
