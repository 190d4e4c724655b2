package io.sluice.process;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ends one of the registries as a crash does, or lets it stand still for longer than the grace; one
 * at a time.
 */
final class SoakMonkey {
  private final List<SoakNode> nodes;
  private final Random random;
  private final Duration grace;
  private final SoakCounts counts;

  SoakMonkey(List<SoakNode> nodes, Random random, Duration grace, SoakCounts counts) {
    this.nodes = nodes;
    this.random = random;
    this.grace = grace;
    this.counts = counts;
  }

  /** Until it is over; then all run. */
  void play(CountDownLatch over) throws Exception {
    while (!over.await(500 + random.nextInt(4000), TimeUnit.MILLISECONDS)) {
      var node = nodes.get(random.nextInt(nodes.size()));
      if (random.nextInt(5) < 3) {
        node.kill();
        over.await(random.nextInt(1500), TimeUnit.MILLISECONDS);
        node.start();
        counts.add("kill -9");
      } else {
        double graces = 0.4 + 1.2 * random.nextDouble();
        node.stall();
        over.await((long) (grace.toMillis() * graces), TimeUnit.MILLISECONDS);
        node.goOn();
        counts.add(graces > 1 ? "stalls longer than the grace" : "stalls");
      }
    }
  }
}
