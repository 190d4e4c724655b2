package io.sluice.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The hashes are from {@code htpasswd -B}, {@code openssl passwd} and libxcrypt. */
class PasswordHashTest {
  private static final String LONG = "abcdefgh".repeat(24);
  private static final String UTF_8 = "pässwörd€𝄞";
  private static final String SHA512 =
      "$6$saltsalt$TVLlQcbpFVof5W3Yz4DTP6gRstiNuHwwTt6GLc1E5n0U0aDehy0S5knV8wiOQSpT0Y77vwPZN.Pq.H91p5hVO1";
  private static final String SHA256 = "$5$saltsalt$0IyaXrmV7.sGNS6tirgqHLqX/G.FBvgkYA.lpPdS5sA";
  private static final String BCRYPT =
      "$2y$05$bgUH3D9OqZsiFRCTtvaZ6.vLTTu4n5QDhZG105eB5bqYVBUbcb0RG";

  @ParameterizedTest
  @ValueSource(
      strings = {
        BCRYPT,
        "$2y$10$fXmtzUPfr5rGzhUjm.Y2GeShhV9Nu08KOkVq47REyETIFHBeoxyBW",
        "$2a$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW",
        "$2b$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW",
        "$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW",
        SHA256,
        "$5$rounds=1000$saltsalt$eKLZU9t9OoPWrqOQsoTIKG0aYkZ5rGOoOQhiIvoSWX2",
        SHA512,
        "$6$rounds=1000$saltsalt$LAV5VE5Y7w1d73x1mFNspYWUpazfmwv2SoepNXNKJ/otop/Zok96Hr8Q13LEv0DRY/x8v0/crpIjl8NJSAqXV/"
      })
  void whatOtherProgramsHashedIsVerified(String hash) {
    assertThat(matches(hash, "secret")).isTrue();
    for (var wrong : List.of("", "Secret", "secret ", "secre", "secrets")) {
      assertThat(matches(hash, wrong)).as(wrong).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "$2y$05$wPpGJlbFAbU2.Dfn5rT68uCvXd75CcKgoQJ25Knjd5kBkA3Su1gam",
        "$5$saltsalt$R9pft0LyHtdoI1d1vPdLAGk5qfdEFwis/GjZI9Os08C",
        "$6$saltsalt$j6Wz1sHmgUR1Kf5U08iYgHu6Q2p3XNMVAUZgKCyHvQujyffbige1BI7uiBPe1APDv8LFJDKbzpp1qHPmDYdJF."
      })
  void passwordsAreInUtf8(String hash) {
    assertThat(matches(hash, UTF_8)).isTrue();
    assertThat(PasswordHashTest.parsed(hash).matches(UTF_8.getBytes(StandardCharsets.UTF_16)))
        .isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "71, $2y$04$N/I1RjHWhc1pT37JNpw3A.L1vwhpcd2mouOf/QVZ9IkeZpAehzoAu",
    "72, $2y$04$wxY6CqoS4HZXTQCzwZR2OuCihCZNMIYMPfXT0JFEUQ/ZEh6QteF1m",
    "73, $2y$04$3jPGQ3C8iGXmiXXJITalg.gKuXucm23/VNwQOsP2rbUppvq4RrQW.",
    "96, $2y$04$l7MwPAwn2juCszIPMzXjzeBvmvMvwBJihGV7eCGAIWX93oshPITFS"
  })
  void bcryptTakesTheFirst72BytesAsHtpasswdDoes(int length, String hash) {
    for (int tried = 70; tried <= 100; tried++) {
      assertThat(matches(hash, LONG.substring(0, tried)))
          .as("%d of a password of %d", tried, length)
          .isEqualTo(Math.min(tried, 72) == Math.min(length, 72));
    }
  }

  @Test
  void bcryptCutsEvenWithinACharacter() {
    assertThat(
            matches(
                "$2y$04$e8r5TamCWCbANiSi5iCQ6OOhrckR3DmY4HBrPgDm61lpzKnUCZvAm",
                "a" + "ä".repeat(40)))
        .isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "$5$x$J1UoH/J2uSbmbomXJSAVe9adLTaHAp5tYImmoNfFoy8",
        "$6$x$M7dtIuqsEMC219eWIrZTPRpRWefgRmp53m/Ssu8WnsAGRsBcbuvDu0U4ccGQvsagfRGSV8Kl1alT0Aen0.emS/"
      })
  void shaCryptTakesAllBytes(String hash) {
    assertThat(matches(hash, LONG)).isTrue();
    assertThat(matches(hash, LONG.substring(1))).isFalse();
    assertThat(matches(hash, LONG.substring(0, LONG.length() - 1))).isFalse();
  }

  @Test
  void aPasswordIsNotChangedByVerifyingIt() {
    for (var hash : List.of(BCRYPT, SHA256, SHA512)) {
      var password = "secret".getBytes(StandardCharsets.UTF_8);
      assertThat(parsed(hash).matches(password)).isTrue();
      assertThat(password).isEqualTo("secret".getBytes(StandardCharsets.UTF_8));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "$apr1$MeGCZS6Y$ZVQdbfzfgoTt2E3rHbYdc/     | MD5, $apr1$",
        "$1$MeGCZS6Y$ZVQdbfzfgoTt2E3rHbYdc/        | MD5, $1$",
        "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=         | SHA-1, {SHA}",
        "{SSHA}5en6G6MezRroT3XKqkdPOmY/BfQ=        | salted SHA-1",
        "$2x$05$bgUH3D9OqZsiFRCTtvaZ6.vLTTu4n5QDhZG105eB5bqYVBUbcb0RG | $2x$",
        "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o | yescrypt",
        "$argon2id$v=19$m=65536,t=3,p=4$c2FsdA     | Argon2",
        "mVlDbGf.MYRjA                             | crypt, plain",
        "verysecret                                | plain text",
        "''                                        | nothing"
      })
  void otherKindsAreRefusedByName(String hash, String kind) {
    assertThatThrownBy(() -> PasswordHash.parse(hash))
        .isInstanceOf(PasswordHash.Refused.class)
        .hasMessageContaining(kind)
        .hasMessageContaining("htpasswd -B")
        .message()
        .doesNotContain("ZVQdbf", "5en6", "bgUH", "X3DX", "c2Fs", "mVlD", "verysecret");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "$2y$03$bgUH3D9OqZsiFRCTtvaZ6.vLTTu4n5QDhZG105eB5bqYVBUbcb0RG",
        "$2y$17$bgUH3D9OqZsiFRCTtvaZ6.vLTTu4n5QDhZG105eB5bqYVBUbcb0RG",
        "$2b$31$bgUH3D9OqZsiFRCTtvaZ6.vLTTu4n5QDhZG105eB5bqYVBUbcb0RG",
        "$5$rounds=999$saltsalt$eKLZU9t9OoPWrqOQsoTIKG0aYkZ5rGOoOQhiIvoSWX2",
        "$5$rounds=1000001$saltsalt$eKLZU9t9OoPWrqOQsoTIKG0aYkZ5rGOoOQhiIvoSWX2",
        "$5$rounds=999999999$saltsalt$eKLZU9t9OoPWrqOQsoTIKG0aYkZ5rGOoOQhiIvoSWX2"
      })
  void costsThatWouldStopTheRegistryAreRefused(String hash) {
    assertThatThrownBy(() -> PasswordHash.parse(hash))
        .isInstanceOf(PasswordHash.Refused.class)
        .hasMessageContaining("are taken")
        .message()
        .doesNotContain("bgUH", "eKLZ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "$2y$16$bgUH3D9OqZsiFRCTtvaZ6.vLTTu4n5QDhZG105eB5bqYVBUbcb0RG",
        "$5$rounds=1000000$saltsalt$eKLZU9t9OoPWrqOQsoTIKG0aYkZ5rGOoOQhiIvoSWX2"
      })
  void theGreatestCostsAreTaken(String hash) throws Exception {
    assertThat(PasswordHash.parse(hash)).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "$2y$",
        "$2y$5$bgUH3D9OqZsiFRCTtvaZ6.vLTTu4n5QDhZG105eB5bqYVBUbcb0RG",
        "$2y$05$bgUH3D9OqZsiFRCTtvaZ6.vLTTu4n5QDhZG105eB5bqYVBUbcb0R",
        "$2y$05$bgUH3D9OqZsiFRCTtvaZ6.vLTTu4n5QDhZG105eB5bqYVBUbcb0RGx",
        "$2y$05$bgUH3D9OqZsiFRCTtvaZ6.vLTTu4n5QDhZG105eB5bqYVBUbcb0R:",
        "$2y$05$bgUH3D9OqZsiFRCTtvaZ6.vLTTu4n5QDhZG105eB5bqYVBUbcb0RG:more",
        "$5$",
        "$5$saltsalt",
        "$5$saltsalt$",
        "$5$$0IyaXrmV7.sGNS6tirgqHLqX/G.FBvgkYA.lpPdS5sA",
        "$5$saltsaltsaltsalts$0IyaXrmV7.sGNS6tirgqHLqX/G.FBvgkYA.lpPdS5sA",
        "$6$saltsalt$0IyaXrmV7.sGNS6tirgqHLqX/G.FBvgkYA.lpPdS5sA",
        "$5$saltsalt$0IyaXrmV7.sGNS6tirgqHLqX/G.FBvgkYA.lpPdS5sAA",
        "$5$rounds=$saltsalt$0IyaXrmV7.sGNS6tirgqHLqX/G.FBvgkYA.lpPdS5sA",
        "$5$rounds=05000$saltsalt$0IyaXrmV7.sGNS6tirgqHLqX/G.FBvgkYA.lpPdS5sA",
        "$5$rounds=-5000$saltsalt$0IyaXrmV7.sGNS6tirgqHLqX/G.FBvgkYA.lpPdS5sA",
        "$5$rounds=99999999999$saltsalt$0IyaXrmV7.sGNS6tirgqHLqX/G.FBvgkYA.lpPdS5sA"
      })
  void halfAHashIsRefused(String hash) {
    assertThatThrownBy(() -> PasswordHash.parse(hash))
        .isInstanceOf(PasswordHash.Refused.class)
        .hasMessageContaining("not a whole")
        .message()
        .doesNotContain("bgUH", "0Iya");
  }

  @Test
  void noHashIsInAText() {
    assertThat(parsed(BCRYPT)).hasToString("bcrypt");
    assertThat(parsed(SHA512)).hasToString("SHA-crypt");
  }

  private static boolean matches(String hash, String password) {
    return parsed(hash).matches(password.getBytes(StandardCharsets.UTF_8));
  }

  private static PasswordHash parsed(String hash) {
    try {
      return PasswordHash.parse(hash);
    } catch (PasswordHash.Refused e) {
      throw new AssertionError(e);
    }
  }
}
