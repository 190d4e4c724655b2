package io.sluice.bench;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;

/** Workloads that read what was pushed when they were prepared, one image after the other. */
final class Pulls implements Workload {

  /** Several, so that what is read isn't always the same file; few, so that a cache may hold it. */
  private static final int SMALL_IMAGES = 16;

  private final Stock stock;
  private final boolean large;
  private final BiFunction<RegistryClient, Image, Future<Long>> operation;
  private final AtomicInteger turn = new AtomicInteger();
  private volatile List<Image> images = List.of();

  private Pulls(
      Stock stock, boolean large, BiFunction<RegistryClient, Image, Future<Long>> operation) {
    this.stock = stock;
    this.large = large;
    this.operation = operation;
  }

  /** Manifest by tag, then config and layers, one after the other. */
  static Workload image(Stock stock) {
    return new Pulls(stock, false, (client, image) -> pull(client, stock.repository(), image));
  }

  /** The one large layer. */
  static Workload largeBlob(Stock stock) {
    return new Pulls(
        stock,
        true,
        (client, image) -> {
          var layer = image.layers().getFirst();
          return client.getBlob(stock.repository(), layer.digest(), layer.size());
        });
  }

  /** The manifest, by tag. */
  static Workload manifest(Stock stock) {
    return new Pulls(
        stock,
        false,
        (client, image) ->
            client.getManifest(stock.repository(), image.tag(), image.manifest().length()));
  }

  /** HEAD of a layer. */
  static Workload blobHead(Stock stock) {
    return new Pulls(
        stock,
        false,
        (client, image) ->
            client
                .hasBlob(stock.repository(), image.layers().getFirst().digest())
                .compose(
                    there ->
                        there
                            ? Future.succeededFuture(0L)
                            : Future.failedFuture(RegistryFailure.answered("HEAD blob", 404))));
  }

  @Override
  public Future<Void> prepare(Vertx vertx, RegistryClient client) {
    return (large ? largeImage(vertx) : Future.succeededFuture(smallImages()))
        .compose(
            made -> {
              var pushed = Future.succeededFuture(0L);
              for (var image : made) {
                pushed = pushed.compose(_ -> Pushes.push(client, stock, image));
              }
              return pushed.onSuccess(_ -> images = made);
            })
        .mapEmpty();
  }

  @Override
  public Future<Long> once(RegistryClient client) {
    var all = images;
    return operation.apply(client, all.get(Math.floorMod(turn.getAndIncrement(), all.size())));
  }

  private Future<List<Image>> largeImage(Vertx vertx) {
    return vertx.executeBlocking(() -> List.of(stock.image(stock.largeContent())));
  }

  private List<Image> smallImages() {
    var made = new ArrayList<Image>();
    for (int i = 0; i < SMALL_IMAGES; i++) {
      made.add(stock.smallImage());
    }
    return List.copyOf(made);
  }

  private static Future<Long> pull(RegistryClient client, String repository, Image image) {
    var read = client.getManifest(repository, image.tag(), image.manifest().length());
    for (var blob : image.blobs().toList()) {
      read =
          read.compose(
              before ->
                  client.getBlob(repository, blob.digest(), blob.size()).map(n -> before + n));
    }
    return read;
  }
}
