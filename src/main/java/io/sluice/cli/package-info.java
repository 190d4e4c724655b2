/**
 * The command line: one class for each command. A command parses, calls, prints, and decides the
 * exit code: 0 when it was done, 1 when it failed, 2 when it was called wrongly.
 */
@org.jspecify.annotations.NullMarked
package io.sluice.cli;
