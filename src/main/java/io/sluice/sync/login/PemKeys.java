package io.sluice.sync.login;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * Private keys as tools write them: PKCS #8, or the older forms of RSA (PKCS #1) and of elliptic
 * curves (SEC 1), which Java reads only inside of PKCS #8.
 */
final class PemKeys {
  private static final Pattern BLOCK =
      Pattern.compile(
          "-----BEGIN ((?:RSA |EC )?PRIVATE KEY)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");

  private static final String RSA = "300d06092a864886f70d0101010500";
  private static final String P256 = "301306072a8648ce3d020106082a8648ce3d030107";
  private static final String P384 = "301006072a8648ce3d020106052b81040022";
  private static final String P521 = "301006072a8648ce3d020106052b81040023";

  private PemKeys() {}

  static PrivateKey parse(String pem, SigningAlgorithm algorithm) throws GeneralSecurityException {
    var block = BLOCK.matcher(pem);
    if (!block.find()) {
      throw new IllegalArgumentException("no private key");
    }
    var der = Base64.getMimeDecoder().decode(block.group(2));
    var pkcs8 =
        switch (block.group(1)) {
          case "RSA PRIVATE KEY" -> wrapped(RSA, der);
          case "EC PRIVATE KEY" -> wrapped(curve(algorithm), der);
          default -> der;
        };
    return KeyFactory.getInstance(algorithm.keyType())
        .generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
  }

  private static String curve(SigningAlgorithm algorithm) {
    return switch (algorithm) {
      case ES384 -> P384;
      case ES512 -> P521;
      default -> P256;
    };
  }

  /** {@code SEQUENCE { INTEGER 0, algorithm, OCTET STRING key }}. */
  private static byte[] wrapped(String algorithm, byte[] key) {
    var inner = new ByteArrayOutputStream();
    inner.writeBytes(new byte[] {2, 1, 0});
    inner.writeBytes(HexFormat.of().parseHex(algorithm));
    inner.writeBytes(tagged(4, key));
    return tagged(0x30, inner.toByteArray());
  }

  private static byte[] tagged(int tag, byte[] content) {
    var out = new ByteArrayOutputStream();
    out.write(tag);
    int length = content.length;
    if (length < 0x80) {
      out.write(length);
    } else if (length < 0x100) {
      out.writeBytes(new byte[] {(byte) 0x81, (byte) length});
    } else {
      out.writeBytes(new byte[] {(byte) 0x82, (byte) (length >> 8), (byte) length});
    }
    out.writeBytes(content);
    return out.toByteArray();
  }
}
