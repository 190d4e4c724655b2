package io.sluice.oci;

/**
 * The name of a repository: components of lower-case letters and digits, joined within by {@code
 * .}, {@code _}, {@code __} or hyphens, joined together by {@code /} (distribution specification,
 * "Pulling manifests"). At most 255 characters in all. No component starts with a separator, so
 * none can be {@code ..} or one of the storage's own folders.
 */
public record RepositoryName(String value) implements Comparable<RepositoryName> {

  /** What clients keep to, since host and name together have this limit with many of them. */
  public static final int MAX_LENGTH = 255;

  public RepositoryName {
    if (problemOf(value) != null) {
      throw new IllegalArgumentException("not a repository name: " + value);
    }
  }

  /** Parses what a client sent. Fails with {@link RegistryError.NameInvalid}, never otherwise. */
  public static RepositoryName parse(String text) {
    var problem = problemOf(text);
    if (problem != null) {
      throw new RegistryException(new RegistryError.NameInvalid(text, problem));
    }
    return new RepositoryName(text);
  }

  /**
   * The first component, by which {@code storage.subPaths} chooses a store; empty for a name of one
   * component.
   */
  public String firstComponentOfSeveral() {
    int slash = value.indexOf('/');
    return slash < 0 ? "" : value.substring(0, slash);
  }

  private static @org.jspecify.annotations.Nullable String problemOf(String text) {
    int length = text.length();
    if (length == 0) {
      return "it is empty";
    }
    if (length > MAX_LENGTH) {
      return "it has " + length + " characters, at most " + MAX_LENGTH + " are allowed";
    }
    int i = 0;
    while (true) {
      int start = i;
      while (i < length && isAlphanumeric(text.charAt(i))) {
        i++;
      }
      if (i == start) {
        return i < length
            ? "unexpected '" + printable(text.charAt(i)) + "' at position " + (i + 1)
            : "a component is missing at its end";
      }
      if (i == length) {
        return null;
      }
      i += separatorAt(text, i);
      if (i < length && !isAlphanumeric(text.charAt(i))) {
        return "unexpected '" + printable(text.charAt(i)) + "' at position " + (i + 1);
      }
    }
  }

  /**
   * The length of what may join two runs of letters: one of {@code / . _ __}, or any number of
   * hyphens; 0 if none.
   */
  private static int separatorAt(String text, int at) {
    return switch (text.charAt(at)) {
      case '/', '.' -> 1;
      case '_' -> at + 1 < text.length() && text.charAt(at + 1) == '_' ? 2 : 1;
      case '-' -> {
        int end = at;
        while (end < text.length() && text.charAt(end) == '-') {
          end++;
        }
        yield end - at;
      }
      default -> 0;
    };
  }

  private static boolean isAlphanumeric(char c) {
    return c >= 'a' && c <= 'z' || c >= '0' && c <= '9';
  }

  private static String printable(char c) {
    return c >= ' ' && c < 0x7f ? String.valueOf(c) : "\\u%04x".formatted((int) c);
  }

  @Override
  public int compareTo(RepositoryName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
