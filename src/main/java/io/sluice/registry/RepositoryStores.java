package io.sluice.registry;

import io.sluice.oci.RepositoryName;
import io.sluice.registry.Commands.Page;
import io.sluice.registry.Commands.StorageStatus;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stores of a process, and which repository is in which. Confined to the storage verticle's
 * context.
 */
final class RepositoryStores {
  private static final Logger LOG = LoggerFactory.getLogger(RepositoryStores.class);

  private final RepositoryStore main;
  private final Map<String, RepositoryStore> routes = new TreeMap<>();
  private final RepositoryStore.Shared shared;

  /** In the main store, whatever repositories their owners use. */
  final ApiKeys apiKeys;

  RepositoryStores(RepositoryStore.Shared shared, StorageSettings settings) {
    this.shared = shared;
    this.main = new RepositoryStore(shared, settings, settings.main());
    this.apiKeys = new ApiKeys(main.objects, settings.trustFor(), settings.main().nanos());
    settings
        .routes()
        .forEach((route, store) -> routes.put(route, new RepositoryStore(shared, settings, store)));
  }

  private List<RepositoryStore> all() {
    var all = new ArrayList<RepositoryStore>();
    all.add(main);
    all.addAll(routes.values());
    return all;
  }

  /** The store that a repository is in: by the first of several components, as Zot routes. */
  RepositoryStore of(RepositoryName name) {
    return routes.getOrDefault(name.firstComponentOfSeveral(), main);
  }

  /** Checks that each is of a format that we know, and marks a new one. */
  Future<Void> open() {
    var opened = new ArrayList<Future<?>>();
    all().forEach(store -> opened.add(StoreFormat.check(store.objects)));
    return Future.all(opened).mapEmpty();
  }

  /** A page over all stores. */
  Future<Page<RepositoryName>> list(Optional<RepositoryName> last, int limit) {
    var lists = new ArrayList<Future<List<RepositoryName>>>();
    all().forEach(store -> lists.add(store.catalog.list(last, limit + 1)));
    return Future.all(lists)
        .map(
            _ -> {
              var merged =
                  lists.stream()
                      .flatMap(list -> list.result().stream())
                      .distinct()
                      .sorted()
                      .toList();
              return Page.of(merged, limit);
            });
  }

  Future<StorageStatus> status() {
    var checks = new ArrayList<Future<?>>();
    all().forEach(store -> checks.add(store.objects.check()));
    return Future.all(checks)
        .map(
            _ ->
                new StorageStatus(
                    all().stream().mapToInt(store -> store.uploads.active()).sum(),
                    shared.heads().used() + shared.parts().used(),
                    shared.heads().peak() + shared.parts().peak(),
                    shared.heads().total() + shared.parts().total()));
  }

  /** Drops uploads that nobody will take up again. */
  void expire() {
    for (var store : all()) {
      store
          .uploads
          .expire()
          .onSuccess(
              dropped -> {
                if (dropped > 0) {
                  LOG.atInfo().addKeyValue("uploads", dropped).log("expired uploads were removed");
                }
              })
          .onFailure(e -> LOG.atWarn().setCause(e).log("expired uploads could not be removed"));
    }
  }

  /** The same of one store, by its route; answers how many. */
  Future<Integer> expire(String route) {
    return routes.getOrDefault(route, main).uploads.expire();
  }

  Future<Void> close() {
    var closed = new ArrayList<Future<?>>();
    all().forEach(store -> closed.add(store.uploads.close().transform(_ -> store.objects.close())));
    return Future.join(closed).eventually(() -> shared.hashing().close()).mapEmpty();
  }
}
