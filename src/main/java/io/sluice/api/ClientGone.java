package io.sluice.api;

/**
 * The client went away, or gave the request up, in the middle of a body. Nobody is there to be
 * answered, and nothing is wrong here; so it has no stack trace.
 */
final class ClientGone extends RuntimeException {
  private static final long serialVersionUID = 1;

  ClientGone(Throwable cause) {
    super("the client went away: " + cause.getMessage(), cause, false, false);
  }
}
