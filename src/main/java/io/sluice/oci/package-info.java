/**
 * The vocabulary of the OCI specifications: digests, names, tags, descriptors, manifests, and what
 * can be wrong with a request. Values only: nothing here does I/O or knows Vert.x, and whoever
 * holds one holds a valid one, since text is parsed at the edge, once.
 */
@org.jspecify.annotations.NullMarked
package io.sluice.oci;
