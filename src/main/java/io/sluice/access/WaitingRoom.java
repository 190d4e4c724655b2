package io.sluice.access;

import java.util.HashMap;
import java.util.Map;

/**
 * How many passwords wait to be hashed or are being hashed: bounded, and no client may have more
 * than a quarter of the room (but four at least), so that one can't keep all others out. Thread
 * safe.
 */
final class WaitingRoom {
  private static final int AT_LEAST = 4;

  private final int size;
  private final int sizeForOne;
  private final Map<String, Integer> waiting = new HashMap<>();
  private int all;

  WaitingRoom(int size) {
    this.size = size;
    this.sizeForOne = Math.max(AT_LEAST, size / 4);
  }

  /** Takes a place, to be given back by {@link #leave}; false if there is none. */
  synchronized boolean enter(String client) {
    if (all >= size || waiting.getOrDefault(client, 0) >= sizeForOne) {
      return false;
    }
    all++;
    waiting.merge(client, 1, Integer::sum);
    return true;
  }

  synchronized void leave(String client) {
    all--;
    waiting.computeIfPresent(client, (_, count) -> count == 1 ? null : count - 1);
  }

  /** How many are there. */
  synchronized int size() {
    return all;
  }
}
