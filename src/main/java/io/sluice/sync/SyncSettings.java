package io.sluice.sync;

import io.sluice.config.DataSize;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How images of other registries are fetched.
 *
 * @param downloadDir where spools are kept; made if it isn't there
 * @param spool what all spools together may have; empty for half of what is free at the start
 * @param maxBlobSize in bytes; larger blobs are not taken
 * @param maxManifestSize in bytes
 * @param progressInterval between two events about one download
 */
public record SyncSettings(
    Path downloadDir,
    Optional<DataSize> spool,
    long maxBlobSize,
    int maxManifestSize,
    Duration progressInterval) {}
