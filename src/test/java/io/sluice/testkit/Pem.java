package io.sluice.testkit;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/** Keys and certificates as text (RFC 7468), in all the forms that people have them. */
public final class Pem {
  private static final String ENCRYPTION = "PBEWithSHA1AndDESede";

  private Pem() {}

  public static String of(X509Certificate certificate) {
    try {
      return text("CERTIFICATE", certificate.getEncoded());
    } catch (CertificateEncodingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** As {@code openssl genpkey} writes a key (PKCS #8). */
  public static String of(PrivateKey key) {
    return text("PRIVATE KEY", key.getEncoded());
  }

  /** As {@code openssl genrsa -traditional} writes a key (PKCS #1). */
  public static String rsa(PrivateKey key) {
    return text("RSA PRIVATE KEY", inner(key));
  }

  /** As {@code openssl ecparam -genkey} writes a key (SEC 1) of the JDK's curve, P-384. */
  public static String ec(PrivateKey key) {
    int size = 48;
    var number = ((ECPrivateKey) key).getS().toByteArray();
    var scalar = new byte[size];
    int extra = Math.max(0, number.length - size);
    System.arraycopy(number, extra, scalar, size - (number.length - extra), number.length - extra);
    var curve = HexFormat.of().parseHex("06052b81040022");
    return text(
        "EC PRIVATE KEY",
        der(0x30, der(0x02, BigInteger.ONE.toByteArray()), der(0x04, scalar), der(0xa0, curve)));
  }

  /** As {@code openssl genpkey -des3} writes a key. */
  public static String encrypted(PrivateKey key, String password) {
    try {
      var secret =
          SecretKeyFactory.getInstance(ENCRYPTION)
              .generateSecret(new PBEKeySpec(password.toCharArray()));
      var cipher = Cipher.getInstance(ENCRYPTION);
      cipher.init(Cipher.ENCRYPT_MODE, secret);
      var info =
          new EncryptedPrivateKeyInfo(cipher.getParameters(), cipher.doFinal(key.getEncoded()));
      return text("ENCRYPTED PRIVATE KEY", info.getEncoded());
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** What PKCS #8 has in its last element, an octet string. */
  private static byte[] inner(PrivateKey key) {
    var der = key.getEncoded();
    // 30 LEN 02 01 00 30 LEN(algorithm) 04 LEN(key)
    int at = start(der, 0) + 3;
    at = start(der, at) + length(der, at);
    int from = start(der, at);
    return Arrays.copyOfRange(der, from, from + length(der, at));
  }

  private static int start(byte[] der, int at) {
    return der[at + 1] >= 0 ? at + 2 : at + 2 + (der[at + 1] & 0x7f);
  }

  private static int length(byte[] der, int at) {
    return der[at + 1] >= 0
        ? der[at + 1]
        : new BigInteger(1, Arrays.copyOfRange(der, at + 2, start(der, at))).intValueExact();
  }

  private static byte[] der(int tag, byte[]... contents) {
    int length = Arrays.stream(contents).mapToInt(it -> it.length).sum();
    var der = new byte[length + 2];
    der[0] = (byte) tag;
    // None is as long as 128 bytes.
    der[1] = (byte) length;
    int at = 2;
    for (var content : contents) {
      System.arraycopy(content, 0, der, at, content.length);
      at += content.length;
    }
    return der;
  }

  private static String text(String what, byte[] der) {
    var body = Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(der);
    return "-----BEGIN " + what + "-----\n" + body + "\n-----END " + what + "-----\n";
  }
}
