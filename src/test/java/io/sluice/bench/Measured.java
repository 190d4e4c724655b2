package io.sluice.bench;

import io.sluice.config.ConfigLoader;
import io.sluice.config.DataSize;
import io.sluice.config.Format;
import io.sluice.oci.RepositoryName;
import io.sluice.server.SluiceServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** Registries to measure, real and broken, and runs that take a moment. */
public final class Measured {
  /** More than the sockets' buffers take, so that a server that doesn't read is noticed. */
  private static final DataSize LARGE = DataSize.ofMiB(24);

  private Measured() {}

  /** Sluice itself on a free port, with a directory as its store. */
  public static SluiceServer sluice(Vertx vertx, Path directory) {
    var config =
        ConfigLoader.parse(
            """
            {"storage": {"rootDirectory": "%s", "commit": false}, "http": {"port": "0"}}"""
                .formatted(directory),
            Format.JSON);
    return await(SluiceServer.start(vertx, config));
  }

  /** A server that answers as told. */
  public static URI fake(Vertx vertx, Consumer<HttpServerRequest> answer) {
    var server =
        await(vertx.createHttpServer().requestHandler(answer::accept).listen(0, "127.0.0.1"));
    return URI.create("http://127.0.0.1:" + server.actualPort());
  }

  static Report run(Vertx vertx, BenchSettings settings) {
    return await(new Bench(vertx, settings, _ -> {}).run());
  }

  static BenchSettings settings(URI target, boolean keep, Scenario... scenarios) {
    return new BenchSettings(
        Target.parse(target.toString(), false),
        List.of(scenarios),
        OptionalInt.empty(),
        Duration.ofMillis(150),
        Duration.ofMillis(50),
        OptionalInt.empty(),
        LARGE,
        new RepositoryName("bench/test"),
        keep,
        2);
  }

  public static <T> T await(Future<T> future) {
    try {
      return future.await(30, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("no answer in 30 s", e);
    }
  }
}
