package io.sluice.sync.login;

import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;

/**
 * Tokens that say who we are, signed by us (RFC 7523). Reads keys and signs: not for event loops.
 */
final class Jwt {
  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

  private Jwt() {}

  /**
   * A signed token.
   *
   * @param keyId empty for none
   * @param pem the private key
   * @param where names the key in errors
   */
  static String signed(
      SigningAlgorithm algorithm, String keyId, JsonObject claims, String pem, String where) {
    var header = new JsonObject().put("alg", algorithm.name()).put("typ", "JWT");
    if (!keyId.isEmpty()) {
      header.put("kid", keyId);
    }
    var text = encoded(header) + "." + encoded(claims);
    try {
      var key = PemKeys.parse(pem, algorithm);
      return text + "." + BASE64.encodeToString(algorithm.sign(text, key));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      // The causes may quote the key.
      throw new LoginFailure(where + " is no private key in PEM for " + algorithm.name());
    }
  }

  private static String encoded(JsonObject json) {
    return BASE64.encodeToString(json.encode().getBytes(StandardCharsets.UTF_8));
  }
}
