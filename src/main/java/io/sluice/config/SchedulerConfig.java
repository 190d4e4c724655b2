package io.sluice.config;

/**
 * The section {@code scheduler}.
 *
 * @param numWorkers how many background tasks run at once; default four for each processor, as for
 *     0
 */
public record SchedulerConfig(int numWorkers) {

  static SchedulerConfig defaults() {
    return new SchedulerConfig(Runtime.getRuntime().availableProcessors() * 4);
  }

  static SchedulerConfig read(Section scheduler) {
    int workers = scheduler.integer("numWorkers", 0, 0, 10_000);
    return workers == 0 ? defaults() : new SchedulerConfig(workers);
  }
}
