package io.sluice.config;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The section {@code extensions}. An extension is here if it is on: its section is in the file and
 * does not say {@code "enable": false} ({@code lint} and {@code events} must say {@code true}).
 *
 * @param search search over images, and what the web pages ask for
 * @param ui web pages; true only together with search
 * @param metrics Prometheus
 * @param scrub verification at rest
 * @param lint what manifests must have
 * @param trust signatures that are verified
 * @param events where events go
 * @param sync images of other registries
 */
public record ExtensionsConfig(
    Optional<SearchConfig> search,
    boolean ui,
    Optional<Metrics> metrics,
    Optional<Scrub> scrub,
    Optional<Lint> lint,
    Optional<Trust> trust,
    Optional<EventsConfig> events,
    Optional<SyncConfig> sync) {

  private static final Duration MIN_SCRUB_INTERVAL = Duration.ofHours(2);

  /** {@code metrics.prometheus.path}; default {@code /metrics}. */
  public record Metrics(String path) {}

  /** From one verification of everything to the next: default 24 h, at least 2 h. */
  public record Scrub(Duration interval) {}

  /** Annotations (of the manifest, or labels of its image) without which a manifest is refused. */
  public record Lint(List<String> mandatoryAnnotations) {}

  /** Which signatures are verified. */
  public record Trust(boolean cosign, boolean notation) {}

  static ExtensionsConfig none() {
    return new ExtensionsConfig(
        Optional.empty(),
        false,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  static ExtensionsConfig read(Section extensions) {
    for (var obsolete : List.of("mgmt", "apikey")) {
      if (extensions.has(obsolete)) {
        extensions.section(obsolete).ignore("enable");
        extensions.warn(obsolete, "is obsolete and has no effect");
      }
    }
    var search = enabled(extensions, "search", true, SearchConfig::read);
    boolean ui = enabled(extensions, "ui", true, _ -> true).orElse(false);
    if (ui && search.isEmpty()) {
      extensions.problem("ui", "", "needs search", "extensions.search as well");
    }
    return new ExtensionsConfig(
        search,
        ui,
        enabled(extensions, "metrics", true, ExtensionsConfig::readMetrics),
        enabled(extensions, "scrub", true, ExtensionsConfig::readScrub),
        enabled(extensions, "lint", false, lint -> new Lint(lint.strings("mandatoryAnnotations"))),
        enabled(extensions, "trust", true, ExtensionsConfig::readTrust),
        enabled(extensions, "events", false, EventsConfig::read),
        enabled(extensions, "sync", true, SyncConfig::read));
  }

  /** Reads an extension even if it is off, so that mistakes in it are found before it is on. */
  private static <T> Optional<T> enabled(
      Section extensions, String key, boolean byDefault, Function<Section, T> parser) {
    var section = extensions.section(key);
    boolean enabled = section.flag("enable", byDefault);
    return section.map(parser).filter(_ -> enabled);
  }

  private static Metrics readMetrics(Section metrics) {
    var expected = "a clean path such as /metrics, but neither / nor /v2";
    return new Metrics(
        metrics
            .section("prometheus")
            .parsed("path", ExtensionsConfig::metricsPath, expected)
            .orElse("/metrics"));
  }

  private static String metricsPath(String path) {
    boolean clean = path.matches("(/[^/?#\\s]+)+") && !path.matches(".*/\\.{1,2}(/.*)?");
    if (!clean || path.equals("/v2") || path.startsWith("/v2/")) {
      throw new IllegalArgumentException("cannot be a path of metrics");
    }
    return path;
  }

  private static Scrub readScrub(Section scrub) {
    return new Scrub(atLeast(scrub, "interval", Duration.ofHours(24), MIN_SCRUB_INTERVAL));
  }

  private static Trust readTrust(Section trust) {
    return new Trust(trust.flag("cosign", false), trust.flag("notation", false));
  }

  /** A duration that is raised to the minimum, with a warning, as Zot does. */
  static Duration atLeast(Section section, String key, Duration fallback, Duration min) {
    var value = section.duration(key, fallback);
    if (value.compareTo(min) >= 0) {
      return value;
    }
    section.warn(
        key, GoDuration.format(value) + " is too short; " + GoDuration.format(min) + " is taken");
    return min;
  }
}
