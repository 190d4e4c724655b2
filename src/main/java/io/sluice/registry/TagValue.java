package io.sluice.registry;

import io.sluice.oci.Digest;

/**
 * What a tag names.
 *
 * @param isFromUpstream whether it was fetched from another registry, and not pushed by a user
 * @param key of the value's object
 */
record TagValue(Digest digest, boolean isFromUpstream, String key) {}
