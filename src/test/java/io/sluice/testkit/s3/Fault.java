package io.sluice.testkit.s3;

import java.time.Duration;

/** What a {@link Rule} does to a request. */
sealed interface Fault {
  /** Answers at the end of the request's body, which goes nowhere. */
  record Refuse(Refusal refusal) implements Fault {}

  /** Lets the server do what was asked, and then answers something else. */
  record RefuseAfterwards(Refusal refusal) implements Fault {}

  /** Cuts the connection when so many bytes of the request's body have come. */
  record CutRequest(long bytes) implements Fault {}

  /** Cuts the connection when so many bytes of the answer's body were sent. */
  record CutAnswer(long bytes) implements Fault {}

  /** Cuts the connection when the answer's headers were sent, before its body. */
  record CutAnswerAfterHead() implements Fault {}

  /** Reads the request and never answers. */
  record Hang() implements Fault {}

  /** Waits before the request goes on, to the server or to another rule's fault. */
  record Delay(Duration time) implements Fault {}

  /** No rule applies. */
  record None() implements Fault {}
}
