package io.sluice.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.AccessControlConfig.Action;
import io.sluice.config.ConfigLoader;
import io.sluice.config.Format;
import io.sluice.oci.RepositoryName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The decision itself. */
class AccessPolicyTest {
  private static final Caller ANONYMOUS = new Caller.Anonymous();
  private static final RepositoryName REPOSITORY = new RepositoryName("team/app");
  private static final Set<Action> RIGHTS =
      EnumSet.of(Action.READ, Action.CREATE, Action.UPDATE, Action.DELETE);

  private static Caller user(String name) {
    return Caller.User.of(name);
  }

  private static Caller caller(String name) {
    return name.equals("-") ? ANONYMOUS : user(name);
  }

  private static AccessPolicy policy(String http) {
    var yaml = "{storage: {rootDirectory: /x}, http: " + http + "}";
    return AccessPolicy.of(ConfigLoader.parse(yaml, Format.YAML).http());
  }

  private static AccessPolicy rules(String accessControl) {
    return policy(
        "{auth: {htpasswd: {path: /h}}, accessControl: %s}".formatted(accessControl.strip()));
  }

  private static final String TABLE =
      """
      {repositories: {
        "**": {anonymousPolicy: [read], defaultPolicy: [read], policies: [{users: [root], actions: [read, create, update, delete]}]},
        "team/**": {defaultPolicy: [read], policies: [
            {users: [ann], actions: [create]},
            {users: [ann], actions: [update]},
            {groups: [Writers], actions: [read, create]}]},
        "team/secret": {policies: [{users: [eve], actions: [read]}]},
        "team/{a,bb}": {anonymousPolicy: [read, create, update, delete]},
        "same/*": {defaultPolicy: [read]},
        "same/?": {defaultPolicy: [delete]},
        "pinned/app": {policies: [{users: [ann], actions: [create], conditions: [{expression: "true"}]}]}},
       groups: {Writers: {users: [bob, "Bob"]}, auditors: {users: [carl]}},
       adminPolicy: {users: [admin], groups: [AUDITORS], actions: [read, delete]}}
      """;

  @ParameterizedTest(name = "{0} to {1}: {2}")
  @CsvSource({
    // caller, repository, what they may do: in the order read, create, update, delete
    "-,     other,           r",
    "-,     other/deep/er,   r",
    "ann,   other,           r",
    "root,  other,           rcud",
    "ROOT,  other,           r", // names are compared as they are
    // Only the longest pattern counts: nothing of ** is left there.
    "-,     team/app,        none",
    "ann,   team/app,        rcu",
    "bob,   team/app,        rc",
    "Bob,   team/app,        rc",
    "root,  team/app,        r",
    "-,     team,            none", // ** also matches no segment
    "ann,   team/secret,     none",
    "bob,   team/secret,     none",
    "eve,   team/secret,     r",
    "eve,   team/secret/sub, r", // the rule is for that one name: here team/** counts
    // Who is logged in doesn't inherit what anonymous ones may.
    "-,     team/a,          rcud",
    "ann,   team/a,          none",
    "-,     team/bb,         rcud",
    "-,     team/b,          none",
    // Of equally long patterns the first in the file counts.
    "ann,   same/x,          r",
    // What has a condition grants nothing while nobody can tell whether it holds.
    "ann,   pinned/app,      none",
    // The admin policy adds to whatever the rules say, also for repositories that no rule matches.
    "admin, team/secret,     rd",
    "admin, team/a,          rd",
    "carl,  team/secret,     rd",
    "carl,  other,           rd",
    "admin, other,           rd"
  })
  void theLongestPatternDecides(String caller, String repository, String expected) {
    var policy = rules(TABLE);
    var allowed =
        RIGHTS.stream()
            .filter(it -> policy.allows(caller(caller), it, new RepositoryName(repository)))
            .map(it -> it.key().substring(0, 1))
            .collect(Collectors.joining());
    assertThat(allowed.isEmpty() ? "none" : allowed).isEqualTo(expected);
  }

  /** Each way to be granted an action, on or off: what is allowed is as the sentences say it. */
  @Test
  void everyCombinationOfPoliciesIsAsTheReferenceSays() {
    int decisions = 0;
    for (int bits = 0; bits < 64; bits++) {
      boolean anonymous = (bits & 1) != 0;
      boolean byDefault = (bits & 2) != 0;
      boolean forUser = (bits & 4) != 0;
      boolean forGroup = (bits & 8) != 0;
      boolean forAdmin = (bits & 16) != 0;
      boolean matches = (bits & 32) != 0;
      for (var action : RIGHTS) {
        var policy =
            rules(
                """
                {repositories: {"%s": {anonymousPolicy: [%s], defaultPolicy: [%s], policies: [
                     {users: [user], actions: [%s]}, {groups: [group], actions: [%s]}]}},
                 groups: {group: {users: [member]}}, adminPolicy: {users: [admin], actions: [%s]}}
                """
                    .formatted(
                        matches ? "team/*" : "elsewhere/**",
                        anonymous ? action.key() : "",
                        byDefault ? action.key() : "",
                        forUser ? action.key() : "",
                        forGroup ? action.key() : "",
                        forAdmin ? action.key() : ""));
        for (var other : RIGHTS) {
          boolean same = other == action;
          var expected = new ArrayList<String>();
          if (same && matches && anonymous) {
            expected.add("-");
          }
          if (same && matches && byDefault) {
            expected.add("anybody");
          }
          if (same && matches && (byDefault || forUser)) {
            expected.add("user");
          }
          if (same && matches && (byDefault || forGroup)) {
            expected.add("member");
          }
          if (same && (matches && byDefault || forAdmin)) {
            expected.add("admin");
          }
          var callers = List.of("-", "anybody", "user", "member", "admin");
          assertThat(callers)
              .as("%s asked for %s with %s", Integer.toBinaryString(bits), other, action)
              .filteredOn(it -> policy.allows(caller(it), other, REPOSITORY))
              .containsExactlyElementsOf(expected);
          decisions += callers.size();
          // Logging in is asked for only where somebody may.
          assertThat(policy.isWorthLoggingIn(other, REPOSITORY))
              .isEqualTo(same && (matches && (byDefault || forUser || forGroup) || forAdmin));
        }
        assertThat(policy.admits(ANONYMOUS)).isEqualTo(anonymous);
        assertThat(policy.admits(user("anybody"))).isTrue();
      }
    }
    assertThat(decisions).isEqualTo(64 * 4 * 4 * 5);
  }

