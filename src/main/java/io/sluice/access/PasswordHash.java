package io.sluice.access;

/** The hash of a password as an htpasswd file has it. Immutable. */
interface PasswordHash {

  /**
   * Whether this is the hash of that password: much work for the processor, so never on an event
   * loop.
   *
   * @param password in UTF-8; is not changed
   */
  boolean matches(byte[] password);

  /**
   * Reads a hash, strictly.
   *
   * @throws Refused if it is none, of a kind that isn't taken, or would take too long to verify
   */
  static PasswordHash parse(String text) throws Refused {
    if (BcryptHash.SYNTAX.matcher(text).lookingAt()) {
      return BcryptHash.parse(text);
    }
    if (ShaCryptHash.SYNTAX.matcher(text).lookingAt()) {
      return ShaCryptHash.parse(text);
    }
    throw new Refused(
        "is of a kind that isn't taken (" + kind(text) + "); use htpasswd -B for bcrypt");
  }

  /** What a hash looks like that isn't taken, without anything of it. */
  private static String kind(String text) {
    if (text.startsWith("$apr1$")) {
      return "MD5, $apr1$";
    }
    if (text.startsWith("$1$")) {
      return "MD5, $1$";
    }
    if (text.startsWith("{SHA}")) {
      return "SHA-1, {SHA}";
    }
    if (text.startsWith("{SSHA}")) {
      return "salted SHA-1, {SSHA}";
    }
    if (text.startsWith("$2x$")) {
      return "faulty bcrypt, $2x$";
    }
    if (text.startsWith("$y$")) {
      return "yescrypt, $y$";
    }
    if (text.startsWith("$argon2")) {
      return "Argon2";
    }
    return text.isEmpty() ? "nothing" : "crypt, plain text or unknown";
  }

  /** Why a hash isn't taken: the rest of a sentence that begins with "the hash of …". */
  final class Refused extends Exception {
    private static final long serialVersionUID = 1;

    Refused(String why) {
      super(why, null, false, false);
    }

    String why() {
      return String.valueOf(getMessage());
    }
  }
}
