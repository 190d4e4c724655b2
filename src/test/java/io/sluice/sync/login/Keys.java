package io.sluice.sync.login;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.Base64;

/** Keys of the tests, and what was signed with them. */
final class Keys {
  static final KeyPair RSA =
      pair("RSA", new RSAKeyGenParameterSpec(2048, RSAKeyGenParameterSpec.F4));

  private Keys() {}

  static KeyPair curve(String name) {
    return pair("EC", new ECGenParameterSpec(name));
  }

  static KeyPair pair(String type, AlgorithmParameterSpec spec) {
    try {
      var generator = KeyPairGenerator.getInstance(type);
      generator.initialize(spec);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static String pem(Key key) {
    return pem("PRIVATE KEY", key.getEncoded());
  }

  static String pem(String label, byte[] der) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(label, Base64.getMimeEncoder().encodeToString(der), label);
  }

  /** The claims of a token, once its signature is checked. */
  static JsonObject verified(String jwt, KeyPair pair, Signature verifier) throws Exception {
    var parts = jwt.split("\\.", -1);
    assertThat(parts).hasSize(3);
    verifier.initVerify(pair.getPublic());
    verifier.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
    assertThat(verifier.verify(Base64.getUrlDecoder().decode(parts[2]))).isTrue();
    return part(parts[1]);
  }

  static JsonObject header(String jwt) {
    return part(jwt.substring(0, jwt.indexOf('.')));
  }

  private static JsonObject part(String text) {
    return new JsonObject(new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8));
  }
}
