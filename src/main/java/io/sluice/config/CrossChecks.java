package io.sluice.config;

/** What must hold between sections that don't know each other. */
final class CrossChecks {
  private CrossChecks() {}

  static void check(SluiceConfig config, Section root) {
    warnOfShortDelays(config.sluice().gc(), root.section("storage"));
    var extensions = root.section("extensions");
    boolean scans = config.extensions().search().flatMap(SearchConfig::cve).isPresent();
    if (scans && config.storage().allStores().anyMatch(store -> store.driver().isPresent())) {
      extensions
          .section("search")
          .problem("cve", "", "scans only images on the local disk", "no cve, or no storageDriver");
    }
    if (config.http().compat().isEmpty()) {
      extensions.section("sync").sections("registries").stream()
          .filter(registry -> registry.flag("preserveDigest", false))
          .forEach(
              registry ->
                  registry.problem(
                      "preserveDigest",
                      "needs Docker's manifests to be accepted",
                      "http.compat with docker2s2 as well"));
    }
  }

  private static void warnOfShortDelays(OwnConfig.Gc gc, Section storage) {
    warnOfShortDelay(gc, storage);
    storage.section("subPaths").namedSections().values().forEach(sub -> warnOfShortDelay(gc, sub));
  }

  private static void warnOfShortDelay(OwnConfig.Gc gc, Section store) {
    store
        .duration("gcDelay")
        .filter(gc::isTooShort)
        .ifPresent(
            _ ->
                store.warn(
                    "gcDelay",
                    "counts as "
                        + GoDuration.format(gc.shortestDelay())
                        + ", since it is shorter than sluice.gc.shortestDelay"));
  }
}
