package io.sluice.registry;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.sluice.Await;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/**
 * Writers, deletions and collectors of several processes, interleaved at every call of the store
 * (design, section 5), on simulated clocks.
 *
 * <pre>
 * mvn test -Dtest=SimulationTest -Dsluice.sim.seeds=1000000  more histories than the usual 20,000
 * mvn test -Dtest=SimulationTest -Dsluice.sim.seed=4711      one, with its log
 * </pre>
 */
class SimulationTest {
  private static final int SEEDS = Integer.getInteger("sluice.sim.seeds", 20_000);
  private static final long MUTATED = Long.getLong("sluice.sim.mutated", 30_000);
  private static final long FIRST = Long.getLong("sluice.sim.first", 0);
  private static final @Nullable Long ONE = Long.getLong("sluice.sim.seed");

  private static final Logger BLOBS_LOG = (Logger) LoggerFactory.getLogger(Blobs.class);

  private static @Nullable Vertx vertx;

  @BeforeAll
  static void startVertx() {
    vertx = Vertx.vertx();
    // Renewals fail by the thousand here.
    BLOBS_LOG.setLevel(Level.OFF);
  }

  @AfterAll
  static void stopVertx() {
    BLOBS_LOG.setLevel(null);
    if (vertx != null) {
      Await.result(vertx.close());
    }
  }

  @Test
  void whatATagNamesIsThereWholeInEveryHistory() {
    var collected = new LongAdder();
    var acknowledged = new LongAdder();
    var seeds = ONE != null ? LongStream.of(ONE) : LongStream.range(FIRST, FIRST + SEEDS);
    // Side by side, but each on a context of its own.
    seeds
        .parallel()
        .forEach(
            seed -> {
              var world = run(seed, Mutation.NONE);
              collected.add(world.deletedData());
              acknowledged.add(world.acknowledged());
              if (ONE != null) {
                world.log().forEach(System.out::println);
              }
            });

    if (ONE == null) {
      // A history in which nothing goes and nothing comes would prove nothing.
      assertThat(collected.sum()).as("data objects that were collected").isGreaterThan(SEEDS);
      assertThat(acknowledged.sum()).as("pushes that were acknowledged").isGreaterThan(SEEDS);
    }
  }

  @ParameterizedTest
  @EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void withoutAnyOfTheRulesItFindsOut(Mutation mutation) {
    long seed = 0;
    while (seed < MUTATED && !isFound(mutation, seed)) {
      seed++;
    }
    assertThat(seed).as("histories until " + mutation + " was found").isLessThan(MUTATED);
  }

  private static boolean isFound(Mutation mutation, long seed) {
    try {
      run(seed, mutation);
      return false;
    } catch (AssertionError found) {
      return true;
    }
  }

  @Test
  void theSameSeedIsTheSameHistory() {
    assertThat(historyOf(17)).isEqualTo(historyOf(17)).isNotEqualTo(historyOf(18));
  }

  /** Upload sessions have random names. */
  private static List<String> historyOf(long seed) {
    return run(seed, Mutation.NONE).log().stream()
        .map(line -> line.replaceAll("uploads/[0-9a-f]+", ""))
        .toList();
  }

  private static SimulatedRegistry run(long seed, Mutation mutation) {
    var vertx = Objects.requireNonNull(SimulationTest.vertx);
    var world = new SimulatedRegistry(vertx, seed, mutation);
    return Await.on(
        vertx,
        () -> {
          world.run();
          return Future.succeededFuture(world);
        });
  }
}
