package io.sluice.bench;

import io.sluice.config.DataSize;
import io.sluice.oci.RepositoryName;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;

/**
 * What to run.
 *
 * @param scenarios in this order
 * @param concurrency operations under way at once; empty for the scenario's own
 * @param duration how long operations are begun in the measured part; those under way are awaited
 * @param warmup the same for what is done before; zero for none
 * @param count with it, push-large does so many pushes, however long they take
 * @param largeSize of the layer of push-large and pull-large
 * @param repository where to push
 * @param keep whether what was pushed stays
 * @param eventLoops of the client; each is a core at most
 */
public record BenchSettings(
    Target target,
    List<Scenario> scenarios,
    OptionalInt concurrency,
    Duration duration,
    Duration warmup,
    OptionalInt count,
    DataSize largeSize,
    RepositoryName repository,
    boolean keep,
    int eventLoops) {

  /**
   * @throws IllegalArgumentException with a message for the user
   */
  public BenchSettings {
    scenarios = List.copyOf(scenarios);
    require(concurrency.orElse(1) > 0, "the concurrency is at least 1");
    require(duration.isPositive(), "the duration is more than 0");
    require(!warmup.isNegative(), "the warm-up is not negative");
    require(count.orElse(1) > 0, "the count is at least 1");
    require(
        largeSize.bytes() >= Content.smallest(),
        "a large layer has at least " + Content.smallest() + " bytes");
    require(eventLoops > 0, "there is at least 1 event loop");
  }

  int concurrencyOf(Scenario scenario) {
    return concurrency.orElse(scenario.defaultConcurrency());
  }

  private static void require(boolean fulfilled, String otherwise) {
    if (!fulfilled) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
