/**
 * Retention and garbage collection: which tags a policy keeps, what nothing needs any more, and how
 * that goes while everybody else writes. It works on the objects of a store alone, by the names
 * that {@link io.sluice.registry.StoredKey} reads, and may run in any process, at any time, in
 * several at once. Why that is safe is in {@code docs/architecture.md}.
 */
@org.jspecify.annotations.NullMarked
package io.sluice.gc;
