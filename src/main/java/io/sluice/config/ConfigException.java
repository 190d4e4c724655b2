package io.sluice.config;

import java.util.List;
import java.util.stream.Collectors;

/** A configuration cannot be used; it says everything that is wrong with it at once. */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient List<Problem> problems;

  ConfigException(List<Problem> problems) {
    super(
        problems.stream().map(Problem::render).collect(Collectors.joining("\n")),
        null,
        false,
        false);
    this.problems = List.copyOf(problems);
  }

  static ConfigException of(String value, String message, String expected) {
    return new ConfigException(List.of(new Problem("", value, message, expected)));
  }

  /** What is wrong, in the order of the file; never empty. */
  public List<Problem> problems() {
    return problems;
  }
}
