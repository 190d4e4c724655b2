package io.sluice.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.config.DataSize;
import io.sluice.config.GoDuration;
import io.sluice.oci.Digest;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * The client of bench/memory: large images are pushed at once, while other clients pull, and others
 * read so slowly that they stand still. Ends when the pushes have; what was pushed stays.
 */
@Command(name = "mixed-load", mixinStandardHelpOptions = true)
final class MixedLoad implements Callable<Integer> {
  @Parameters(paramLabel = "URL")
  private String url = "";

  @Option(names = "--pushes", description = "images pushed, all at once")
  private int pushes = 16;

  @Option(
      names = "--size",
      converter = SizeConverter.class,
      description = "of the one layer that each has")
  private DataSize size = DataSize.parse("1.2GiB");

  @Option(names = "--pulls", description = "clients that pull, one image after the other")
  private int pulls = 16;

  @Option(
      names = "--pull-size",
      converter = SizeConverter.class,
      description = "of the larger layer of an image that is pulled; ten others have 64 KiB")
  private DataSize pullSize = DataSize.parse("32MiB");

  @Option(
      names = "--pull-pause",
      converter = DurationConverter.class,
      description = "how long a client rests after each pull")
  private Duration pullPause = Duration.ZERO;

  @Option(names = "--stalls", description = "clients that read a large layer, but hardly")
  private int stalls = 8;

  @Option(names = "--event-loops", description = "threads of the client")
  private int eventLoops = 1;

  @Option(names = "--json", description = "where the report goes", required = true)
  private Path json = Path.of("");

