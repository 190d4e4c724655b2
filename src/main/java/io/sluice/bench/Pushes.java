package io.sluice.bench;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.function.Supplier;

/** Workloads that push images: each another one, blob after blob, then config and manifest. */
final class Pushes {
  private Pushes() {}

  /** Images of ten layers of 64 KiB. */
  static Workload small(Stock stock) {
    return new Workload() {
      @Override
      public Future<Void> prepare(Vertx vertx, RegistryClient client) {
        return Future.succeededFuture();
      }

      @Override
      public Future<Long> once(RegistryClient client) {
        return push(client, stock, stock.smallImage());
      }
    };
  }

  /** Images of one large layer, which is streamed. */
  static Workload large(Stock stock) {
    return new Workload() {
      private volatile Supplier<Image> images =
          () -> {
            throw new IllegalStateException("not prepared");
          };

      /** Hashes the layers' common part here, so that no digest is computed while time is taken. */
      @Override
      public Future<Void> prepare(Vertx vertx, RegistryClient client) {
        return vertx
            .executeBlocking(stock::largeContent)
            .onSuccess(content -> images = () -> stock.image(content))
            .mapEmpty();
      }

      @Override
      public Future<Long> once(RegistryClient client) {
        return push(client, stock, images.get());
      }
    };
  }

  /** Pushes as Docker does, which asks for each blob before it sends it. Answers the bytes sent. */
  static Future<Long> push(RegistryClient client, Stock stock, Image image) {
    stock.add(image);
    var repository = stock.repository();
    var sent = Future.succeededFuture(0L);
    for (var blob : image.blobs().toList()) {
      sent =
          sent.compose(
              before ->
                  client
                      .hasBlob(repository, blob.digest())
                      .compose(
                          there ->
                              there
                                  ? Future.succeededFuture(before)
                                  : client.pushBlob(repository, blob).map(before + blob.size())));
    }
    return sent.compose(
        bytes ->
            client
                .putManifest(repository, image.tag(), image.manifest())
                .map(bytes + image.manifest().length()));
  }
}
