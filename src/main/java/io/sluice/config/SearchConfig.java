package io.sluice.config;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code extensions.search}.
 *
 * @param cve scans images for vulnerabilities
 */
public record SearchConfig(Optional<Cve> cve) {
  private static final Duration MIN_UPDATE_INTERVAL = Duration.ofHours(2);

  /**
   * Vulnerability scans.
   *
   * @param updateInterval of the database: default and at least 2 h
   * @param dbRepository where the database comes from; empty for the scanner's own
   * @param severitySources whose severities count; default {@code auto}
   * @param sbom bills of materials; empty for none
   */
  public record Cve(
      Duration updateInterval,
      Optional<String> dbRepository,
      Optional<String> javaDbRepository,
      List<String> severitySources,
      Optional<SbomFormat> sbom) {}

  /** What a bill of materials is written in. */
  public enum SbomFormat {
    SPDX_JSON,
    CYCLONEDX
  }

  static SearchConfig read(Section search) {
    return new SearchConfig(search.section("cve").map(SearchConfig::readCve));
  }

  private static Cve readCve(Section cve) {
    var trivy = cve.section("trivy");
    var sources = trivy.strings("vulnSeveritySources");
    var sbom = trivy.section("sbom");
    var formats = Map.of("spdx-json", SbomFormat.SPDX_JSON, "cyclonedx", SbomFormat.CYCLONEDX);
    var format = sbom.choice("format", formats).orElse(SbomFormat.SPDX_JSON);
    return new Cve(
        ExtensionsConfig.atLeast(cve, "updateInterval", MIN_UPDATE_INTERVAL, MIN_UPDATE_INTERVAL),
        trivy.string("dbRepository"),
        trivy.string("javaDBRepository"),
        sources.isEmpty() ? List.of("auto") : sources,
        sbom.flag("enable", false) ? Optional.of(format) : Optional.empty());
  }
}
