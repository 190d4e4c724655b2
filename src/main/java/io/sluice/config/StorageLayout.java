package io.sluice.config;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** What must hold between the stores of one configuration: none lies in another. */
final class StorageLayout {
  private StorageLayout() {}

  static void check(StorageConfig root, Section storage, Section routes) {
    var earlier = new LinkedHashMap<String, StorageConfig>();
    earlier.put(storage.at("rootDirectory"), root);
    root.subPaths()
        .forEach(
            (route, store) -> {
              checkRoute(route, routes);
              checkDirectory(route, store, earlier, routes);
              earlier.put(routes.at(route) + ".rootDirectory", store);
            });
  }

  private static void checkRoute(String route, Section routes) {
    if (!route.startsWith("/") || route.length() == 1 || route.indexOf('/', 1) >= 0) {
      routes.warn(
          route,
          "no repository will ever be stored there: a route is a slash and the first part of a name, as in \"/team\"");
    }
  }

  private static void checkDirectory(
      String route, StorageConfig store, Map<String, StorageConfig> earlier, Section routes) {
    var directory = absolute(store);
    for (var other : earlier.entrySet()) {
      var otherDirectory = absolute(other.getValue());
      boolean nested = directory.startsWith(otherDirectory) || otherDirectory.startsWith(directory);
      if (sameKind(store, other.getValue())
          && nested
          && !isMissing(store)
          && !isMissing(other.getValue())) {
        routes
            .section(route)
            .problem(
                "rootDirectory",
                "is the same directory as " + other.getKey() + ", or one lies in the other",
                "a directory of its own");
        return;
      }
    }
  }

  private static boolean isMissing(StorageConfig store) {
    return store.rootDirectory().toString().isEmpty();
  }

  private static boolean sameKind(StorageConfig a, StorageConfig b) {
    return a.driver()
        .map(StorageDriverConfig::name)
        .equals(b.driver().map(StorageDriverConfig::name));
  }

  private static Path absolute(StorageConfig store) {
    return store.rootDirectory().toAbsolutePath().normalize();
  }
}
