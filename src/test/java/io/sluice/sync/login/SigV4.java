package io.sluice.sync.login;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** AWS Signature Version 4 as its specification has it, to check what was sent. */
final class SigV4 {
  private static final Pattern SIGNED = Pattern.compile("SignedHeaders=([a-z0-9;-]+)");

  private SigV4() {}

  static String signature(TokenServer.Sent sent, String secret, String region, String service)
      throws Exception {
    var signed = SIGNED.matcher(sent.headers().get("Authorization"));
    if (!signed.find()) {
      throw new AssertionError("no signed headers");
    }
    var headers =
        Arrays.stream(signed.group(1).split(";", -1))
            .map(name -> name + ":" + sent.headers().get(name).strip() + "\n")
            .collect(Collectors.joining());
    var request =
        String.join(
            "\n", sent.method(), sent.path(), "", headers, signed.group(1), sha256(sent.body()));
    var time = sent.headers().get("X-Amz-Date");
    var date = time.substring(0, 8);
    var scope = date + "/" + region + "/" + service + "/aws4_request";
    var text = String.join("\n", "AWS4-HMAC-SHA256", time, scope, sha256(request));
    var key = ("AWS4" + secret).getBytes(StandardCharsets.UTF_8);
    for (var part : scope.split("/", -1)) {
      key = hmac(key, part);
    }
    return HexFormat.of().formatHex(hmac(key, text));
  }

  private static byte[] hmac(byte[] key, String text) throws Exception {
    var mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String sha256(String text) throws Exception {
    return HexFormat.of()
        .formatHex(
            MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
  }
}
