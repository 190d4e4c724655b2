/**
 * How verticles talk: typed, immutable commands over Vert.x's event bus, by reference, within this
 * process. Bytes don't cross it; streams that carry them do (design, "The shape").
 */
@org.jspecify.annotations.NullMarked
package io.sluice.bus;
