package io.sluice.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.NumericChars;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class HtpasswdTest {
  private static final String HASH =
      "$2a$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW"; // secret
  private static final String OTHER_HASH =
      "$5$rounds=1000$saltsalt$eKLZU9t9OoPWrqOQsoTIKG0aYkZ5rGOoOQhiIvoSWX2"; // secret too

  @Test
  void aFileOfWindowsWithACommentAndABomIsRead() {
    var users =
        Htpasswd.parse(
            "\uFEFFalice:"
                + HASH
                + "  \r\n\r\n# bob:nothing\r\n  \r\nbob:"
                + OTHER_HASH
                + "\t\r\n");

    assertThat(users.problems()).isEmpty();
    assertThat(users.size()).isEqualTo(2);
    assertThat(matches(users, "alice", "secret")).isTrue();
    assertThat(matches(users, "bob", "secret")).isTrue();
    assertThat(matches(users, "bob", "Secret")).isFalse();
    assertThat(users.knows("# bob")).isFalse();
  }

  @Test
  void aFileWithBadLinesIsOfUseWithTheOthers() {
    var users =
        Htpasswd.parse(
            """
            alice
            :%1$s
            bob:$apr1$MeGCZS6Y$ZVQdbfzfgoTt2E3rHbYdc/
            carol:%1$s
            dave:$2y$31$bgUH3D9OqZsiFRCTtvaZ6.vLTTu4n5QDhZG105eB5bqYVBUbcb0RG
            """
                .formatted(HASH));

    assertThat(users.problems())
        .containsExactly(
            "line 1: has no colon between user and hash",
            "line 2: has no user before the colon",
            "line 3: the hash of 'bob' is of a kind that isn't taken (MD5, $apr1$); use htpasswd -B for bcrypt",
            "line 5: the hash of 'dave' has a cost of 31, but only 4 to 16 are taken");
    assertThat(users.size()).isEqualTo(1);
    assertThat(users.knows("bob")).isFalse();
    assertThat(matches(users, "carol", "secret")).isTrue();
  }

  @Test
  void theLastLineOfAUserCounts() {
    var users = Htpasswd.parse("alice:" + HASH + "\nbob:" + HASH + "\nalice:" + OTHER_HASH + "\n");

    assertThat(users.problems())
        .containsExactly("line 3: 'alice' is there already, in line 1; the last one counts");
    assertThat(users.hashToVerify("alice")).contains(new ShaCryptHash(OTHER_HASH));
  }

  @Test
  void anOlderPasswordDoesNotComeBackWhenTheLastLineIsOfNoUse() {
    var users = Htpasswd.parse("alice:" + HASH + "\nalice:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n");

    assertThat(users.problems()).hasSize(2);
    assertThat(users.knows("alice")).isFalse();
    assertThat(matches(users, "alice", "secret")).isFalse();
  }

  @Test
  void namesAreShownWithoutWhatWouldChangeALogLineAndShortened() {
    var users =
        Htpasswd.parse(
            "a\u001b[31mb\u202e:x\n" + "c".repeat(300) + ":x\n" + "d".repeat(100) + ":x");

    assertThat(users.problems()).hasSize(3);
    assertThat(users.problems().get(0)).contains("'a\\u001b[31mb\\u202e'");
    assertThat(users.problems().get(1))
        .isEqualTo("line 2: '" + "c".repeat(64) + "…' is longer than 255 characters");
    assertThat(users.problems().get(2)).contains("'" + "d".repeat(64) + "…'").hasSizeLessThan(200);
  }

  @Test
  void aFileWithoutUsersKnowsNobody() {
    var users = Htpasswd.parse("");

    assertThat(users.size()).isZero();
    assertThat(users.problems()).isEmpty();
    assertThat(users.hashToVerify("alice")).isEmpty();
    assertThat(matches(users, "alice", "secret")).isFalse();
  }

  @Test
  void whoIsNotThereIsVerifiedAgainstTheHashOfSomebodyWhoIs() {
    var users = many(20);

    var chosen =
        IntStream.range(0, 500)
            .mapToObj(i -> users.hashToVerify("nobody" + i).orElseThrow())
            .collect(Collectors.toSet());

    assertThat(chosen).hasSizeGreaterThan(5).isSubsetOf(hashes(20));
  }

  @Test
  void whoIsNotThereIsRefusedEvenWithThePasswordOfTheHashThatStandsIn() {
    var users = Htpasswd.parse("alice:" + HASH);

    assertThat(users.hashToVerify("mallory")).isEqualTo(users.hashToVerify("alice"));
    assertThat(matches(users, "mallory", "secret")).isFalse();
  }

  @Test
  void aNameThatIsNotThereHasTheSameHashAlwaysAndHardlyEverAnotherWhenTheFileChanges() {
    var before = many(50);
    var same = many(50);
    var after = many(51);
    int moved = 0;

    for (int i = 0; i < 1_000; i++) {
      var name = "nobody" + i;
      assertThat(same.hashToVerify(name)).isEqualTo(before.hashToVerify(name));
      if (!after.hashToVerify(name).equals(before.hashToVerify(name))) {
        assertThat(after.hashToVerify(name)).isEqualTo(after.hashToVerify("user50"));
        moved++;
      }
    }
    // One of 51 on average; where the new user stands on the ring is random.
    assertThat(moved).isLessThan(500);
  }

  @Property(tries = 100)
  void whatIsWrittenIsRead(
      @ForAll @Size(max = 20)
          Set<@AlphaChars @NumericChars @StringLength(min = 1, max = 20) String> names) {
    var text = names.stream().map(it -> it + ":" + HASH + "\n").collect(Collectors.joining());
    var users = Htpasswd.parse(text);

    assertThat(users.problems()).isEmpty();
    assertThat(users.size()).isEqualTo(names.size());
    assertThat(names).allMatch(users::knows);
    assertThat(names)
        .allMatch(it -> users.hashToVerify(it).equals(Optional.of(new BcryptHash(HASH))));
  }

  @Property(tries = 300)
  void anyTextIsAFile(@ForAll String text) {
    var users = Htpasswd.parse(text);
    assertThat(users.size()).isZero();
    assertThat(users.problems()).allMatch(it -> it.startsWith("line "));
  }

  private static Htpasswd many(int count) {
    Map<String, PasswordHash> users = new LinkedHashMap<>();
    IntStream.range(0, count).forEach(i -> users.put("user" + i, new BcryptHash("hash " + i)));
    return Htpasswd.of(users);
  }

  private static Set<PasswordHash> hashes(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> new BcryptHash("hash " + i))
        .collect(Collectors.toSet());
  }

  private static boolean matches(Htpasswd users, String user, String password) {
    return users.matches(user, password.getBytes(StandardCharsets.UTF_8));
  }
}
