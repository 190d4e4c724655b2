package io.sluice.server;

import io.vertx.core.Deployable;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;

/**
 * The verticles of a registry: each uses those before it, so they end in the reverse order. Its
 * methods are called one after the other.
 */
final class Verticles {
  private final Vertx vertx;
  private final Deque<String> deployed = new ArrayDeque<>();

  Verticles(Vertx vertx) {
    this.vertx = vertx;
  }

  Future<Void> deploy(Deployable verticle) {
    return deploy(() -> verticle, 1);
  }

  Future<Void> deploy(Supplier<? extends Deployable> verticle, int instances) {
    return vertx
        .deployVerticle(verticle, new DeploymentOptions().setInstances(instances))
        .onSuccess(deployed::push)
        .mapEmpty();
  }

  /** Ends all of them; one that fails to end keeps none of the others from it. */
  Future<Void> undeploy() {
    return deployed.isEmpty()
        ? Future.succeededFuture()
        : vertx.undeploy(deployed.pop()).transform(_ -> undeploy());
  }
}
