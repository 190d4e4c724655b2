package io.sluice.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The whole configuration, checked and with every default filled in. Read it with {@link
 * ConfigLoader}.
 *
 * @param storage where images are kept
 * @param http where and how they are served, and to whom
 * @param extensions what is on besides the registry itself
 * @param cluster Zot's way to spread over several instances
 * @param sluice what only we have
 * @param warnings what the file says to no effect, or otherwise than it may seem; one line each
 */
public record SluiceConfig(
    StorageConfig storage,
    HttpConfig http,
    LogConfig log,
    ExtensionsConfig extensions,
    SchedulerConfig scheduler,
    Optional<ClusterConfig> cluster,
    OwnConfig sluice,
    List<String> warnings) {

  private static final Set<String> SPECIFICATIONS = Set.of("1.1.1", "1.1.0");

  /**
   * What runs with no configuration file: everybody may do everything, but only from this machine
   * (127.0.0.1), and images are kept in that directory.
   */
  public static SluiceConfig withoutFile(Path dataDirectory, int port) {
    return new SluiceConfig(
        StorageConfig.local(dataDirectory),
        HttpConfig.defaults().withPort(port),
        LogConfig.defaults(),
        ExtensionsConfig.none(),
        SchedulerConfig.defaults(),
        Optional.empty(),
        OwnConfig.defaults(),
        List.of());
  }

  /** The warnings are empty yet: they are complete only when everything has been read. */
  static SluiceConfig read(Section root) {
    root.ignore("goVersion", "commit", "releaseTag", "binaryType");
    var specification = root.string("distSpecVersion");
    if (specification.filter(version -> !SPECIFICATIONS.contains(version)).isPresent()) {
      root.warn("distSpecVersion", specification.get() + " has no effect: 1.1.1 is served");
    }
    var config =
        new SluiceConfig(
            StorageConfig.read(root.section("storage")),
            HttpConfig.read(root.section("http")),
            LogConfig.read(root.section("log")),
            ExtensionsConfig.read(root.section("extensions")),
            SchedulerConfig.read(root.section("scheduler")),
            root.section("cluster").map(ClusterConfig::read),
            OwnConfig.read(root.section("sluice")),
            List.of());
    CrossChecks.check(config, root);
    return config;
  }

  SluiceConfig withWarnings(List<String> texts) {
    return new SluiceConfig(
        storage, http, log, extensions, scheduler, cluster, sluice, List.copyOf(texts));
  }
}
