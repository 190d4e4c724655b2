/**
 * The configuration: Zot's file, and one section of our own, become immutable records.
 *
 * <p>{@link io.sluice.config.ConfigLoader} reads JSON or YAML into a tree, each section's record
 * reads its own keys from it (record and parser share a file), and whatever is wrong is collected
 * and reported at once. Nothing here looks at the files that the configuration names, and nothing
 * here depends on another package: the others take the records that concern them.
 */
@NullMarked
package io.sluice.config;

import org.jspecify.annotations.NullMarked;
