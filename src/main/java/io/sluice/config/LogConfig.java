package io.sluice.config;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The section {@code log}.
 *
 * @param output a file; empty for the standard output
 * @param audit a file of its own for what has changed the registry; empty for none
 */
public record LogConfig(Level level, Optional<Path> output, Optional<Path> audit) {

  /** From the most to the least talkative. */
  public enum Level {
    TRACE,
    DEBUG,
    INFO,
    WARN,
    ERROR,
    FATAL,
    PANIC
  }

  private static final Map<String, Level> LEVELS =
      Map.of(
          "trace", Level.TRACE,
          "debug", Level.DEBUG,
          "info", Level.INFO,
          "warn", Level.WARN,
          "warning", Level.WARN,
          "error", Level.ERROR,
          "fatal", Level.FATAL,
          "panic", Level.PANIC);

  // Zot's default is debug: several lines a request, which nobody asked for who wrote no level.
  static LogConfig defaults() {
    return new LogConfig(Level.INFO, Optional.empty(), Optional.empty());
  }

  static LogConfig read(Section log) {
    return new LogConfig(
        log.choice("level", LEVELS).orElse(defaults().level()),
        log.path("output"),
        log.path("audit"));
  }
}
