package io.sluice.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.config.SluiceConfig;
import io.sluice.gc.Doomed;
import io.sluice.gc.GcJson;
import io.sluice.gc.GcSink;
import io.sluice.gc.Withheld;
import io.sluice.oci.RegistryException;
import io.sluice.oci.RepositoryName;
import io.sluice.server.SluiceServer;
import io.sluice.server.StandaloneGc;
import io.sluice.server.StartFailure;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;

/** Collections in this process. */
record LocalGc(Vertx vertx, StandaloneGc gc) implements GcCommand.Source {
  private static final ObjectMapper JSON = new ObjectMapper();

  static LocalGc open(SluiceConfig config) {
    var vertx = Vertx.vertx(SluiceServer.vertxOptions());
    try {
      return new LocalGc(vertx, await(StandaloneGc.open(vertx, config)));
    } catch (RuntimeException e) {
      await(vertx.close());
      throw e;
    }
  }

  @Override
  public JsonNode run(boolean confirmed) {
    return json(GcJson.of(await(gc.run(confirmed))));
  }

  @Override
  public JsonNode state() {
    return json(GcJson.of(await(gc.state())));
  }

  @Override
  public void preview(
      Optional<PolicyFile> policy, Optional<RepositoryName> repository, Consumer<JsonNode> line) {
    var sink =
        new GcSink() {
          @Override
          public Future<Void> accept(Doomed doomed) {
            line.accept(json(GcJson.of(doomed)));
            return Future.succeededFuture();
          }

          @Override
          public void withheld(Withheld withheld) {
            line.accept(json(new JsonObject().put("withheld", GcJson.of(withheld))));
          }
        };
    var totals =
        await(gc.preview(policy.map(PolicyFile::retention), repository, sink, () -> false));
    line.accept(json(new JsonObject().put("totals", GcJson.of(totals))));
  }

  @Override
  public void close() {
    // One after the other: a future of a context that is gone never completes.
    try {
      await(gc.close());
    } finally {
      await(vertx.close());
    }
  }

  private static JsonNode json(JsonObject json) {
    try {
      return JSON.readTree(json.encode());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static <T> T await(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get();
    } catch (ExecutionException e) {
      throw switch (e.getCause()) {
        case StartFailure failure -> new CommandFailure(String.valueOf(failure.getMessage()));
        case RegistryException failure -> new CommandFailure(failure.error().message());
        case RuntimeException failure -> failure;
        case null, default -> new IllegalStateException(e);
      };
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailure("interrupted");
    }
  }
}
