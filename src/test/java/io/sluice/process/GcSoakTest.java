package io.sluice.process;

import static io.sluice.testkit.Eventually.within;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.process.SoakNode.Lost;
import io.sluice.testkit.s3.Bucket;
import io.sluice.testkit.s3.Driver;
import io.sluice.testkit.s3.S3Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Collections without a pause, of two registries that share a store, while clients push, share,
 * delete and restore, and while one registry or the other is killed or stands still (design,
 * promises 1 and 4).
 *
 * <p>{@code -Dsluice.soak.seconds=600} lets the clients work for longer, {@code -Dsluice.soak.seed}
 * repeats their choices, as far as threads and processes let it.
 */
@Timeout(3600)
class GcSoakTest {
  private static final Duration LENGTH =
      Duration.ofSeconds(Integer.getInteger("sluice.soak.seconds", 40));
  private static final int WORKERS = 6;
  private static final Duration GRACE = Duration.ofSeconds(6);
  private static final Duration UNDO = Duration.ofSeconds(4);
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Duration PAUSE = Duration.ofMillis(500);

  @TempDir private Path folder;

  private final long seed = Long.getLong("sluice.soak.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final Bucket bucket = S3Server.shared().newBucket();
  private final List<SoakNode> nodes = new ArrayList<>();
  private final SoakBook book = new SoakBook();
  private final SoakCounts counts = new SoakCounts();
  private final SoakClient client = new SoakClient(nodes, random, book, counts);

  @AfterEach
  void stop() throws Exception {
    for (var node : nodes) {
      node.close();
    }
    System.out.println("soak: seed " + seed + ", " + counts);
    bucket.close();
  }

  private Path config() throws IOException {
    var driver = new Driver(bucket, S3Server.shared().endpoint()).section();
    return Files.writeString(
        folder.resolve("config.yaml"),
        """
        storage:
          rootDirectory: %1$s
          gcDelay: %2$ds
          gcInterval: 3s
          retention:
            policies:
              - repositories: ["newest/**"]
                deleteReferrers: true
                keepTags: [{mostRecentlyPushedCount: %4$d}]
              - repositories: ["**"]
                deleteReferrers: true
          storageDriver: %5$s
        http: {address: 127.0.0.1, port: "0"}
        sluice:
          gc: {shortestDelay: 4s, requestsPerSecond: 2000}
          retention: {undo: %3$ds}
        """
            .formatted(
                folder.resolve("own"), GRACE.toSeconds(), UNDO.toSeconds(), SoakBook.KEPT, driver));
  }

  @Test
  void nothingThatIsNeededGoesAndAllElseDoes() throws Exception {
    var config = config();
    for (int i = 0; i < 2; i++) {
      var node = new SoakNode(config, counts);
      nodes.add(node);
      node.start();
    }
    workWhileTheMonkeyPlays();
    restartAll();
    awaitCollectionsAfter(Instant.now().plus(GRACE).plus(UNDO));
    for (var node : nodes) {
      node.tally();
    }

    for (var node : nodes) {
      for (var tag : book.tags()) {
        client.check(tag, node);
      }
    }
    for (var what : List.of("tags", "manifests", "blobs", "data")) {
      assertThat(counts.of("collected " + what)).as("%s, %s", what, counts).isPositive();
    }

    deleteAllTags();
    within(
        PATIENCE,
        PAUSE,
        this::remains,
        keys -> assertThat(keys).as("seed %d, %s", seed, counts).isEmpty());
    for (var node : nodes) {
      node.close();
      assertThat(node.errors()).as("seed %d", seed).isEmpty();
    }
  }

  private void workWhileTheMonkeyPlays() throws Exception {
    var over = new CountDownLatch(1);
    var layers = new SoakLayers();
    var tasks = new ArrayList<Future<?>>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < WORKERS; i++) {
        var own = new Random(random.nextLong());
        var worker =
            new SoakWorker(
                i, own, new SoakClient(nodes, own, book, counts), book, layers, counts, UNDO);
        tasks.add(run(threads, over, () -> worker.work(() -> over.getCount() == 0)));
      }
      var monkey = new SoakMonkey(nodes, new Random(random.nextLong()), GRACE, counts);
      tasks.add(run(threads, over, () -> monkey.play(over)));
      var own = new SoakClient(nodes, new Random(random.nextLong()), book, counts);
      tasks.add(run(threads, over, () -> askForCollections(own, over)));
      over.await(LENGTH.toMillis(), TimeUnit.MILLISECONDS);
      over.countDown();
    }
    for (var task : tasks) {
      try {
        task.get();
      } catch (ExecutionException e) {
        throw new AssertionError("seed " + seed + ", " + counts, e.getCause());
      }
    }
  }

  private interface Task {
    void run() throws Exception;
  }

  /** If it fails, all others stop at once, so that the store still has what it failed about. */
  private static Future<?> run(ExecutorService threads, CountDownLatch over, Task task) {
    Callable<Void> callable =
        () -> {
          try {
            task.run();
            return null;
          } catch (Exception | AssertionError e) {
            over.countDown();
            throw e;
          }
        };
    return threads.submit(callable);
  }

  private static void askForCollections(SoakClient client, CountDownLatch over) throws Exception {
    while (!over.await(1, TimeUnit.SECONDS)) {
      try {
        SoakClient.require(client.node().send("POST", "/v2/_sluice/gc", new byte[0]), 202);
      } catch (Lost e) {
        // The next one then.
      }
    }
  }

  /** With nothing in memory, and nothing under way. */
  private void restartAll() throws Exception {
    for (var node : nodes) {
      node.kill();
    }
    for (var node : nodes) {
      node.start();
    }
  }

  /** Waits until two have begun, one after the other, since that time and have ended. */
  private void awaitCollectionsAfter(Instant time) {
    for (int i = 0; i < 2; i++) {
      var since = i == 0 ? time : Instant.now();
      within(
          PATIENCE,
          PAUSE,
          this::lastCollection,
          last -> assertThat(Instant.parse(last.path("started").asText())).isAfter(since));
    }
  }

  private JsonNode lastCollection() {
    try {
      return SoakClient.json(nodes.getFirst().send("GET", "/v2/_sluice/gc", new byte[0]))
          .at("/stores/0/lastRun");
    } catch (Lost | IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private void deleteAllTags() throws Exception {
    for (var tag : book.tags()) {
      SoakClient.require(client.delete(tag.repository, tag.name), 202, 404);
    }
  }

  /** What is left of repositories, but for records of uploads that were begun. */
  private List<String> remains() {
    var kinds = List.of("/data/", "/repos/", "/catalog/", "/digests/");
    return bucket.keys().stream()
        .map(key -> key.substring(key.indexOf("_sluice/") + "_sluice".length()))
        .filter(key -> kinds.stream().anyMatch(key::startsWith))
        .toList();
  }
}
