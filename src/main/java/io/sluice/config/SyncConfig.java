package io.sluice.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * {@code extensions.sync}: images of other registries.
 *
 * @param credentialsFile JSON by host: {@code username} and {@code password}
 * @param downloadDir scratch space; default {@code sluice-sync} in the directory for temporary
 *     files. Unlike Zot's, it need not be given for storage in a bucket
 * @param registries in the order in which they are asked
 */
public record SyncConfig(
    Optional<Path> credentialsFile, Path downloadDir, List<SyncRegistryConfig> registries) {

  static SyncConfig read(Section sync) {
    return new SyncConfig(
        sync.path("credentialsFile"),
        sync.path("downloadDir").orElseGet(SyncConfig::defaultDownloadDir),
        sync.sections("registries").stream().map(SyncRegistryConfig::read).toList());
  }

  /** Where {@code downloadDir} is not given. */
  public static Path defaultDownloadDir() {
    return Path.of(System.getProperty("java.io.tmpdir"), "sluice-sync");
  }
}