  public static void main(String[] args) {
    System.exit(new CommandLine(new MixedLoad()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    var vertx =
        Vertx.vertx(
            new VertxOptions()
                .setEventLoopPoolSize(eventLoops)
                .setPreferNativeTransport(true)
                .setMaxWorkerExecuteTime(10)
                .setMaxWorkerExecuteTimeUnit(TimeUnit.MINUTES));
    try {
      var report = run(vertx);
      Files.writeString(json, report.toPrettyString() + System.lineSeparator());
      return report.path("failures").asInt() == 0 ? 0 : 1;
    } finally {
      vertx.close();
    }
  }

  private ObjectNode run(Vertx vertx) throws Exception {
    var target = Target.parse(url, false);
    var repository = "bench/" + Long.toHexString(ThreadLocalRandom.current().nextLong());
    var stock = Stock.of(repository, size.bytes());
    var pusher = new Loop(target, pushes);
    var puller = new Loop(target, Math.max(1, pulls));
    deploy(vertx, pusher);
    deploy(vertx, puller);

    say("prepares: an image to pull, another whose large layer is read by those who stall");
    var large = Pushes.large(stock);
    await(pusher.with(client -> large.prepare(vertx, client)));
    var pulled = new PulledImages(vertx, stock, pullSize.bytes(), pullPause);
    await(puller.with(client -> pulled.prepare(vertx, client)));
    await(pusher.with(large::once));
    var layer = Digest.parse(stock.blobs().get(stock.blobs().size() - 2).toString());

    var stalled = new ArrayList<StalledReader>();
    for (int i = 0; i < stalls; i++) {
      stalled.add(StalledReader.start(target.base(), repository, layer));
    }
    say(pushes + " pushes of " + size + ", " + pulls + " pull, " + stalls + " stall");
    var limit = Limit.of(pushes);
    Future<Tally> pulling =
        pulls == 0
            ? Future.succeededFuture(new Tally())
            : puller.repeat(pulled, Limit.lasting(Duration.ofDays(1)));
    var pushed = await(pusher.repeat(large, limit));
    long nanos = limit.elapsed();
    puller.abandon();
    var pulledTally = await(pulling);
    var ended = stalled.stream().map(StalledReader::end).toList();
    say("looks whether all that was pushed is there");
    int missing = missing(pusher, stock, size.bytes());
    return report(pushed, pulledTally, ended, missing, nanos);
  }

  private static int missing(Loop loop, Stock stock, long large) throws Exception {
    int missing = 0;
    for (var image : stock.images()) {
      if (image.layers().getFirst().size() != large) {
        continue;
      }
      try {
        await(
            loop.with(
                client ->
                    client.getManifest(
                        stock.repository(), image.tag(), image.manifest().length())));
        for (var blob : image.blobs().toList()) {
          if (!await(loop.with(client -> client.hasBlob(stock.repository(), blob.digest())))) {
            missing++;
          }
        }
      } catch (RegistryFailure e) {
        missing++;
      }
    }
    return missing;
  }

  private ObjectNode report(
      Tally pushed, Tally pulled, List<StalledReader.End> ended, int missing, long nanos) {
    var node = JsonNodeFactory.instance.objectNode();
    var stallErrors = ended.stream().filter(it -> !it.stood()).toList();
    long failures = failures(pushed) + failures(pulled) + stallErrors.size() + missing;
    node.put("seconds", nanos / 1e9);
    node.put("failures", failures);
    node.put("missing", missing);
    tally(node.putObject("pushes"), pushed, nanos);
    tally(node.putObject("pulls"), pulled, nanos);
    var stalling = node.putObject("stalls");
    stalling.put("stood", ended.size() - stallErrors.size());
    stalling.put("bytes", ended.stream().mapToLong(StalledReader.End::bytes).sum());
    var reasons = stalling.putArray("ended");
    stallErrors.forEach(it -> reasons.add(it.reason()));
    return node;
  }

  private static void tally(ObjectNode node, Tally tally, long nanos) {
    node.put("done", tally.latencies().count());
    node.put("failed", failures(tally));
    var kinds = node.putObject("errorsByKind");
    tally.errors().forEach(kinds::put);
    node.put("bytes", tally.bytes());
    node.put("bytesPerSecond", tally.bytes() * 1e9 / nanos);
    node.put("p50Millis", tally.latencies().percentile(50) / 1e6);
    node.put("p99Millis", tally.latencies().percentile(99) / 1e6);
  }

  private static long failures(Tally tally) {
    return tally.errors().values().stream().mapToLong(Long::longValue).sum();
  }

  private static void deploy(Vertx vertx, Loop loop) throws Exception {
    var unused = await(vertx.deployVerticle(loop, new DeploymentOptions()));
  }

  private static <T> T await(Future<T> future) throws Exception {
    try {
      return future.toCompletionStage().toCompletableFuture().get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  private static void say(String line) {
    System.err.println("memory: " + line);
  }

  /** Pulls of a few images that were pushed before: manifest, then all blobs. Thread safe. */
  private static final class PulledImages implements Workload {
    private static final int IMAGES = 4;

    private final Vertx vertx;
    private final Stock stock;
    private final Content larger;
    private final Duration pause;
    private final AtomicInteger turn = new AtomicInteger();
    private final List<Image> images = new ArrayList<>();

    PulledImages(Vertx vertx, Stock stock, long largerSize, Duration pause) {
      this.vertx = vertx;
      this.stock = stock;
      var run = new byte[16];
      ThreadLocalRandom.current().nextBytes(run);
      this.larger = new Content(largerSize, run);
      this.pause = pause;
    }

    @Override
    public Future<Void> prepare(Vertx vertx, RegistryClient client) {
      Future<Long> pushed = Future.succeededFuture(0L);
      for (int i = 0; i < IMAGES; i++) {
        var layers =
            Stream.concat(stock.smallImage().layers().stream(), Stream.of(larger.next())).toList();
        var image = Image.of("pulled-" + i, layers);
        images.add(image);
        pushed = pushed.compose(_ -> Pushes.push(client, stock, image));
      }
      return pushed.mapEmpty();
    }

    @Override
    public Future<Long> once(RegistryClient client) {
      var image = images.get(Math.floorMod(turn.getAndIncrement(), images.size()));
      var repository = stock.repository();
      var read = client.getManifest(repository, image.tag(), image.manifest().length());
      for (var blob : image.blobs().toList()) {
        read =
            read.compose(
                before ->
                    client.getBlob(repository, blob.digest(), blob.size()).map(n -> before + n));
      }
      return pause.isZero() ? read : read.compose(this::rest);
    }

    private Future<Long> rest(long bytes) {
      Promise<Long> rested = Promise.promise();
      vertx.setTimer(Math.max(1, pause.toMillis()), _ -> rested.complete(bytes));
      return rested.future();
    }
  }

  private static final class SizeConverter implements ITypeConverter<DataSize> {
    @Override
    public DataSize convert(String text) {
      return DataSize.parse(text);
    }
  }

  private static final class DurationConverter implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      return GoDuration.parse(text);
    }
  }
}
