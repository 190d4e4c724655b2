package io.sluice.bench;

import io.vertx.core.Future;
import io.vertx.core.Vertx;

/** The operation that a scenario repeats. Thread safe, since several event loops may repeat it. */
interface Workload {

  /** What must be there, or be computed, before time is taken. */
  Future<Void> prepare(Vertx vertx, RegistryClient client);

  /** One operation; answers the bytes of content that it moved. */
  Future<Long> once(RegistryClient client);
}
