package io.sluice.gc;

import io.sluice.config.RetentionConfig;
import io.sluice.oci.RepositoryName;
import io.sluice.ulid.Ulids;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/** Collects or previews one store; made anew for each run, see {@link Collector}. */
interface Collecting {

  Future<GcTotals> collect(GcSink sink, boolean confirmed, BooleanSupplier stop);

  /**
   * What would go; changes nothing.
   *
   * @param only the repository that is asked about; empty for all
   */
  Future<GcTotals> preview(
      RetentionConfig policy, Optional<RepositoryName> only, GcSink sink, BooleanSupplier stop);

  /** Makes one on the current context. */
  @FunctionalInterface
  interface Factory {
    Collecting of(GcStore store, GcSettings settings);
  }

  /** The real one. */
  static Factory standard(Vertx vertx, Ulids ulids) {
    return withUploads(vertx, ulids, _ -> Future.succeededFuture(0));
  }

  /**
   * The real one, which begins with uploads that nobody will take up again.
   *
   * @param expiry drops those of the store of this route, and answers how many
   */
  static Factory withUploads(Vertx vertx, Ulids ulids, Function<String, Future<Integer>> expiry) {
    return (store, settings) -> {
      var collector = new Collector(vertx, store, settings, ulids);
      return new Collecting() {
        @Override
        public Future<GcTotals> collect(GcSink sink, boolean confirmed, BooleanSupplier stop) {
          return expiry
              .apply(store.route())
              .compose(
                  uploads ->
                      collector
                          .collect(sink, confirmed, stop)
                          .map(totals -> totals.plus(GcTotals.ofUploads(uploads))));
        }

        @Override
        public Future<GcTotals> preview(
            RetentionConfig policy,
            Optional<RepositoryName> only,
            GcSink sink,
            BooleanSupplier stop) {
          return collector.preview(policy, only, sink, stop);
        }
      };
    };
  }
}
