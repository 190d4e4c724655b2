package io.sluice.sync.upstream;

import io.sluice.oci.Digest;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What an upstream says of a manifest without sending it; nothing of it is verified.
 *
 * @param digest empty if it doesn't say
 * @param mediaType without parameters; empty text if it doesn't say
 */
public record RemoteHead(Optional<Digest> digest, String mediaType, OptionalLong size) {}
