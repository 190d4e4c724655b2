package io.sluice.testkit;

import io.sluice.oci.Digest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/** Bytes to push, and what they have to be when they are pulled. */
public final class Payload {
  private static final AtomicLong SEED = new AtomicLong(1);

  private final byte[] bytes;

  private Payload(byte[] bytes) {
    this.bytes = bytes;
  }

  public static Payload of(byte[] bytes) {
    return new Payload(bytes.clone());
  }

  public static Payload of(String text) {
    return new Payload(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Bytes that no other payload has. */
  public static Payload ofSize(int size) {
    var bytes = new byte[size];
    new Random(SEED.getAndIncrement()).nextBytes(bytes);
    return new Payload(bytes);
  }

  public byte[] bytes() {
    return bytes.clone();
  }

  /** The bytes from one offset to before another. */
  public byte[] slice(int from, int to) {
    return Arrays.copyOfRange(bytes, from, to);
  }

  public int size() {
    return bytes.length;
  }

  public Digest digest() {
    return Digest.sha256(bytes);
  }

  public Digest sha512() {
    return Digest.of(Digest.Algorithm.SHA512, bytes);
  }
}
