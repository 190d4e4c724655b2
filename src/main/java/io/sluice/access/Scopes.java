package io.sluice.access;

import io.sluice.config.AccessControlConfig.Action;
import io.sluice.config.Glob;
import io.sluice.oci.RepositoryName;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What an API key is good for, within what its user may do. Zot keeps such texts without heeding
 * them; there they are names of repositories, and so they are here.
 *
 * @param entries each grants some actions for some repositories; empty for no limit
 */
public record Scopes(List<Scope> entries) {
  /** No limit. */
  public static final Scopes ALL = new Scopes(List.of());

  /** What {@link #parse} takes. */
  public static final String EXPECTED =
      "repository patterns such as team/app or team/**, each perhaps with actions behind a colon, as team/**:read,create";

  private static final int MOST = 100;
  private static final int LONGEST = 512;
  private static final Set<Action> GRANTABLE =
      EnumSet.of(Action.READ, Action.CREATE, Action.UPDATE, Action.DELETE);

  /** Some actions for the repositories that match. */
  public record Scope(Glob repositories, Set<Action> actions) {}

  public Scopes {
    entries = List.copyOf(entries);
  }

  /**
   * Reads the texts that a user gave.
   *
   * @throws IllegalArgumentException with what is wrong in which of them
   */
  public static Scopes parse(List<String> texts) {
    if (texts.size() > MOST) {
      throw new IllegalArgumentException("there are more than " + MOST + " scopes");
    }
    return new Scopes(texts.stream().map(Scopes::parse).toList());
  }

  private static Scope parse(String text) {
    // No repository's name has a colon.
    int colon = text.lastIndexOf(':');
    var pattern = colon < 0 ? text : text.substring(0, colon);
    if (pattern.isBlank() || text.length() > LONGEST) {
      throw new IllegalArgumentException("the scope '" + shown(text) + "' names no repository");
    }
    try {
      return new Scope(
          Glob.compile(pattern), colon < 0 ? GRANTABLE : actions(text.substring(colon + 1)));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "the scope '" + shown(text) + "' can't be read: " + e.getMessage(), e);
    }
  }

  private static Set<Action> actions(String list) {
    var actions = EnumSet.noneOf(Action.class);
    for (var word : list.split(",", -1)) {
      actions.add(
          GRANTABLE.stream()
              .filter(action -> action.key().equals(word.strip()))
              .findFirst()
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "'" + shown(word) + "' is none of read, create, update, delete")));
    }
    return Set.copyOf(actions);
  }

  private static String shown(String text) {
    return text.length() <= 80 ? text : text.substring(0, 77) + "...";
  }

  /** Whether they reach this far. */
  boolean allow(Action action, RepositoryName repository) {
    return areAll()
        || entries.stream()
            .anyMatch(
                scope ->
                    scope.actions.contains(action)
                        && scope.repositories.matches(repository.value()));
  }

  /** Whether they are no limit. */
  public boolean areAll() {
    return entries.isEmpty();
  }
}
