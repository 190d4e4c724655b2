package io.sluice.upload;

import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * The name of an upload session, as it stands in its {@code Location}: 128 random bits, so that
 * nobody guesses it. Clients name an upload by more than that: see {@link UploadHandle}.
 */
public record UploadId(String value) {
  private static final int BYTES = 16;
  private static final SecureRandom RANDOM = new SecureRandom();

  /** A new one, that nobody can guess. */
  public static UploadId random() {
    var bytes = new byte[BYTES];
    RANDOM.nextBytes(bytes);
    return new UploadId(HexFormat.of().formatHex(bytes));
  }

  /** Parses what a client sent. Whatever can't be one is as unknown as one that was never given. */
  public static UploadId parse(String text) {
    if (!isValid(text)) {
      throw new RegistryException(new RegistryError.UploadUnknown(text));
    }
    return new UploadId(text);
  }

  static boolean isValid(String text) {
    return text.length() == 2 * BYTES
        && text.chars().allMatch(c -> c >= '0' && c <= '9' || c >= 'a' && c <= 'f');
  }

  @Override
  public String toString() {
    return value;
  }
}
