/**
 * Puts a registry together from its configuration, starts it, and stops it in the reverse order.
 */
@org.jspecify.annotations.NullMarked
package io.sluice.server;
