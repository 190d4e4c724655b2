package io.sluice.access;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/** What a request says of who sends it: the {@code Authorization} header (RFC 7617, "Basic"). */
public sealed interface Credentials {

  /** Longer ones, in bytes of user, colon and password, belong to nobody. */
  int MAX_BYTES = 512;

  /** The client says nothing of itself. */
  record None() implements Credentials {}

  /**
   * A user's name and password, neither of them verified.
   *
   * @param user without control characters, never empty, no colon
   * @param password any text, also an empty one
   */
  record Basic(String user, String password) implements Credentials {
    @Override
    public String toString() {
      return "Basic[user=" + user + "]";
    }
  }

  /**
   * The client says something that can't be used, which is not the same as saying nothing.
   *
   * @param reason for the client; repeats nothing of what it sent
   */
  record Unusable(String reason) implements Credentials {}

  /**
   * Reads the values of all {@code Authorization} headers of a request. An empty user with an empty
   * password is nobody: some clients send that when they have no login.
   */
  static Credentials parse(List<String> authorizationHeaders) {
    if (authorizationHeaders.stream().allMatch(String::isBlank)) {
      return new None();
    }
    if (authorizationHeaders.size() > 1) {
      return new Unusable("more than one Authorization header");
    }
    var header = authorizationHeaders.getFirst().strip();
    int space = header.indexOf(' ');
    var scheme = space < 0 ? header : header.substring(0, space);
    if (!scheme.toLowerCase(Locale.ROOT).equals("basic")) {
      return new Unusable("the scheme of the Authorization header is not Basic");
    }
    return space < 0
        ? new Unusable("the Authorization header has no credentials")
        : decode(header.substring(space + 1).strip());
  }

  private static Credentials decode(String base64) {
    // Not decoded at all when it is too long: four characters hold three bytes.
    if (base64.length() > (MAX_BYTES / 3 + 1) * 4) {
      return tooLong();
    }
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException _) {
      return new Unusable("the credentials are not in base64");
    }
    if (bytes.length > MAX_BYTES) {
      return tooLong();
    }
    try {
      return split(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException _) {
      return new Unusable("the credentials are not in UTF-8");
    }
  }

  private static Credentials split(String text) {
    int colon = text.indexOf(':');
    if (colon < 0) {
      return new Unusable("the credentials have no colon between user and password");
    }
    var user = text.substring(0, colon);
    var password = text.substring(colon + 1);
    if (user.isEmpty()) {
      return password.isEmpty() ? new None() : new Unusable("a password without a user");
    }
    if (user.chars().anyMatch(Character::isISOControl)) {
      return new Unusable("the user's name has control characters");
    }
    return new Basic(user, password);
  }

  private static Unusable tooLong() {
    return new Unusable("the credentials are longer than " + MAX_BYTES + " bytes");
  }
}
