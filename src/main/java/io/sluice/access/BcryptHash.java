package io.sluice.access;

import at.favre.lib.crypto.bcrypt.BCrypt;
import at.favre.lib.crypto.bcrypt.LongPasswordStrategies;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * bcrypt: {@code $2y$10$}, then 22 characters of salt and 31 of hash. {@code 2a}, {@code 2b} and
 * {@code 2y} name the same computation; they tell which faults the program that wrote them had
 * mended.
 */
record BcryptHash(String hash) implements PasswordHash {
  static final Pattern SYNTAX = Pattern.compile("\\$2[aby]\\$");

  private static final Pattern WHOLE =
      Pattern.compile("\\$2[aby]\\$([0-9]{2})\\$[./A-Za-z0-9]{53}");
  private static final int MIN_COST = 4;
  // Each step doubles the work: 16 takes about five seconds, as many as there should ever be.
  private static final int MAX_COST = 16;

  // Only the first 72 bytes count, in every program that makes such hashes.
  private static final BCrypt.Verifyer VERIFIER =
      BCrypt.verifyer(
          BCrypt.Version.VERSION_2Y, LongPasswordStrategies.truncate(BCrypt.Version.VERSION_2Y));

  static BcryptHash parse(String text) throws Refused {
    var matcher = WHOLE.matcher(text);
    if (!matcher.matches()) {
      throw new Refused("is not a whole bcrypt hash");
    }
    int cost = Integer.parseInt(matcher.group(1));
    if (cost < MIN_COST || cost > MAX_COST) {
      throw new Refused(
          "has a cost of %d, but only %d to %d are taken".formatted(cost, MIN_COST, MAX_COST));
    }
    return new BcryptHash(text);
  }

  @Override
  public boolean matches(byte[] password) {
    return VERIFIER.verify(password, hash.getBytes(StandardCharsets.US_ASCII)).verified;
  }

  @Override
  public String toString() {
    return "bcrypt";
  }
}
