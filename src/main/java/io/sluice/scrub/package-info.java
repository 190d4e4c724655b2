/**
 * Reads what is stored and tells what is damaged or missing: digests of blobs and manifests, and
 * that everything referred to is there. In the background, within a bandwidth.
 */
@org.jspecify.annotations.NullMarked
package io.sluice.scrub;