  @Test
  void thePlatformsOwnRulesHold() {
    var policy = AccessPolicy.of(ConfigLoader.load(Path.of("conf/platform.json")).http());
    for (var name : List.of("library/alpine", "kyverno/kyverno", "x", "a/b/c/d")) {
      var repository = new RepositoryName(name);
      assertThat(allowed(policy, ANONYMOUS, repository)).containsExactly(Action.READ);
      assertThat(allowed(policy, user("somebody"), repository)).containsExactly(Action.READ);
      assertThat(allowed(policy, user("admin"), repository)).containsExactlyElementsOf(RIGHTS);
      // The group has no members there: a user of its name is not in it.
      assertThat(allowed(policy, user("admins"), repository)).containsExactly(Action.READ);
    }
    assertThat(policy.admits(ANONYMOUS)).isTrue();
    assertThat(policy.isMixed()).isTrue();
    assertThat(policy.allowsMetrics(ANONYMOUS)).isFalse();
    assertThat(policy.allowsMetrics(user("admin"))).isFalse();
    assertThat(policy.isAdmin(user("admin"))).isFalse();
  }

  private static List<Action> allowed(
      AccessPolicy policy, Caller caller, RepositoryName repository) {
    return RIGHTS.stream().filter(it -> policy.allows(caller, it, repository)).toList();
  }

  @Test
  void withoutRulesWhoeverIsKnownMayDoEverything() {
    var policy = policy("{auth: {htpasswd: {path: /h}}}");
    assertThat(allowed(policy, user("any"), REPOSITORY)).containsExactlyElementsOf(RIGHTS);
    assertThat(policy.allows(user("any"), Action.DETECT_MANIFEST_COLLISION, REPOSITORY)).isFalse();
    assertThat(allowed(policy, ANONYMOUS, REPOSITORY)).isEmpty();
    assertThat(policy.admits(ANONYMOUS)).isFalse();
    assertThat(policy.isMixed()).isFalse();
    assertThat(policy.isWorthLoggingIn(Action.DELETE, REPOSITORY)).isTrue();
    assertThat(policy.allowsMetrics(user("any"))).isTrue();
    assertThat(policy.allowsMetrics(ANONYMOUS)).isFalse();
    assertThat(policy.isAdmin(user("any"))).isTrue();
    assertThat(policy.isAdmin(ANONYMOUS)).isFalse();
  }

  @Test
  void whereNobodyCanBeKnownEverybodyMayDoEverything() {
    var policy = policy("{}");
    assertThat(allowed(policy, ANONYMOUS, REPOSITORY)).containsExactlyElementsOf(RIGHTS);
    assertThat(policy.admits(ANONYMOUS)).isTrue();
    assertThat(policy.isWorthLoggingIn(Action.DELETE, REPOSITORY)).isFalse();
    assertThat(policy.isAdmin(ANONYMOUS)).isTrue();
  }

  @Test
  void rulesForAnonymousOnesAloneNeedNoUsers() {
    var policy = policy("{accessControl: {repositories: {\"**\": {anonymousPolicy: [read]}}}}");
    assertThat(allowed(policy, ANONYMOUS, REPOSITORY)).containsExactly(Action.READ);
    assertThat(policy.isWorthLoggingIn(Action.CREATE, REPOSITORY)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"-,true", "prometheus,true", "ann,false"})
  void metricsAreForTheirUsers(String caller, boolean expected) {
    var policy =
        rules("{repositories: {}, metrics: {users: [prometheus], anonymousPolicy: [read]}}");
    assertThat(policy.allowsMetrics(caller(caller))).isEqualTo(expected);
  }

  @Test
  void anApiKeyIsForNoMoreThanItsUserAndNoMoreThanItsScopes() {
    var policy = rules(TABLE);
    var key = new Caller.User("ann", Scopes.parse(List.of("team/app:read,create,delete", "b/**")));
    assertThat(allowed(policy, key, REPOSITORY)).containsExactly(Action.READ, Action.CREATE);
    assertThat(allowed(policy, key, new RepositoryName("b/x"))).containsExactly(Action.READ);
    assertThat(allowed(policy, key, new RepositoryName("team/other"))).isEmpty();
    var admin = new Caller.User("admin", Scopes.parse(List.of("other")));
    assertThat(policy.isAdmin(admin)).isFalse();
    assertThat(policy.isAdmin(user("admin"))).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "team/app:fly,         is none of read",
    "team/app:,            is none of read",
    "':read',              names no repository",
    "'',                   names no repository",
    "team/{a:read,         can't be read"
  })
  void aScopeThatCantBeReadIsRefused(String scope, String message) {
    try {
      Scopes.parse(List.of(scope));
      throw new AssertionError(scope.toLowerCase(Locale.ROOT) + " was taken");
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageContaining(message);
    }
  }
}
