package io.sluice.testkit.upstream;

import io.sluice.oci.Digest;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What a test has told an upstream to do. Thread safe. */
final class Script {

  /** An answer in place of the right one. */
  record Refusal(int status, Optional<String> retryAfter) {}

  private final Map<Digest, Gate> gates = new ConcurrentHashMap<>();
  private final Set<Mood> moods = EnumSet.noneOf(Mood.class);
  private Refusal refusal = new Refusal(500, Optional.empty());
  private int refusals;
  private int hangUps;
  private long cutAfter = -1;
  private int cuts;

  synchronized void add(Mood mood) {
    moods.add(mood);
  }

  synchronized boolean is(Mood mood) {
    return moods.contains(mood);
  }

  synchronized void refuse(int times, Refusal with) {
    refusals = times;
    refusal = with;
  }

  synchronized void hangUp(int times) {
    hangUps = times;
  }

  synchronized void cut(int times, long after) {
    cuts = times;
    cutAfter = after;
  }

  synchronized void heal() {
    moods.clear();
    refusals = 0;
    hangUps = 0;
    cuts = 0;
  }

  synchronized Optional<Refusal> takeRefusal() {
    if (refusals == 0) {
      return Optional.empty();
    }
    refusals--;
    return Optional.of(refusal);
  }

  synchronized boolean takeHangUp() {
    if (hangUps == 0) {
      return false;
    }
    hangUps--;
    return true;
  }

  /** After how many bytes this answer is to be cut; -1 for never. */
  synchronized long takeCut() {
    if (cuts == 0) {
      return -1;
    }
    cuts--;
    return cutAfter;
  }

  void hold(Digest digest) {
    gates.put(digest, new Gate());
  }

  void release(Digest digest, long bytes) {
    Optional.ofNullable(gates.get(digest)).ifPresent(gate -> gate.allow(bytes));
  }

  void releaseAll() {
    gates.values().forEach(gate -> gate.allow(Long.MAX_VALUE));
    gates.clear();
  }

  Optional<Gate> gate(Digest digest) {
    return Optional.ofNullable(gates.get(digest));
  }
}
