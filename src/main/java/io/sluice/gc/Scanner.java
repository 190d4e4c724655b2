package io.sluice.gc;

import io.sluice.registry.StoredKey;
import io.sluice.store.ListRequest;
import io.sluice.store.Listing;
import io.sluice.store.Steps;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Lists a store for a collection, page by page; between two pages the collection may be stopped.
 * Confined to one context.
 */
final class Scanner {
  private final PacedStore store;
  private final LongSupplier nanos;
  private final BooleanSupplier stop;

  Scanner(PacedStore store, LongSupplier nanos, BooleanSupplier stop) {
    this.store = store;
    this.nanos = nanos;
    this.stop = stop;
  }

  /** Everything below a prefix, in the order of the keys. */
  Future<Void> pages(String prefix, Function<List<Found>, Future<?>> visitor) {
    return listings(
        ListRequest.below(prefix),
        (page, answered) -> {
          var found = new ArrayList<Found>(page.entries().size());
          for (var entry : page.entries()) {
            found.add(
                new Found(
                    entry.key(),
                    StoredKey.parse(entry.key()),
                    entry.size(),
                    answered - entry.age().toNanos()));
          }
          return visitor.apply(found);
        });
  }

  /**
   * The same, but one folder of objects after the other, each whole. What isn't understood is left
   * out: a stray object above the folders would seem to hold them all.
   */
  Future<Void> folders(String prefix, Function<List<Found>, Future<?>> visitor) {
    var open = new ArrayList<Found>();
    return pages(
            prefix,
            page -> {
              var whole = new ArrayList<List<Found>>();
              for (var found : page) {
                if (found.is() instanceof StoredKey.Other) {
                  continue;
                }
                if (!open.isEmpty() && !found.folder().equals(open.getFirst().folder())) {
                  whole.add(List.copyOf(open));
                  open.clear();
                }
                open.add(found);
              }
              return Steps.each(whole, visitor);
            })
        .compose(_ -> open.isEmpty() ? Future.succeededFuture() : visitor.apply(List.copyOf(open)))
        .mapEmpty();
  }

  /** The folders directly below a prefix, a page of them at a time. */
  Future<Void> names(String prefix, Function<List<String>, Future<?>> visitor) {
    return listings(ListRequest.folders(prefix), (page, _) -> visitor.apply(page.folders()));
  }

  private interface PageVisitor {
    Future<?> visit(Listing page, long answered);
  }

  private Future<Void> listings(ListRequest first, PageVisitor visitor) {
    var next = new ListRequest[] {first};
    return Steps.whileTrue(
        () -> {
          if (stop.getAsBoolean()) {
            return Future.failedFuture(new Stopped());
          }
          return store
              .list(next[0])
              .compose(
                  page -> {
                    var more = page.next();
                    more.ifPresent(key -> next[0] = first.startAfter(key));
                    return visitor.visit(page, nanos.getAsLong()).map(more.isPresent());
                  });
        });
  }
}
