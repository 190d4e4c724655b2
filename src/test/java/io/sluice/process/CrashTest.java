package io.sluice.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.oci.Digest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** kill -9 at random points, again and again, while clients push (design, promises 1 and 3). */
@Timeout(300)
class CrashTest {
  private static final int ROUNDS = Integer.getInteger("sluice.crash.rounds", 8);
  private static final int PUSHERS = 4;
  private static final int MAX_LAYER = 3_000_000;

  @TempDir private Path data;

  @Test
  void whateverWasAcknowledgedIsThereAndNoTagIsHalfThere() throws Exception {
    long seed = Long.getLong("sluice.crash.seed", System.nanoTime());
    var random = new Random(seed);
    var acknowledged = new ConcurrentHashMap<String, Digest>();
    for (int round = 0; round < ROUNDS; round++) {
      try (var process = SluiceProcess.serve(data)) {
        // Kill after so many acknowledged pushes, so in the middle of those that follow.
        pushAndKill(process, random, round, 1 + random.nextInt(12), acknowledged);
      }
    }
    try (var process = SluiceProcess.serve(data)) {
      var client = new RegistryClient(process.uri());
      assertThat(acknowledged).as("seed " + seed).isNotEmpty();
      for (var image : acknowledged.entrySet()) {
        var name = image.getKey().split(":", -1);
        assertThat(requireWhole(client, name[0], name[1]))
            .as("%s, seed %d", image.getKey(), seed)
            .isEqualTo(image.getValue());
      }
      requireEveryTagWhole(client, seed);
    }
  }

  private static void pushAndKill(
      SluiceProcess process, Random random, int round, int pushes, Map<String, Digest> acknowledged)
      throws Exception {
    var client = new RegistryClient(process.uri());
    var enough = new CountDownLatch(pushes);
    var killed = new AtomicBoolean();
    var number = new AtomicInteger();
    var unexpected = new ConcurrentHashMap<String, Exception>();
    var pushers = new ArrayList<Thread>();
    for (int i = 0; i < PUSHERS; i++) {
      var own = new Random(random.nextLong());
      pushers.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    while (!killed.get()) {
                      var tag = round + "-" + number.incrementAndGet();
                      var repository = "team/app" + own.nextInt(3);
                      try {
                        var layer =
                            new byte[1 + own.nextInt(own.nextInt(10) < 5 ? 1000 : MAX_LAYER)];
                        own.nextBytes(layer);
                        var digest = client.pushImage(repository, tag, layer);
                        acknowledged.put(repository + ":" + tag, digest);
                        enough.countDown();
                      } catch (IOException e) {
                        if (!killed.get()) {
                          unexpected.put(tag, e);
                        }
                        return;
                      } catch (InterruptedException e) {
                        return;
                      }
                    }
                  }));
    }
    enough.await();
    killed.set(true);
    process.kill();
    for (var pusher : pushers) {
      pusher.join();
    }
    assertThat(unexpected).isEmpty();
  }

  private static void requireEveryTagWhole(RegistryClient client, long seed) throws Exception {
    var json = new ObjectMapper();
    for (var repository : json.readTree(client.get("/v2/_catalog").body()).path("repositories")) {
      var tags = client.get("/v2/" + repository.asText() + "/tags/list");
      for (var tag : json.readTree(tags.body()).path("tags")) {
        assertThat(requireWhole(client, repository.asText(), tag.asText()))
            .as("seed " + seed)
            .isNotNull();
      }
    }
  }

  /** Pulls all of an image, comparing digests; returns the manifest's. */
  private static Digest requireWhole(RegistryClient client, String repository, String tag)
      throws Exception {
    var manifest = client.get("/v2/" + repository + "/manifests/" + tag);
    RegistryClient.expect(200, manifest);
    var json = new ObjectMapper().readTree(manifest.body());
    var blobs = new ArrayList<String>();
    blobs.add(json.path("config").path("digest").asText());
    json.path("layers").forEach(layer -> blobs.add(layer.path("digest").asText()));
    for (var digest : blobs) {
      var blob = client.get("/v2/" + repository + "/blobs/" + digest);
      RegistryClient.expect(200, blob);
      assertThat(Digest.sha256(blob.body())).hasToString(digest);
    }
    return Digest.sha256(manifest.body());
  }
}
