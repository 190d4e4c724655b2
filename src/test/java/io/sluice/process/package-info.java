/** Sluice as a process of its own: signals, exit codes, crashes. */
@NullMarked
package io.sluice.process;

import org.jspecify.annotations.NullMarked;
