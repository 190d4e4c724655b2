package io.sluice.oci;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A content digest, as in {@code sha256:6c3c…}: the algorithm and the lower-case hex of its value
 * (OCI image specification, "Digests"). Both parts are safe as components of a key or a path.
 */
public record Digest(Algorithm algorithm, String hex) implements Reference {

  /** The registered algorithms of the specification that a registry must know. */
  public enum Algorithm {
    SHA256("sha256", "SHA-256", 64),
    SHA512("sha512", "SHA-512", 128);

    private final String id;
    private final String jcaName;
    private final int hexLength;

    Algorithm(String id, String jcaName, int hexLength) {
      this.id = id;
      this.jcaName = jcaName;
      this.hexLength = hexLength;
    }

    /** The name within a digest, as in {@code sha256}. */
    public String id() {
      return id;
    }

    /** A new hasher of this algorithm; not thread safe, as every {@link MessageDigest}. */
    public MessageDigest newHasher() {
      try {
        return MessageDigest.getInstance(jcaName);
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every JDK has " + jcaName, e);
      }
    }
  }

  public Digest {
    if (!isHex(hex, algorithm.hexLength)) {
      throw new IllegalArgumentException(
          "not " + algorithm.hexLength + " lower-case hex digits: " + hex);
    }
  }

  /** Parses what a client sent. Fails with {@link RegistryError.DigestInvalid}, never otherwise. */
  public static Digest parse(String text) {
    int colon = text.indexOf(':');
    if (colon < 0) {
      throw invalid(text, "a digest is <algorithm>:<hex>");
    }
    var name = text.substring(0, colon);
    for (var algorithm : Algorithm.values()) {
      if (algorithm.id.equals(name)) {
        var hex = text.substring(colon + 1);
        if (!isHex(hex, algorithm.hexLength)) {
          throw invalid(text, name + " takes " + algorithm.hexLength + " lower-case hex digits");
        }
        return new Digest(algorithm, hex);
      }
    }
    throw invalid(text, "the algorithms known here are sha256 and sha512");
  }

  /** The digest of bytes that are at hand; hashes on the calling thread. */
  public static Digest of(Algorithm algorithm, byte[] content) {
    return of(algorithm, algorithm.newHasher(), content);
  }

  /** The SHA-256 digest of bytes that are at hand; hashes on the calling thread. */
  public static Digest sha256(byte[] content) {
    return of(Algorithm.SHA256, content);
  }

  /** Takes the value out of a hasher, which is reset by that. */
  public static Digest of(Algorithm algorithm, MessageDigest hasher) {
    return new Digest(algorithm, HexFormat.of().formatHex(hasher.digest()));
  }

  private static Digest of(Algorithm algorithm, MessageDigest hasher, byte[] content) {
    hasher.update(content);
    return of(algorithm, hasher);
  }

  private static boolean isHex(String hex, int length) {
    if (hex.length() != length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      char c = hex.charAt(i);
      if (!(c >= '0' && c <= '9' || c >= 'a' && c <= 'f')) {
        return false;
      }
    }
    return true;
  }

  private static RegistryException invalid(String text, String reason) {
    return new RegistryException(new RegistryError.DigestInvalid(text, reason));
  }

  @Override
  public String toString() {
    return algorithm.id + ":" + hex;
  }
}
