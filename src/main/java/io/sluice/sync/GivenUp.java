package io.sluice.sync;

/** Something was not gone on with, for a reason of ours. An answer, without a stack trace. */
final class GivenUp extends RuntimeException {
  private static final long serialVersionUID = 1;

  GivenUp(String reason) {
    super(reason, null, false, false);
  }
}
