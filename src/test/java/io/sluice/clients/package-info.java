/** Real clients, as Debian has them, push to and pull from a registry that runs as a process. */
@NullMarked
package io.sluice.clients;

import org.jspecify.annotations.NullMarked;
