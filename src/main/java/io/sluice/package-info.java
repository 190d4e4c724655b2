/**
 * The entry point: {@link io.sluice.Sluice} hands the command line to picocli and exits with the
 * code that the command returned. Everything else lives in the packages below.
 */
@org.jspecify.annotations.NullMarked
package io.sluice;
