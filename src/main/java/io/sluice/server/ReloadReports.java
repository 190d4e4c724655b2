package io.sluice.server;

import io.sluice.config.LoadedConfig;
import io.sluice.config.Problem;
import io.sluice.events.Event;
import io.sluice.events.Event.ConfigReloaded;
import io.sluice.events.Occasion;
import io.sluice.ulid.Ulids;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells how reloads went: to the log with what was found, and as events without. */
final class ReloadReports {
  private static final Logger LOG = LoggerFactory.getLogger(Reload.class);
  private static final String KEPT = "not reloaded, the old configuration stays in force: ";

  private final Consumer<Event> events;
  private final InstantSource clock;
  private final Ulids ulids;

  ReloadReports(Consumer<Event> events, InstantSource clock) {
    this.events = events;
    this.clock = clock;
    this.ulids = new Ulids(clock);
  }

  void taken(LoadedConfig before, LoadedConfig now, List<String> changed, List<String> restart) {
    LOG.atInfo()
        .addKeyValue("changed", String.join(", ", changed))
        .log("the configuration was reloaded");
    if (!changed.isEmpty()) {
      restart.forEach(key -> LOG.warn("{} takes effect with the next start only", key));
    }
    now.config().warnings().stream()
        .filter(warning -> !before.config().warnings().contains(warning))
        .forEach(LOG::warn);
    Supported.warning(now.config())
        .filter(warning -> !Supported.warning(before.config()).equals(Optional.of(warning)))
        .ifPresent(LOG::warn);
    publish(changed, restart, Optional.empty());
  }

  void sameAsInForce() {
    LOG.info("the configuration file changed, but says what is in force");
  }

  /** The file can't be read, or there is something wrong in it. */
  void mistaken(List<Problem> problems) {
    problems.forEach(problem -> LOG.error("{}{}", KEPT, problem.render()));
    // No values: a listener needn't be somebody whom the file is for.
    publish(
        List.of(),
        List.of(),
        Optional.of(
            problems.stream().map(Problem::renderWithoutValue).collect(Collectors.joining("\n"))));
  }

  /** Each value is right, but they, or the files that they name, can't be used. */
  void unusable(List<String> changed, String message) {
    LOG.atError().addKeyValue("changed", String.join(", ", changed)).log("{}{}", KEPT, message);
    publish(changed, List.of(), Optional.of(message));
  }

  /** What isn't foreseen; its message may hold anything, so only the log gets it. */
  void defect(List<String> changed, RuntimeException cause) {
    LOG.atError()
        .addKeyValue("changed", String.join(", ", changed))
        .setCause(cause)
        .log("{}a defect", KEPT);
    publish(changed, List.of(), Optional.of("a defect; see the log"));
  }

  void unwritableLog(Exception cause) {
    LOG.error(
        "the log stays where it is: log.output or log.audit can't be written to: {}",
        cause.getMessage());
  }

  private void publish(List<String> changed, List<String> restart, Optional<String> error) {
    var occasion = Occasion.ofProcess(ulids.next(), clock.instant());
    events.accept(new ConfigReloaded(occasion, changed, restart, error));
  }
}
