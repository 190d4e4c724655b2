package io.sluice.api;

import io.sluice.config.ConfigException;
import io.sluice.config.ConfigLoader;
import io.sluice.config.Format;
import io.sluice.config.Problem;
import io.sluice.config.RetentionConfig;
import io.sluice.gc.Doomed;
import io.sluice.gc.GcCommands.GetGcState;
import io.sluice.gc.GcCommands.PreviewGc;
import io.sluice.gc.GcCommands.RunGc;
import io.sluice.gc.GcJson;
import io.sluice.gc.GcSink;
import io.sluice.gc.GcState;
import io.sluice.gc.Withheld;
import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.sluice.oci.RepositoryName;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code /v2/_sluice/gc}: how it stands with garbage collections, for who may see all. */
final class GcRoutes {
  private static final Logger LOG = LoggerFactory.getLogger(GcRoutes.class);
  private static final int LARGEST_POLICY = 1 << 20;

  private GcRoutes() {}

  static Future<Void> get(Exchange exchange) {
    return exchange.ask(new GetGcState()).compose(state -> answer(exchange, 200, state));
  }

  static Future<Void> run(Exchange exchange) {
    boolean confirmed = flag(exchange, "confirm");
    return exchange
        .ask(new RunGc(confirmed))
        .compose(
            state -> {
              LOG.atInfo()
                  .addKeyValue("actor", exchange.actor())
                  .addKeyValue("client", exchange.clientAddress())
                  .addKeyValue("confirmed", confirmed)
                  .addKeyValue("requestId", exchange.requestId())
                  .log("a garbage collection was asked for");
              return answer(exchange, 202, state);
            });
  }

  private static Future<Void> answer(Exchange exchange, int status, GcState state) {
    // It is another one a moment later.
    exchange.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    return exchange.end(status, Headers.JSON, GcJson.of(state).toBuffer());
  }

  static Future<Void> preview(Exchange exchange) {
    var repository = exchange.parameter("repository").map(RepositoryName::parse);
    return policy(exchange).compose(policy -> preview(exchange, policy, repository));
  }

  private static Future<Optional<RetentionConfig>> policy(Exchange exchange) {
    if (!exchange.method().name().equals("POST")) {
      return Future.succeededFuture(Optional.empty());
    }
    var tooLarge =
        new RegistryError.RequestInvalid("body", "", "at most " + LARGEST_POLICY + " bytes");
    return exchange.body().collect(LARGEST_POLICY, tooLarge).map(body -> Optional.of(parse(body)));
  }

  private static RetentionConfig parse(Buffer body) {
    try {
      // Nothing goes that is younger than gcDelay, whatever the delay of a policy.
      return ConfigLoader.parseRetention(body.toString(), Format.UNKNOWN, Duration.ZERO);
    } catch (ConfigException e) {
      throw new RegistryException(
          new RegistryError.Unsupported(
              e.problems().stream().map(Problem::render).collect(Collectors.joining("\n"))));
    }
  }

  private static Future<Void> preview(
      Exchange exchange, Optional<RetentionConfig> policy, Optional<RepositoryName> repository) {
    var gone = new AtomicBoolean();
    exchange.whenOver(() -> gone.set(true));
    var lines = new LineStream(exchange.response());
    return exchange
        .ask(new PreviewGc(policy, repository, sink(lines), gone::get))
        .compose(
            totals -> lines.last(new JsonObject().put("totals", GcJson.of(totals))),
            cause -> failed(exchange, lines, cause))
        .compose(
            _ -> {
              exchange.body().discard();
              return exchange.response().end();
            });
  }

  /** Once the answer has begun, its last line says that it isn't whole, and it is cut. */
  private static Future<Void> failed(Exchange exchange, LineStream lines, Throwable cause) {
    if (!exchange.response().headWritten() || cause instanceof ClientGone) {
      return Future.failedFuture(cause);
    }
    var message =
        cause instanceof RegistryException expected
            ? expected.error().message()
            : "something went wrong here; the log has the cause";
    return lines
        .last(new JsonObject().put("error", message))
        .transform(_ -> Future.failedFuture(cause));
  }

  private static GcSink sink(LineStream lines) {
    return new GcSink() {
      @Override
      public Future<Void> accept(Doomed doomed) {
        return lines.write(GcJson.of(doomed));
      }

      @Override
      public void withheld(Withheld withheld) {
        // Few: one for a repository at most.
        lines.write(new JsonObject().put("withheld", GcJson.of(withheld)));
      }
    };
  }

  private static boolean flag(Exchange exchange, String name) {
    var value = exchange.parameter(name).orElse("false");
    return switch (value) {
      case "true", "" -> true;
      case "false" -> false;
      default ->
          throw new RegistryException(
              new RegistryError.RequestInvalid(name, value, "true or false"));
    };
  }
}
