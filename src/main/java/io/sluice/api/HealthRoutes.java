package io.sluice.api;

import io.netty.util.AsciiString;
import io.sluice.oci.RegistryException;
import io.sluice.registry.Commands.CheckStorage;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import java.util.List;
import java.util.function.Function;

/** {@code /livez}, {@code /readyz}, {@code /startupz}: for whoever watches the process. */
final class HealthRoutes {
  private static final CharSequence TEXT = AsciiString.cached("text/plain; charset=utf-8");

  /** The methods that these paths know. */
  static final List<String> METHODS = List.of("GET", "HEAD");

  private HealthRoutes() {}

  static void mount(Router router, Exchange.Shared shared) {
    serve(router, "/livez", shared, HealthRoutes::live);
    serve(router, "/startupz", shared, HealthRoutes::live);
    serve(router, "/readyz", shared, HealthRoutes::ready);
  }

  private static void serve(
      Router router, String path, Exchange.Shared shared, Function<Exchange, Future<Void>> answer) {
    router
        .route(path)
        .method(HttpMethod.GET)
        .method(HttpMethod.HEAD)
        .handler(
            context -> {
              context.request().pause();
              var exchange = new Exchange(shared, context.request());
              answer.apply(exchange).onFailure(exchange::fail);
            });
  }

  /** The process answers; it only does once it has started, so this is {@code /startupz} too. */
  private static Future<Void> live(Exchange exchange) {
    return exchange.end(200, TEXT, Buffer.buffer("ok\n"));
  }

  /** The stores can be used. */
  private static Future<Void> ready(Exchange exchange) {
    return exchange
        .ask(new CheckStorage())
        .compose(_ -> exchange.end(200, TEXT, Buffer.buffer("ok\n")))
        .recover(
            cause ->
                exchange.end(
                    503,
                    TEXT,
                    Buffer.buffer(
                        (cause instanceof RegistryException e
                                ? e.error().message()
                                : "the storage does not answer")
                            + "\n")));
  }
}
