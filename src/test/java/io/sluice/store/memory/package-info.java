/** Objects in memory: what simulations and fast tests run on; a store like the others. */
@NullMarked
package io.sluice.store.memory;

import org.jspecify.annotations.NullMarked;
