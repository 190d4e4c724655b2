package io.sluice.oci;

/**
 * A tag: at most 128 characters of {@code [a-zA-Z0-9_][a-zA-Z0-9._-]*} (distribution specification,
 * "Pulling manifests").
 */
public record Tag(String value) implements Reference, Comparable<Tag> {

  private static final int MAX_LENGTH = 128;

  public Tag {
    if (!isValid(value)) {
      throw new IllegalArgumentException("not a tag: " + value);
    }
  }

  /** Parses what a client sent. Fails with {@link RegistryError.TagInvalid}, never otherwise. */
  public static Tag parse(String text) {
    if (!isValid(text)) {
      throw new RegistryException(new RegistryError.TagInvalid(text));
    }
    return new Tag(text);
  }

  /**
   * The tag under which clients without the referrers API keep the referrers of a subject
   * ("Referrers Tag Schema").
   */
  public static Tag ofReferrersTo(Digest subject) {
    var hex = subject.hex();
    return new Tag(subject.algorithm().id() + "-" + hex.substring(0, Math.min(hex.length(), 64)));
  }

  private static boolean isValid(String text) {
    int length = text.length();
    if (length == 0 || length > MAX_LENGTH) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      boolean word =
          c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_';
      if (!word && (i == 0 || c != '.' && c != '-')) {
        return false;
      }
    }
    return true;
  }

  @Override
  public int compareTo(Tag other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
