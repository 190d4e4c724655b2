package io.sluice.gc;

import java.time.Instant;
import java.util.Optional;

/** What rules of retention judge: something with a name that was pushed, and perhaps pulled. */
interface Dated {
  /** Unique within what is judged together; decides between equal times. */
  String name();

  Instant pushed();

  /** Last time; empty for never. */
  Optional<Instant> pulled();
}
