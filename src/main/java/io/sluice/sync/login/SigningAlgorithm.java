package io.sluice.sync.login;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Optional;

/** How a JWT may be signed (RFC 7518, section 3.1; RFC 8037), by keys that only we have. */
enum SigningAlgorithm {
  RS256("RSA", "SHA256withRSA"),
  RS384("RSA", "SHA384withRSA"),
  RS512("RSA", "SHA512withRSA"),
  PS256("RSA", "RSASSA-PSS", "SHA-256", 32),
  PS384("RSA", "RSASSA-PSS", "SHA-384", 48),
  PS512("RSA", "RSASSA-PSS", "SHA-512", 64),
  ES256("EC", "SHA256withECDSAinP1363Format"),
  ES384("EC", "SHA384withECDSAinP1363Format"),
  ES512("EC", "SHA512withECDSAinP1363Format"),
  @SuppressWarnings("MemberName") // as the specification writes it
  EdDSA("Ed25519", "Ed25519");

  private final String keyType;
  private final String jcaName;
  private final String maskHash;
  private final int saltBytes;

  SigningAlgorithm(String keyType, String jcaName) {
    this(keyType, jcaName, "", 0);
  }

  SigningAlgorithm(String keyType, String jcaName, String maskHash, int saltBytes) {
    this.keyType = keyType;
    this.jcaName = jcaName;
    this.maskHash = maskHash;
    this.saltBytes = saltBytes;
  }

  static Optional<SigningAlgorithm> named(String name) {
    for (var algorithm : values()) {
      if (algorithm.name().equals(name)) {
        return Optional.of(algorithm);
      }
    }
    return Optional.empty();
  }

  /** The kind of key it takes, as Java calls it. */
  String keyType() {
    return keyType;
  }

  /** Works for a moment: not for an event loop. */
  byte[] sign(String text, PrivateKey key) throws GeneralSecurityException {
    var signature = Signature.getInstance(jcaName);
    if (!maskHash.isEmpty()) {
      signature.setParameter(
          new PSSParameterSpec(
              maskHash,
              "MGF1",
              new MGF1ParameterSpec(maskHash),
              saltBytes,
              PSSParameterSpec.TRAILER_FIELD_BC));
    }
    signature.initSign(key);
    signature.update(text.getBytes(StandardCharsets.US_ASCII));
    return signature.sign();
  }
}
