package io.sluice.bench;

import io.vertx.core.Future;
import io.vertx.core.Vertx;

/** GET of the API's root. */
final class Ping implements Workload {

  @Override
  public Future<Void> prepare(Vertx vertx, RegistryClient client) {
    return Future.succeededFuture();
  }

  @Override
  public Future<Long> once(RegistryClient client) {
    return client
        .ping()
        .compose(
            status ->
                status == 200
                    ? Future.succeededFuture(0L)
                    : Future.failedFuture(RegistryFailure.answered("GET /v2/", status)));
  }
}
