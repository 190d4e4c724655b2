/**
 * Keys and bytes: the one interface beneath everything that is kept, {@link
 * io.sluice.store.ObjectStore}, and the stores that implement it. What the keys mean is known
 * above, in {@code registry} and {@code upload}; nothing here knows images.
 */
@org.jspecify.annotations.NullMarked
package io.sluice.store;
