package io.sluice.sync.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonObject;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class JwtTest {
  private static final JsonObject CLAIMS = new JsonObject().put("sub", "wir");

  @ParameterizedTest
  @EnumSource(SigningAlgorithm.class)
  void aTokenIsSignedByEachAlgorithmSoThatItsPublicKeyVerifiesIt(SigningAlgorithm algorithm)
      throws Exception {
    var keys = keysFor(algorithm);
    var jwt = Jwt.signed(algorithm, "k1", CLAIMS, Keys.pem(keys.getPrivate()), "key");
    assertThat(Keys.verified(jwt, keys, verifier(algorithm))).isEqualTo(CLAIMS);
    assertThat(Keys.header(jwt))
        .isEqualTo(
            new JsonObject().put("alg", algorithm.name()).put("typ", "JWT").put("kid", "k1"));
  }

  @Test
  void withoutAKeyIdNoneIsNamed() {
    var jwt =
        Jwt.signed(SigningAlgorithm.RS256, "", CLAIMS, Keys.pem(Keys.RSA.getPrivate()), "key");
    assertThat(Keys.header(jwt).containsKey("kid")).isFalse();
  }

  @Test
  void anRsaKeyMayBeInItsOldForm() throws Exception {
    // What a PKCS #8 key of RSA holds behind 26 bytes is the key in PKCS #1.
    var pkcs8 = Keys.RSA.getPrivate().getEncoded();
    var pem = Keys.pem("RSA PRIVATE KEY", Arrays.copyOfRange(pkcs8, 26, pkcs8.length));
    var jwt = Jwt.signed(SigningAlgorithm.RS256, "", CLAIMS, pem, "key");
    assertThat(Keys.verified(jwt, Keys.RSA, Signature.getInstance("SHA256withRSA")))
        .isEqualTo(CLAIMS);
  }

  @ParameterizedTest
  @CsvSource({"ES256, secp256r1, 28", "ES384, secp384r1, 25", "ES512, secp521r1, 25"})
  void aKeyOfACurveMayBeInItsOldFormBehindItsParameters(
      SigningAlgorithm algorithm, String curve, int header) throws Exception {
    var keys = Keys.curve(curve);
    var pkcs8 = keys.getPrivate().getEncoded();
    var pem =
        Keys.pem("EC PARAMETERS", new byte[] {6, 0})
            + Keys.pem("EC PRIVATE KEY", Arrays.copyOfRange(pkcs8, header, pkcs8.length));
    var jwt = Jwt.signed(algorithm, "", CLAIMS, pem, "key");
    assertThat(Keys.verified(jwt, keys, verifier(algorithm))).isEqualTo(CLAIMS);
  }

  @Test
  void aKeyOfACurveIsTakenAsOpensslWritesIt() throws Exception {
    var pem =
        """
            -----BEGIN EC PARAMETERS-----
            BggqhkjOPQMBBw==
            -----END EC PARAMETERS-----
            -----BEGIN EC PRIVATE KEY-----
            MHcCAQEEINM8Wi1e0r+8Je0o2WaW5h12th8QeZiY4mz1NWSvE48GoAoGCCqGSM49
            AwEHoUQDQgAEhPy+4lRhew4cEHudJbWj4/yTLwE3nVjEbf6h3WJIY2GBqSpugGNO
            7q/zv9UkbmsOXkem7ovB57qsNUEbZH+16A==
            -----END EC PRIVATE KEY-----
            """;
    var point =
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEhPy+4lRhew4cEHudJbWj4/yTLw"
            + "E3nVjEbf6h3WJIY2GBqSpugGNO7q/zv9UkbmsOXkem7ovB57qsNUEbZH+16A==";
    var encoded = new X509EncodedKeySpec(Base64.getDecoder().decode(point));
    var publicKey = KeyFactory.getInstance("EC").generatePublic(encoded);
    var jwt = Jwt.signed(SigningAlgorithm.ES256, "", CLAIMS, pem, "key");
    var keys = new KeyPair(publicKey, Keys.curve("secp256r1").getPrivate());
    assertThat(Keys.verified(jwt, keys, verifier(SigningAlgorithm.ES256))).isEqualTo(CLAIMS);
  }

  @Test
  void whatIsNoFittingKeyIsToldWithoutIt() {
    var rsa = Keys.pem(Keys.RSA.getPrivate());
    for (var pem : new String[] {"", "s3cret", Keys.pem("PRIVATE KEY", new byte[] {1, 2}), rsa}) {
      assertThatThrownBy(
              () -> Jwt.signed(SigningAlgorithm.ES256, "", CLAIMS, pem, "privateKeyFile: /k"))
          .isInstanceOf(LoginFailure.class)
          .hasMessage("privateKeyFile: /k is no private key in PEM for ES256")
          .hasNoCause();
    }
  }

  private static KeyPair keysFor(SigningAlgorithm algorithm) {
    return switch (algorithm) {
      case RS256, RS384, RS512, PS256, PS384, PS512 -> Keys.RSA;
      case ES256 -> Keys.curve("secp256r1");
      case ES384 -> Keys.curve("secp384r1");
      case ES512 -> Keys.curve("secp521r1");
      case EdDSA -> Keys.pair("Ed25519", NamedParameterSpec.ED25519);
    };
  }

  private static Signature verifier(SigningAlgorithm algorithm) throws Exception {
    var bits = algorithm.name().substring(2);
    return switch (algorithm) {
      case RS256, RS384, RS512 -> Signature.getInstance("SHA" + bits + "withRSA");
      case PS256, PS384, PS512 -> {
        var pss = Signature.getInstance("RSASSA-PSS");
        pss.setParameter(
            new PSSParameterSpec(
                "SHA-" + bits,
                "MGF1",
                new MGF1ParameterSpec("SHA-" + bits),
                Integer.parseInt(bits) / 8,
                1));
        yield pss;
      }
      case ES256, ES384, ES512 -> Signature.getInstance("SHA" + bits + "withECDSAinP1363Format");
      case EdDSA -> Signature.getInstance("Ed25519");
    };
  }
}
