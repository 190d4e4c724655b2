package io.sluice.scrub;

/** What is wrong with something. */
record Fault(Finding.Kind kind, String error) {

  /** Whether clients would get something wrong, now and later. */
  boolean lasts() {
    return kind != Finding.Kind.UNREADABLE;
  }
}
