package io.sluice.access;

/** Who asks: nobody in particular, or a user whose name was proven. */
public sealed interface Caller {

  /** The user's name as it was proven; empty for anonymous ones. */
  String name();

  default boolean isAnonymous() {
    return this instanceof Anonymous;
  }

  /** Whoever has shown no credentials. */
  record Anonymous() implements Caller {
    @Override
    public String name() {
      return "";
    }
  }

  /**
   * Somebody who is known.
   *
   * @param scopes what their credentials are good for; an API key may be for less than its user may
   */
  record User(String name, Scopes scopes) implements Caller {
    public User {
      if (name.isEmpty()) {
        throw new IllegalArgumentException("a user has a name");
      }
    }

    /** A user with all their rights. */
    public static User of(String name) {
      return new User(name, Scopes.ALL);
    }
  }
}
