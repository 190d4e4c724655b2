package io.sluice.access;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** A hash that counts how often it is verified, and can be held up while it is. */
final class GatedHash implements PasswordHash {
  private final PasswordHash hash;
  private final AtomicInteger verified = new AtomicInteger();
  private final Semaphore begun = new Semaphore(0);
  private volatile CountDownLatch gate = new CountDownLatch(0);

  GatedHash(PasswordHash hash) {
    this.hash = hash;
  }

  /** From now on nothing ends until {@link #open}. */
  void shut() {
    gate = new CountDownLatch(1);
  }

  void open() {
    gate.countDown();
  }

  /** Waits until one more has begun. */
  void awaitBegun() {
    begun.acquireUninterruptibly();
  }

  int verified() {
    return verified.get();
  }

  @Override
  public boolean matches(byte[] password) {
    verified.incrementAndGet();
    begun.release();
    try {
      gate.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return hash.matches(password);
  }
}
