package io.sluice.testkit.s3;

import java.time.Duration;
import java.util.function.Predicate;

/** A sentence that begins with {@link FaultyS3#on} and ends with what goes wrong. */
public final class RuleBuilder {
  private final FaultyS3 proxy;
  private final Predicate<S3Request> which;
  private final int times;

  RuleBuilder(FaultyS3 proxy, Predicate<S3Request> which, int times) {
    this.proxy = proxy;
    this.which = which;
    this.times = times;
  }

  /** Only for so many requests; without this, for all until the rule is removed. */
  public RuleBuilder next(int requests) {
    return new RuleBuilder(proxy, which, requests);
  }

  /** Only for requests that are like this as well. */
  public RuleBuilder where(Predicate<S3Request> also) {
    return new RuleBuilder(proxy, which.and(also), times);
  }

  /** Answers, and lets nothing through to the server. */
  public Rule refuse(Refusal refusal) {
    return add(new Fault.Refuse(refusal));
  }

  /** Lets the server do what was asked, and then answers this all the same. */
  public Rule refuseAfterwards(Refusal refusal) {
    return add(new Fault.RefuseAfterwards(refusal));
  }

  /** Cuts the client's and the server's connection in the middle of the request's body. */
  public Rule cutRequestAfter(long bytes) {
    return add(new Fault.CutRequest(bytes));
  }

  /** Cuts the client's connection in the middle of the answer's body. */
  public Rule cutAnswerAfter(long bytes) {
    return add(new Fault.CutAnswer(bytes));
  }

  /** Cuts the client's connection between the answer's headers and its body. */
  public Rule cutAnswerAfterHead() {
    return add(new Fault.CutAnswerAfterHead());
  }

  /** Takes the request and never answers it. */
  public Rule hang() {
    return add(new Fault.Hang());
  }

  /** Lets the request wait; whatever else applies to it, applies afterwards. */
  public Rule delay(Duration time) {
    return add(new Fault.Delay(time));
  }

  private Rule add(Fault fault) {
    return proxy.add(new Rule(proxy, which, times, fault));
  }
}
