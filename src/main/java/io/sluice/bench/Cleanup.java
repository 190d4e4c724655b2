package io.sluice.bench;

import io.sluice.oci.Digest;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Deletes what a run pushed, manifests first, as well as the registry allows. Confined to the
 * client's context.
 */
final class Cleanup {
  static final int CONNECTIONS = 16;

  private final long deadline;

  private Cleanup(long nanos) {
    this.deadline = System.nanoTime() + nanos;
  }

  /**
   * Never fails, but answers what the user should know.
   *
   * @param nanos what isn't deleted by then stays
   */
  static Future<Optional<String>> run(RegistryClient client, Stock stock, long nanos) {
    var repository = stock.repository();
    var cleanup = new Cleanup(nanos);
    return cleanup
        .delete(stock.manifests(), digest -> client.deleteManifest(repository, digest))
        .compose(
            _ -> cleanup.delete(stock.blobs(), digest -> client.deleteBlob(repository, digest)))
        .map(_ -> Optional.<String>empty())
        .otherwise(
            cause ->
                Optional.of(
                    "Not all that was pushed to %s could be deleted (%s)."
                        .formatted(repository, cause.getMessage())));
  }

  private Future<Void> delete(List<Digest> digests, Function<Digest, Future<Void>> deletion) {
    var left = new HashSet<>(digests).iterator();
    var lanes = new ArrayList<Future<Void>>();
    for (int i = 0; i < CONNECTIONS; i++) {
      lanes.add(lane(left, deletion));
    }
    return Future.all(lanes).mapEmpty();
  }

  /** One after the other; the first refusal ends it, since a registry refuses all or none. */
  private Future<Void> lane(Iterator<Digest> left, Function<Digest, Future<Void>> deletion) {
    if (!left.hasNext()) {
      return Future.succeededFuture();
    }
    if (System.nanoTime() > deadline) {
      return Future.failedFuture(RegistryFailure.wrong("DELETE", "no time left"));
    }
    return deletion
        .apply(left.next())
        .recover(
            cause ->
                cause instanceof RegistryFailure failure && failure.status() == 404
                    ? Future.succeededFuture()
                    : Future.failedFuture(cause))
        .compose(_ -> lane(left, deletion));
  }
}
