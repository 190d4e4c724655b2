package io.sluice.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.oci.Digest;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * The client of bench/gc: pulls images that stay, at a fixed rate, for some time or for as long as
 * a collection takes that it starts. Prints one line of JSON.
 */
@Command(name = "gc-pulls", mixinStandardHelpOptions = true)
final class GcPulls implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Parameters(index = "0", paramLabel = "URL")
  private String url = "";

  @Parameters(index = "1", paramLabel = "LIST", description = "of the images, by GcStock")
  private Path list = Path.of("");

  @Option(names = "--rate", description = "images begun in a second, whatever is still under way")
  private int rate = 20;

  @Option(names = "--connections", description = "kept open; others wait for one")
  private int connections = 4;

  @Option(names = "--seconds", description = "how long, if there is no collection")
  private int seconds = 20;

  @Option(names = "--collect", description = "starts a collection, and ends with it")
  private boolean collect;

  private record Pulled(String repository, String tag, long manifest, List<BlobOf> blobs) {}

  private record BlobOf(Digest digest, long size) {}

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new GcPulls()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    var images = Files.readAllLines(list).stream().map(GcPulls::parse).toList();
    var vertx = Vertx.vertx();
    try {
      var target = Target.parse(url, false);
      var loop = new Loop(target, connections);
      vertx.deployVerticle(loop).await(30, TimeUnit.SECONDS);
      var pulling = loop.with(client -> Future.succeededFuture(new Pulling(vertx, client, images)));
      var mine = pulling.await(30, TimeUnit.SECONDS);
      long begun = System.nanoTime();
      loop.with(_ -> mine.start(rate)).await(30, TimeUnit.SECONDS);
      JsonNode run = JsonNodeFactory.instance.objectNode();
      if (collect) {
        run = collect(target.base());
      } else {
        TimeUnit.SECONDS.sleep(seconds);
      }
      long took = System.nanoTime() - begun;
      loop.with(_ -> mine.end()).await(60, TimeUnit.SECONDS);
      var report = mine.report();
      report.put("seconds", took / 1e9).set("run", run);
      System.out.println(report);
      return mine.errors.isEmpty() ? 0 : 1;
    } finally {
      vertx.close();
    }
  }

  private static Pulled parse(String line) {
    var words = line.split(" ", -1);
    var blobs = new ArrayList<BlobOf>();
    for (int i = 3; i < words.length; i += 2) {
      blobs.add(new BlobOf(Digest.parse(words[i]), Long.parseLong(words[i + 1])));
    }
    return new Pulled(words[0], words[1], Long.parseLong(words[2]), blobs);
  }

  /** Answers what the run said of itself. */
  private static JsonNode collect(URI base) throws IOException, InterruptedException {
    try (var http = HttpClient.newHttpClient()) {
      var at = HttpRequest.newBuilder(base.resolve("/v2/_sluice/gc?confirm=true"));
      ask(http, at.POST(HttpRequest.BodyPublishers.noBody()).build());
      var look = HttpRequest.newBuilder(base.resolve("/v2/_sluice/gc")).build();
      while (true) {
        var store = ask(http, look).path("stores").path(0);
        if (!store.path("running").asBoolean()) {
          if (store.has("lastError")) {
            throw new IOException("the collection failed: " + store.path("lastError"));
          }
          return store.path("lastRun");
        }
        TimeUnit.MILLISECONDS.sleep(250);
      }
    }
  }

  private static JsonNode ask(HttpClient http, HttpRequest request)
      throws IOException, InterruptedException {
    var answer = http.send(request, HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() / 100 != 2) {
      throw new IOException(request + " was answered " + answer.statusCode() + answer.body());
    }
    return JSON.readTree(answer.body());
  }

  /** What is under way. Confined to the client's context. */
  private static final class Pulling {
    private final Vertx vertx;
    private final RegistryClient client;
    private final List<Pulled> images;
    private final Histogram requests = new Histogram();
    private final Histogram wholes = new Histogram();
    private final TreeMap<String, Integer> errors = new TreeMap<>();
    private final Promise<Void> over = Promise.promise();
    private long timer;
    private int open;
    private boolean ending;

    Pulling(Vertx vertx, RegistryClient client, List<Pulled> images) {
      this.vertx = vertx;
      this.client = client;
      this.images = images;
    }

    Future<Void> start(int rate) {
      timer = vertx.setPeriodic(1000 / rate, _ -> pull());
      return Future.succeededFuture();
    }

    /** Begins no more, and completes when those that had begun are over. */
    Future<Void> end() {
      vertx.cancelTimer(timer);
      ending = true;
      if (open == 0) {
        over.tryComplete();
      }
      return over.future();
    }

    private void pull() {
      var image = images.get(ThreadLocalRandom.current().nextInt(images.size()));
      long begun = System.nanoTime();
      open++;
      var read = timed(() -> client.getManifest(image.repository(), image.tag(), image.manifest()));
      for (var blob : image.blobs()) {
        read =
            read.compose(
                _ -> timed(() -> client.getBlob(image.repository(), blob.digest(), blob.size())));
      }
      read.onComplete(
          done -> {
            if (done.succeeded()) {
              wholes.record(System.nanoTime() - begun);
            } else {
              errors.merge(String.valueOf(done.cause().getMessage()), 1, Integer::sum);
            }
            if (--open == 0 && ending) {
              over.tryComplete();
            }
          });
    }

    private Future<Long> timed(Supplier<Future<Long>> request) {
      long begun = System.nanoTime();
      return request.get().onSuccess(_ -> requests.record(System.nanoTime() - begun));
    }

    ObjectNode report() {
      var report = JsonNodeFactory.instance.objectNode();
      report.put("images", wholes.count()).put("requests", requests.count());
      report.put("p50Millis", millis(requests, 50)).put("p99Millis", millis(requests, 99));
      report.put("maxMillis", requests.max() / 1e6);
      report.put("imageP50Millis", millis(wholes, 50)).put("imageP99Millis", millis(wholes, 99));
      report.set("errors", JSON.valueToTree(errors));
      return report;
    }

    private static double millis(Histogram histogram, double percent) {
      return histogram.percentile(percent) / 1e6;
    }
  }
}
