package io.sluice.store;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Walks a listing page by page. */
public final class Listings {
  private Listings() {}

  /**
   * Every entry below a prefix; only for prefixes that are short by nature, since all of it is held
   * in memory.
   */
  public static Future<List<Listing.Entry>> all(ObjectStore store, String prefix) {
    var entries = new ArrayList<Listing.Entry>();
    return forEachPage(
            store,
            ListRequest.below(prefix),
            page -> {
              entries.addAll(page.entries());
              return Future.succeededFuture(true);
            })
        .map(entries);
  }

  /** Hands page after page to {@code visitor} until it answers false or there are no more. */
  public static Future<Void> forEachPage(
      ObjectStore store, ListRequest request, Function<Listing, Future<Boolean>> visitor) {
    return store
        .list(request)
        .compose(
            page ->
                visitor
                    .apply(page)
                    .compose(
                        more ->
                            more && page.next().isPresent()
                                ? forEachPage(store, request.startAfter(page.next().get()), visitor)
                                : Future.succeededFuture()));
  }
}
