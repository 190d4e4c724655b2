/**
 * Registries to be fetched from: one that does as a test tells it, and a real one; with what they
 * have.
 */
package io.sluice.testkit.upstream;
