package io.sluice.api;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * How the HTTP side behaves; from {@code http} and {@code sluice.http} of the configuration.
 *
 * @param port 0 for any free one
 * @param externalUrl what clients call this registry by, for absolute {@code Location}s
 * @param absoluteUrls whether {@code Location} is absolute; relative ones suit every proxy and
 *     every client we know of
 * @param readIdle a body of which no byte comes for so long is given up; empty for never
 * @param writeIdle a client that takes no byte for so long is cut off; empty for never
 * @param headerTimeout for a request's line and headers to arrive, counted from the connection's
 *     beginning
 * @param keepAlive how long a connection may be without a request
 * @param maxHeaderSize in bytes
 * @param maxManifestSize in bytes
 * @param progressInterval between two events of one upload
 * @param tls what to start with; empty to serve without TLS
 */
public record ApiSettings(
    String address,
    int port,
    Optional<URI> externalUrl,
    boolean absoluteUrls,
    Optional<Duration> readIdle,
    Optional<Duration> writeIdle,
    Duration headerTimeout,
    Duration keepAlive,
    int maxHeaderSize,
    int maxManifestSize,
    Duration progressInterval,
    Optional<TlsMaterial> tls) {}
