package io.sluice.config;

import java.util.Map;
import java.util.Optional;

/** Where a store keeps its objects if not on the local disk: {@code storageDriver}, by its name. */
public sealed interface StorageDriverConfig
    permits S3DriverConfig, GcsDriverConfig, AzureDriverConfig {

  /** The prefix of all keys: starts with a slash, or is empty. */
  String rootDirectory();

  /** The name in the configuration: {@code s3}, {@code gcs} or {@code azure}. */
  String name();

  static Optional<StorageDriverConfig> read(Section storage) {
    return storage
        .section("storageDriver")
        .tolerant()
        .map(StorageDriverConfig::byName)
        .flatMap(d -> d);
  }

  private static Optional<StorageDriverConfig> byName(Section driver) {
    var name = driver.choice("name", Map.of("s3", "s3", "gcs", "gcs", "azure", "azure"));
    if (!driver.has("name")) {
      driver.problem("name", "is missing", "one of azure, gcs, s3");
    }
    return name.map(
        known ->
            switch (known) {
              case "s3" -> S3DriverConfig.read(driver);
              case "gcs" -> GcsDriverConfig.read(driver);
              default -> AzureDriverConfig.read(driver);
            });
  }

  /** Reads the prefix, which the drivers of Zot want to start with a slash. */
  static String readRootDirectory(Section driver, String fallback) {
    return driver
        .string("rootdirectory")
        .filter(
            value ->
                driver.require(
                    value.startsWith("/"),
                    "rootdirectory",
                    "does not start with a slash",
                    "/" + value))
        .orElse(fallback);
  }
}
