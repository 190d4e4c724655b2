/**
 * The store on a local disk: a key is a path below the root; what is being written has folders of
 * its own.
 */
@org.jspecify.annotations.NullMarked
package io.sluice.store.fs;
