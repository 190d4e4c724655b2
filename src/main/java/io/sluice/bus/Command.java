package io.sluice.bus;

/**
 * A message to the one verticle that serves its address.
 *
 * @param <R> what the answer is; commands and answers are immutable, or handed over with everything
 *     that they refer to
 */
public interface Command<R> {

  /** Where it goes, as in {@code sluice.storage.blob.stat}. */
  String address();
}
