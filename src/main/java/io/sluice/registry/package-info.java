/**
 * What a registry does with images: blobs, manifests, tags, referrers and the catalog of the
 * repositories, kept as objects whose names are written once. {@link io.sluice.registry.Layout} has
 * the names; {@link io.sluice.registry.StorageVerticle} owns all of it and serves the {@link
 * io.sluice.registry.Commands}.
 */
@org.jspecify.annotations.NullMarked
package io.sluice.registry;
