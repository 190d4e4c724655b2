package io.sluice.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * {@code storageDriver} with the name {@code gcs}: a bucket of Google Cloud Storage.
 *
 * @param bucket the bucket; it must exist
 * @param rootDirectory the prefix of all keys; default {@code /zot}
 * @param keyFile (keyfile or credentialsFile) a service account; without it, what the environment
 *     offers
 * @param chunkSize of uploads; default 16 MiB
 * @param maxConcurrency of calls; default 50
 */
public record GcsDriverConfig(
    String bucket,
    String rootDirectory,
    Optional<Path> keyFile,
    DataSize chunkSize,
    int maxConcurrency,
    Optional<String> userAgent)
    implements StorageDriverConfig {

  @Override
  public String name() {
    return "gcs";
  }

  static GcsDriverConfig read(Section driver) {
    var credentials = driver.path("credentialsFile");
    return new GcsDriverConfig(
        driver.required(driver.string("bucket"), "bucket", "", "the name of a bucket"),
        StorageDriverConfig.readRootDirectory(driver, "/zot"),
        driver.path("keyfile").or(() -> credentials),
        driver.size("chunksize", DataSize.ofMiB(16), DataSize.ofKiB(256), DataSize.ofMiB(5 << 10)),
        driver.integer("maxconcurrency", 50, 1, Integer.MAX_VALUE),
        driver.string("useragent"));
  }
}
