package io.sluice.config;

import io.sluice.config.AuthConfig.SessionDriver;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Compares what a configuration turns on with what a build can do. */
public final class FeatureReport {
  private FeatureReport() {}

  /** What is configured but not among the supported, in the order of {@link Feature}. */
  public static List<Feature> unsupported(SluiceConfig config, Set<Feature> supported) {
    return configuredIn(config).stream().filter(feature -> !supported.contains(feature)).toList();
  }

  /** What the configuration turns on, by its defaults too, in the order of {@link Feature}. */
  public static List<Feature> configuredIn(SluiceConfig config) {
    return Arrays.stream(Feature.values()).filter(feature -> isOn(feature, config)).toList();
  }

  private static boolean isOn(Feature feature, SluiceConfig config) {
    var http = config.http();
    var auth = http.auth();
    return switch (feature) {
      case S3_STORAGE -> anyStore(config, uses(S3DriverConfig.class));
      case GCS_STORAGE -> anyStore(config, uses(GcsDriverConfig.class));
      case AZURE_STORAGE -> anyStore(config, uses(AzureDriverConfig.class));
      case SUB_PATHS -> !config.storage().subPaths().isEmpty();
      case CACHE_DRIVER -> anyStore(config, store -> store.cacheDriver().isPresent());
      case REDIRECT_BLOB_URL -> anyStore(config, StorageConfig::redirectBlobUrl);
      case DEDUPE -> anyStore(config, StorageConfig::dedupe);
      case GC -> anyStore(config, store -> store.gc().enabled());
      case RETENTION -> anyStore(config, store -> !store.retention().policies().isEmpty());
      case MAX_REPOS -> config.storage().maxRepos() > 0;
      case TLS -> http.tls().isPresent();
      case RATE_LIMIT -> http.rateLimit().isPresent();
      case CORS_ORIGIN -> http.allowOrigin().isPresent();
      case DOCKER_MANIFESTS -> !http.compat().isEmpty();
      case HTPASSWD -> auth.htpasswd().isPresent();
      case LDAP -> auth.ldap().isPresent();
      case BEARER -> auth.bearer().isPresent();
      case OPENID -> auth.openId().isPresent();
      case APIKEY -> auth.apiKey();
      case MTLS -> auth.mtls().isPresent();
      case FAIL_DELAY -> auth.failDelay().isPositive();
      case SESSION_DRIVER -> auth.sessionDriver() instanceof SessionDriver.Redis;
      case ACCESS_CONTROL -> http.accessControl().isPresent();
      case ACCESS_CONDITIONS ->
          http.accessControl().filter(FeatureReport::hasConditions).isPresent();
      case LOG_FILE -> config.log().output().isPresent();
      case AUDIT_LOG -> config.log().audit().isPresent();
      case METRICS -> config.extensions().metrics().isPresent();
      case SEARCH -> config.extensions().search().isPresent();
      case CVE -> config.extensions().search().flatMap(SearchConfig::cve).isPresent();
      case UI -> config.extensions().ui();
      case SYNC -> config.extensions().sync().isPresent();
      case SCRUB -> config.extensions().scrub().isPresent();
      case LINT -> config.extensions().lint().isPresent();
      case TRUST -> config.extensions().trust().isPresent();
      case EVENT_SINKS -> config.extensions().events().isPresent();
      case CLUSTER -> config.cluster().isPresent();
    };
  }

  private static boolean hasConditions(AccessControlConfig access) {
    var policies = access.repositories().stream().flatMap(rule -> rule.policies().stream());
    return Stream.concat(policies, Stream.of(access.adminPolicy()))
        .anyMatch(policy -> !policy.conditions().isEmpty());
  }

  private static boolean anyStore(SluiceConfig config, Predicate<StorageConfig> condition) {
    return config.storage().allStores().anyMatch(condition);
  }

  private static Predicate<StorageConfig> uses(Class<? extends StorageDriverConfig> driver) {
    return store -> store.driver().filter(driver::isInstance).isPresent();
  }
}
