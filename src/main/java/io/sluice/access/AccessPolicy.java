package io.sluice.access;

import io.sluice.config.AccessControlConfig;
import io.sluice.config.AccessControlConfig.Action;
import io.sluice.config.AccessControlConfig.Policy;
import io.sluice.config.AccessControlConfig.Rule;
import io.sluice.config.HttpConfig;
import io.sluice.oci.RepositoryName;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who may do what, by the rules of {@code http.accessControl}. Immutable, does no I/O.
 *
 * <p>Of all rules whose pattern matches a repository the one with the longest pattern decides
 * alone. There, a user may do what any policy for them or one of their groups allows, and what the
 * default policy does; an anonymous client what the anonymous policy allows, which nobody else
 * inherits. The admin policy grants besides. Without rules, whoever is known may do everything, and
 * everybody when nobody can be known.
 *
 * <p>A policy with conditions grants nothing, since this version can't tell whether they hold.
 */
public final class AccessPolicy {
  private final Optional<AccessControlConfig> config;
  private final boolean canIdentify;
  // The longest pattern first; of equally long ones, that which comes first in the file.
  private final List<Rule> rules;
  private final Map<String, Set<String>> groupsOfUsers = new HashMap<>();

  /** The rules of a configuration. */
  public static AccessPolicy of(HttpConfig http) {
    return new AccessPolicy(http.accessControl(), http.auth().canIdentify());
  }

  AccessPolicy(Optional<AccessControlConfig> config, boolean canIdentify) {
    this.config = config;
    this.canIdentify = canIdentify;
    this.rules =
        config.map(AccessControlConfig::repositories).orElse(List.of()).stream()
            .sorted(
                Comparator.comparingInt((Rule rule) -> rule.pattern().source().length()).reversed())
            .toList();
    config
        .map(AccessControlConfig::groups)
        .orElse(Map.of())
        .forEach(
            (group, users) ->
                users.forEach(
                    user ->
                        groupsOfUsers
                            .computeIfAbsent(user, _ -> new HashSet<>())
                            .add(group.toLowerCase(Locale.ROOT))));
  }

  /** Whether there is any way to prove who one is. */
  public boolean canIdentify() {
    return canIdentify;
  }

  /** Whether the caller may do this to the repository, be it there or not. */
  public boolean allows(Caller caller, Action action, RepositoryName repository) {
    return switch (caller) {
      case Caller.Anonymous _ -> allowsAnonymous(action, repository);
      case Caller.User user ->
          // A wish to be warned holds for each of the user's keys.
          (action == Action.DETECT_MANIFEST_COLLISION || user.scopes().allow(action, repository))
              && allowsUser(user.name(), action, repository);
    };
  }

  private boolean allowsAnonymous(Action action, RepositoryName repository) {
    return config.isEmpty()
        ? !canIdentify && action != Action.DETECT_MANIFEST_COLLISION
        : rule(repository).filter(rule -> rule.anonymousPolicy().contains(action)).isPresent();
  }

  private boolean allowsUser(String user, Action action, RepositoryName repository) {
    return config.isEmpty()
        // That one is no right but a wish to be warned.
        ? action != Action.DETECT_MANIFEST_COLLISION
        : rule(repository).filter(rule -> grants(rule, user, action)).isPresent()
            || grants(config.get().adminPolicy(), user, action);
  }

  private boolean grants(Rule rule, String user, Action action) {
    return rule.defaultPolicy().contains(action)
        || rule.policies().stream().anyMatch(policy -> grants(policy, user, action));
  }

  private boolean grants(Policy policy, String user, Action action) {
    return policy.conditions().isEmpty()
        && policy.actions().contains(action)
        && isMember(policy, user);
  }

  // The names of groups are keys of the file, and so in lower case; those in policies are not.
  private boolean isMember(Policy policy, String user) {
    if (policy.users().contains(user)) {
      return true;
    }
    var groups = groupsOfUsers.getOrDefault(user, Set.of());
    return !groups.isEmpty()
        && policy.groups().stream()
            .anyMatch(group -> groups.contains(group.toLowerCase(Locale.ROOT)));
  }

  private Optional<Rule> rule(RepositoryName repository) {
    return rules.stream().filter(rule -> rule.pattern().matches(repository.value())).findFirst();
  }

  /**
   * Whether the caller may come in at all: see the root of the API, and ask for the catalog (which
   * shows what they may read).
   */
  public boolean admits(Caller caller) {
    return !caller.isAnonymous()
        || !canIdentify
        || rules.stream().anyMatch(rule -> !rule.anonymousPolicy().isEmpty());
  }

  /**
   * Whether logging in could let an anonymous client do this: somebody may. If not, it would only
   * ask people for their password in vain.
   */
  public boolean isWorthLoggingIn(Action action, RepositoryName repository) {
    return canIdentify
        && (config.isEmpty()
            || rule(repository)
                .filter(
                    rule ->
                        rule.defaultPolicy().contains(action)
                            || rule.policies().stream().anyMatch(it -> grantsAny(it, action)))
                .isPresent()
            || grantsAny(config.get().adminPolicy(), action));
  }

  private static boolean grantsAny(Policy policy, Action action) {
    return policy.conditions().isEmpty()
        && policy.actions().contains(action)
        && !(policy.users().isEmpty() && policy.groups().isEmpty());
  }

  /** Whether some rule lets anonymous clients in while others have to log in. */
  public boolean isMixed() {
    return canIdentify && admits(new Caller.Anonymous());
  }

  /** Whether the caller may read the metrics; as with Zot, rules that name nobody allow nobody. */
  public boolean allowsMetrics(Caller caller) {
    if (config.isEmpty()) {
      return !canIdentify || !caller.isAnonymous();
    }
    var metrics = config.get().metrics();
    return switch (caller) {
      case Caller.Anonymous _ -> metrics.anonymousPolicy().contains(Action.READ);
      case Caller.User(var name, var scopes) -> scopes.areAll() && metrics.users().contains(name);
    };
  }

  /** Whether the caller may do what concerns the whole registry. */
  public boolean isAdmin(Caller caller) {
    return switch (caller) {
      case Caller.Anonymous _ -> config.isEmpty() && !canIdentify;
      case Caller.User(var name, var scopes) ->
          scopes.areAll() && (config.isEmpty() || isMember(config.get().adminPolicy(), name));
    };
  }
}
