package io.sluice.server;

import io.sluice.config.Feature;
import io.sluice.config.FeatureReport;
import io.sluice.config.SluiceConfig;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What this version can do of all that a configuration may turn on. */
public final class Supported {

  /** The features that are there. */
  public static final Set<Feature> FEATURES =
      Collections.unmodifiableSet(
          EnumSet.of(
              Feature.S3_STORAGE,
              Feature.REDIRECT_BLOB_URL,
              Feature.SUB_PATHS,
              Feature.DEDUPE,
              Feature.GC,
              Feature.RETENTION,
              // There is nothing that a cache database would be needed for.
              Feature.CACHE_DRIVER,
              Feature.CORS_ORIGIN,
              Feature.DOCKER_MANIFESTS,
              Feature.TLS,
              Feature.RATE_LIMIT,
              Feature.HTPASSWD,
              Feature.APIKEY,
              Feature.MTLS,
              Feature.FAIL_DELAY,
              Feature.ACCESS_CONTROL,
              Feature.SYNC,
              Feature.SCRUB,
              Feature.LOG_FILE,
              Feature.AUDIT_LOG));

  private static final Set<Feature> STORES =
      EnumSet.of(Feature.S3_STORAGE, Feature.GCS_STORAGE, Feature.AZURE_STORAGE);

  private Supported() {}

  /** One sentence about what is configured and isn't there; empty if nothing is. */
  public static Optional<String> warning(SluiceConfig config) {
    var lacking = FeatureReport.unsupported(config, FEATURES);
    return lacking.isEmpty()
        ? Optional.empty()
        : Optional.of("configured, but not in this version: " + list(lacking));
  }

  /**
   * Why this configuration must not be served: images would be kept elsewhere than it says, or be
   * open to people whom it keeps out. Empty if it may.
   */
  static Optional<String> refusal(SluiceConfig config) {
    var lacking = FeatureReport.unsupported(config, FEATURES);
    var stores = lacking.stream().filter(STORES::contains).toList();
    if (!stores.isEmpty()) {
      return Optional.of("this version can't store where the configuration says: " + list(stores));
    }
    var security = lacking.stream().filter(Feature::security).toList();
    return security.isEmpty() || isThisMachineOnly(config.http().address())
        ? Optional.empty()
        : Optional.of(
            "this version lacks what protects the registry: "
                + list(security)
                + ". It is served on this machine only: set http.address to 127.0.0.1");
  }

  private static String list(List<Feature> features) {
    return features.stream()
        .map(feature -> feature.title() + " (" + feature.key() + ")")
        .collect(Collectors.joining(", "));
  }

  private static boolean isThisMachineOnly(String address) {
    try {
      return InetAddress.getByName(address).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
