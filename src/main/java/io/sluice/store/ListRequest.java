package io.sluice.store;

/**
 * What to list.
 *
 * @param prefix of the keys, usually ending with {@code /}
 * @param byFolder whether keys that have a {@code /} after the prefix are folded into their
 *     folder's name
 * @param startAfter only keys and folders that sort after this; empty for all
 * @param limit at most so many keys and folders, at least 1
 */
public record ListRequest(String prefix, boolean byFolder, String startAfter, int limit) {

  private static final int PAGE = 1000;

  /** Everything below a prefix, a page at a time. */
  public static ListRequest below(String prefix) {
    return new ListRequest(prefix, false, "", PAGE);
  }

  /** The folders and objects directly below a prefix, a page at a time. */
  public static ListRequest folders(String prefix) {
    return new ListRequest(prefix, true, "", PAGE);
  }

  public ListRequest startAfter(String key) {
    return new ListRequest(prefix, byFolder, key, limit);
  }

  public ListRequest limit(int newLimit) {
    return new ListRequest(prefix, byFolder, startAfter, newLimit);
  }
}
