package io.sluice.gc;

import io.sluice.registry.StoredKey;

/**
 * An object as a scan found it.
 *
 * @param written by the process's monotonic clock, in nanoseconds; errs towards later, so that
 *     nothing counts as older than it is
 */
record Found(String key, StoredKey is, long size, long written) {

  /** The prefix that its siblings share. */
  String folder() {
    return key.substring(0, key.lastIndexOf('/') + 1);
  }
}
