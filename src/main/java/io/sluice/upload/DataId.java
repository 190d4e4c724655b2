package io.sluice.upload;

import io.sluice.ulid.Ulid;

/**
 * The name of the bytes of one upload: {@code data/<2 chars>/<dataId>}. Given once, never again.
 */
public record DataId(Ulid id) {

  /** Where all bytes of uploads lie. */
  public static final String PREFIX = "data/";

  /**
   * The last two digits are random, so that no folder and no range of keys gets all the new ones.
   */
  public String key() {
    var text = id.value();
    return PREFIX + text.substring(text.length() - 2) + "/" + text;
  }

  @Override
  public String toString() {
    return id.value();
  }
}
