package io.sluice.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.regex.Pattern;
import org.apache.commons.codec.digest.Sha2Crypt;

/**
 * SHA-crypt: {@code $5$} (SHA-256) or {@code $6$} (SHA-512), perhaps {@code rounds=…$}, the salt,
 * {@code $} and the hash (U. Drepper, "Unix crypt using SHA-256 and SHA-512").
 */
record ShaCryptHash(String hash) implements PasswordHash {
  static final Pattern SYNTAX = Pattern.compile("\\$[56]\\$");

  private static final Pattern WHOLE =
      Pattern.compile(
          "(?:\\$5\\$|(\\$6\\$))(?:rounds=([1-9][0-9]{0,8})\\$)?[./A-Za-z0-9]{1,16}\\$([./A-Za-z0-9]+)");
  private static final int SHA256_LENGTH = 43;
  private static final int SHA512_LENGTH = 86;
  // What isn't given is 5000; below 1000 the algorithm itself would take 1000, so no program
  // writes less. Five million take two seconds, with the longest password nine.
  private static final int MIN_ROUNDS = 1_000;
  private static final int MAX_ROUNDS = 1_000_000;

  static ShaCryptHash parse(String text) throws Refused {
    var matcher = WHOLE.matcher(text);
    if (!matcher.matches()
        || matcher.group(3).length()
            != (matcher.group(1) == null ? SHA256_LENGTH : SHA512_LENGTH)) {
      throw new Refused("is not a whole SHA-crypt hash");
    }
    var rounds = matcher.group(2);
    if (rounds != null) {
      int count = Integer.parseInt(rounds);
      if (count < MIN_ROUNDS || count > MAX_ROUNDS) {
        throw new Refused(
            "has %d rounds, but only %d to %d are taken".formatted(count, MIN_ROUNDS, MAX_ROUNDS));
      }
    }
    return new ShaCryptHash(text);
  }

  @Override
  public boolean matches(byte[] password) {
    // The library takes the parameters from the hash, and wipes the password that it is given.
    var key = password.clone();
    var computed =
        hash.startsWith("$5$")
            ? Sha2Crypt.sha256Crypt(key, hash)
            : Sha2Crypt.sha512Crypt(key, hash);
    return MessageDigest.isEqual(
        computed.getBytes(StandardCharsets.US_ASCII), hash.getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public String toString() {
    return "SHA-crypt";
  }
}
