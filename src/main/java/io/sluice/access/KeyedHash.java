package io.sluice.access;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * HMAC-SHA-256 with a random key that never leaves the process: what can be remembered, compared
 * and used to choose without telling anybody anything. Thread safe.
 */
final class KeyedHash {
  private static final String ALGORITHM = "HmacSHA256";

  // A Mac has state, and making one costs more than using it.
  private final ThreadLocal<Mac> macs;

  KeyedHash() {
    var bytes = new byte[32];
    new SecureRandom().nextBytes(bytes);
    var key = new SecretKeySpec(bytes, ALGORITHM);
    this.macs =
        ThreadLocal.withInitial(
            () -> {
              try {
                var mac = Mac.getInstance(ALGORITHM);
                mac.init(key);
                return mac;
              } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
              }
            });
  }

  /** All 256 bits, as a value that can be a key of a map. */
  record Value(long first, long second, long third, long fourth) {}

  Value of(String text) {
    return value(macs.get().doFinal(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Of a user's name and password; the length in front keeps (ab, c) and (a, bc) apart. */
  Value of(String user, byte[] password) {
    var mac = macs.get();
    var name = user.getBytes(StandardCharsets.UTF_8);
    mac.update((byte) (name.length >>> 24));
    mac.update((byte) (name.length >>> 16));
    mac.update((byte) (name.length >>> 8));
    mac.update((byte) name.length);
    mac.update(name);
    return value(mac.doFinal(password));
  }

  private static Value value(byte[] hash) {
    var longs = ByteBuffer.wrap(hash);
    return new Value(longs.getLong(), longs.getLong(), longs.getLong(), longs.getLong());
  }
}
