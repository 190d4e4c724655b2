package io.sluice.config;

/** What must hold between sections that don't know each other. */
final class CrossChecks {
  private CrossChecks() {}

  static void check(SluiceConfig config, Section root) {
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
}
