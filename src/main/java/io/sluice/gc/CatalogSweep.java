package io.sluice.gc;

import io.sluice.oci.RepositoryName;
import io.sluice.registry.Layout;
import io.sluice.registry.StoredKey;
import io.sluice.store.ListRequest;
import io.sluice.store.Steps;
import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.util.List;

/** Mends the catalog: what is missing in it is entered, what is empty is taken out. */
final class CatalogSweep {
  private final Run run;
  private final LongSet entered = new LongSet();
  private final LongSet alive = new LongSet();

  CatalogSweep(Run run) {
    this.run = run;
  }

  /** To be called before the repositories are looked at. */
  Future<Void> read() {
    return run.scanner()
        .pages(
            Layout.CATALOG,
            page -> {
              page.forEach(it -> entered.add(run.fingerprints().of(it.key())));
              return Future.succeededFuture();
            });
  }

  /** A repository has manifests. */
  Future<Void> isAlive(RepositoryName repository) {
    var key = Layout.catalog(repository);
    long print = run.fingerprints().of(key);
    alive.add(print);
    return run.removes() && !entered.contains(print)
        ? run.store().put(key, ByteBuffer.allocate(0))
        : Future.succeededFuture();
  }

  /** To be called when all have been looked at. */
  Future<Void> sweep() {
    return run.scanner().pages(Layout.CATALOG, page -> Steps.each(page, this::removeIfEmpty));
  }

  private Future<Void> removeIfEmpty(Found entry) {
    if (!(entry.is() instanceof StoredKey.CatalogEntry(var repository))
        || !run.clock().wasOld(entry)
        || alive.contains(run.fingerprints().of(entry.key()))) {
      return Future.succeededFuture();
    }
    return isEmpty(repository)
        .compose(
            empty ->
                empty
                    ? run.store().delete(List.of(entry.key())).compose(_ -> putBack(repository))
                    : Future.succeededFuture());
  }

  /** Somebody who pushed just then may have seen the entry, and not have made one. */
  private Future<Void> putBack(RepositoryName repository) {
    return isEmpty(repository)
        .compose(
            empty ->
                empty
                    ? Future.succeededFuture()
                    : run.store().put(Layout.catalog(repository), ByteBuffer.allocate(0)));
  }

  private Future<Boolean> isEmpty(RepositoryName repository) {
    return run.store()
        .list(ListRequest.below(Layout.manifests(repository)).limit(1))
        .map(page -> page.entries().isEmpty());
  }
}
