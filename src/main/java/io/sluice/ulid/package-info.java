/** Unique names that sort by the time they were made at. */
@org.jspecify.annotations.NullMarked
package io.sluice.ulid;
