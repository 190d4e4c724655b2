/**
 * How log lines leave the process: as JSON in Zot's form, or for people on a terminal. What is
 * logged is decided where it happens, by SLF4J with fields.
 */
@org.jspecify.annotations.NullMarked
package io.sluice.log;
