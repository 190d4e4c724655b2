package io.sluice.registry;

/** Who brought a manifest; stands in its revision, for people. */
sealed interface Author {

  /** A client; the name is empty for an anonymous one. */
  record User(String name) implements Author {}

  /** Nobody here: it was fetched from a registry, given by its host. */
  record Upstream(String host) implements Author {}
}
