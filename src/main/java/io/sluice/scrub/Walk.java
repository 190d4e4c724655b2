package io.sluice.scrub;

import io.sluice.oci.RepositoryName;
import io.sluice.registry.Layout;
import io.sluice.store.ListRequest;
import io.sluice.store.Listing;
import io.sluice.store.ObjectStore;
import io.sluice.store.Steps;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Walks through listings of any length, a page in memory at a time. */
final class Walk {
  private Walk() {}

  /** Hands over the entries below a prefix, those of one folder together. */
  static Future<Void> byFolder(
      ObjectStore store, String prefix, Function<List<Listing.Entry>, Future<Void>> visitor) {
    var open = new ArrayList<Listing.Entry>();
    return pages(
            store,
            ListRequest.below(prefix),
            page -> {
              var folders = new ArrayList<List<Listing.Entry>>();
              for (var entry : page.entries()) {
                if (!open.isEmpty() && !folder(open.getLast()).equals(folder(entry))) {
                  folders.add(List.copyOf(open));
                  open.clear();
                }
                open.add(entry);
              }
              return Steps.each(folders, visitor);
            })
        .compose(_ -> open.isEmpty() ? Future.succeededFuture() : visitor.apply(open));
  }

  private static String folder(Listing.Entry entry) {
    return entry.key().substring(0, entry.key().lastIndexOf('/') + 1);
  }

  /** Every repository that has anything, by the folders that are there: the catalog is a hint. */
  static Future<Void> repositories(
      ObjectStore store, Function<RepositoryName, Future<Void>> visitor) {
    return repositories(store, Layout.REPOSITORIES, visitor);
  }

  private static Future<Void> repositories(
      ObjectStore store, String folder, Function<RepositoryName, Future<Void>> visitor) {
    var own = new ArrayList<String>();
    return pages(
            store,
            ListRequest.folders(folder),
            page ->
                Steps.each(
                    page.folders(),
                    below -> {
                      // A component that begins so can't be a repository's.
                      if (below.charAt(folder.length()) == '_') {
                        own.add(below);
                        return Future.succeededFuture();
                      }
                      return repositories(store, below, visitor);
                    }))
        .compose(_ -> own.isEmpty() ? Future.succeededFuture() : visit(folder, visitor));
  }

  private static Future<Void> visit(String folder, Function<RepositoryName, Future<Void>> visitor) {
    RepositoryName name;
    try {
      name =
          new RepositoryName(folder.substring(Layout.REPOSITORIES.length(), folder.length() - 1));
    } catch (IllegalArgumentException | StringIndexOutOfBoundsException notOurs) {
      return Future.succeededFuture();
    }
    return visitor.apply(name);
  }

  private static Future<Void> pages(
      ObjectStore store, ListRequest request, Function<Listing, Future<Void>> visitor) {
    var next = new ListRequest[] {request};
    return Steps.whileTrue(
        () ->
            store
                .list(next[0])
                .compose(
                    page -> {
                      page.next().ifPresent(after -> next[0] = request.startAfter(after));
                      return visitor.apply(page).map(_ -> page.next().isPresent());
                    }));
  }
}
