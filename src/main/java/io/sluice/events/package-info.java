/**
 * What happens in the registry, told to whoever listens: records on the addresses {@code
 * sluice.events.<kind>} of Vert.x's event bus. Their JSON form, which everything outside of the
 * process sees, is in {@code docs/events.md}.
 */
@org.jspecify.annotations.NullMarked
package io.sluice.events;
