package io.sluice.access;

import java.time.Duration;

/** What is to be said to somebody who gave a user's name and password. */
public sealed interface Verdict {

  /** It is that user. */
  record Right() implements Verdict {}

  /** There is no such user, or it is not that user's password. Nobody is told which. */
  record Wrong() implements Verdict {}

  /**
   * Nobody looked, since too much was asked.
   *
   * @param retryAfter when it is worth asking again, above zero
   * @param reason for the client
   */
  record Later(Duration retryAfter, String reason) implements Verdict {}
}
