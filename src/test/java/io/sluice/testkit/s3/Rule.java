package io.sluice.testkit.s3;

import java.util.function.Predicate;

/** What goes wrong with which requests; in force until it was applied often enough, or removed. */
public final class Rule {
  private final FaultyS3 proxy;
  private final Predicate<S3Request> which;
  private final int times;
  private final Fault fault;
  private int hits;

  Rule(FaultyS3 proxy, Predicate<S3Request> which, int times, Fault fault) {
    this.proxy = proxy;
    this.which = which;
    this.times = times;
    this.fault = fault;
  }

  Fault fault() {
    return fault;
  }

  /** Takes one of the times that it applies, if it applies to this request. */
  synchronized boolean apply(S3Request request) {
    if (hits >= times || !which.test(request)) {
      return false;
    }
    hits++;
    return true;
  }

  /** How many requests it was applied to. */
  public synchronized int hits() {
    return hits;
  }

  /** Requests that come from now on are spared. */
  public void remove() {
    proxy.remove(this);
  }
}
