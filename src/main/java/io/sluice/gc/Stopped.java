package io.sluice.gc;

/** A collection was told to stop, or its time is over. Expected, so it has no stack trace. */
final class Stopped extends RuntimeException {
  private static final long serialVersionUID = 1;

  Stopped() {
    super("the collection was stopped", null, false, false);
  }
}
