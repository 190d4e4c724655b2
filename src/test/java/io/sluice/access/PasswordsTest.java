package io.sluice.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.Await;
import io.sluice.access.Verdict.Later;
import io.sluice.access.Verdict.Right;
import io.sluice.access.Verdict.Wrong;
import io.sluice.config.OwnConfig;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.ext.auth.authentication.TokenCredentials;
import io.vertx.ext.auth.authentication.UsernamePasswordCredentials;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class PasswordsTest {
  private static final Duration INTERVAL = Duration.ofSeconds(2);
  private static final OwnConfig.Auth SETTINGS =
      new OwnConfig.Auth(Duration.ofMinutes(5), 3, INTERVAL, 128);
  private static final OwnConfig.Auth UNLIMITED =
      new OwnConfig.Auth(Duration.ofMinutes(5), 1_000, INTERVAL, 16);

  private static Vertx vertx;

  private final AtomicLong nanos = new AtomicLong(1);
  private final GatedHash alice =
      gated("$2a$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW");
  private final Htpasswd users = Htpasswd.of(Map.of("alice", alice));
  private Passwords passwords = with(SETTINGS);

  @BeforeAll
  static void start() {
    vertx = Vertx.vertx();
  }

  @AfterAll
  static void stop() {
    Await.result(vertx.close());
  }

  @AfterEach
  void close() {
    alice.open();
    Await.result(passwords.close());
  }

  @Test
  void onlyTheUsersOwnPasswordIsRight() {
    assertThat(check("alice", "secret")).isEqualTo(new Right());
    assertThat(check("alice", "Secret")).isEqualTo(new Wrong());
    assertThat(check("bob", "secret")).isEqualTo(new Wrong());
    assertThat(passwords.knows("alice")).isTrue();
    assertThat(passwords.knows("bob")).isFalse();
  }

  @Test
  void beforeThereAreUsersEverybodyIsWrong() {
    passwords.use(Htpasswd.parse(""));
    assertThat(check("alice", "secret")).isEqualTo(new Wrong());
  }

  @Test
  void aRightPasswordIsHashedOnceAndThenAnsweredAtOnce() {
    assertThat(check("alice", "secret")).isEqualTo(new Right());

    for (int i = 0; i < 10; i++) {
      assertThat(passwords.check("alice", "secret", "192.0.2." + i).result())
          .isEqualTo(new Right());
    }
    assertThat(alice.verified()).isEqualTo(1);
    nanos.addAndGet(Duration.ofMinutes(5).toNanos());
    assertThat(check("alice", "secret")).isEqualTo(new Right());
    assertThat(alice.verified()).isEqualTo(2);
  }

  @Test
  void nothingIsRememberedWhenThatIsSwitchedOff() {
    restart(new OwnConfig.Auth(Duration.ZERO, 3, INTERVAL, 128));
    for (int i = 0; i < 10; i++) {
      assertThat(check("alice", "secret")).isEqualTo(new Right());
    }
    assertThat(alice.verified()).isEqualTo(10);
  }

  @Test
  void aWrongPasswordIsHashedEachTimeAndSoIsThatOfSomebodyWhoIsNotThere() {
    restart(UNLIMITED);
    for (int i = 0; i < 5; i++) {
      assertThat(check("alice", "wrong")).isEqualTo(new Wrong());
      assertThat(check("mallory", "wrong")).isEqualTo(new Wrong());
    }
    assertThat(alice.verified()).isEqualTo(10);
  }

  @Test
  void newUsersDropWhatWasRemembered() {
    assertThat(check("alice", "secret")).isEqualTo(new Right());
    passwords.use(Htpasswd.of(Map.of("bob", alice)));
    assertThat(check("alice", "secret")).isEqualTo(new Wrong());
    passwords.use(users);
    assertThat(check("alice", "secret")).isEqualTo(new Right());
    assertThat(alice.verified()).isEqualTo(3);
  }

  @Test
  void whatIsVerifiedAgainstFormerUsersIsNotRememberedForTheNewOnes() {
    alice.shut();
    var former = passwords.check("alice", "secret", "192.0.2.1");
    alice.awaitBegun();
    passwords.use(Htpasswd.of(Map.of("bob", alice)));
    // Nor does anybody who asks now get the answer of the former users.
    var now = passwords.check("alice", "secret", "192.0.2.1");
    alice.open();

    assertThat(Await.result(former)).isEqualTo(new Right());
    assertThat(Await.result(now)).isEqualTo(new Wrong());
    assertThat(check("alice", "secret")).isEqualTo(new Wrong());
  }

  @Test
  void equalCredentialsAtTheSameTimeAreHashedOnce() {
    alice.shut();
    var answers = new ArrayList<Future<Verdict>>();
    for (int i = 0; i < 100; i++) {
      answers.add(passwords.check("alice", "secret", "192.0.2.1"));
    }
    alice.awaitBegun();
    alice.open();

    assertThat(answers).allMatch(it -> Await.result(it).equals(new Right()));
    assertThat(alice.verified()).isEqualTo(1);
  }

  @Test
  void everybodyIsAnsweredOnTheContextThatAsked() {
    alice.shut();
    var asked = new HashSet<Context>();
    var answers = new ArrayList<Future<Boolean>>();
    for (int i = 0; i < 4; i++) {
      var mine = ((VertxInternal) vertx).createEventLoopContext();
      asked.add(mine);
      answers.add(
          Future.future(
              promise ->
                  mine.runOnContext(
                      _ ->
                          passwords
                              .check("alice", "secret", "192.0.2.1")
                              .map(_ -> Vertx.currentContext() == mine)
                              .onComplete(promise))));
    }
    alice.awaitBegun();
    alice.open();

    assertThat(asked).hasSize(4);
    assertThat(answers).allMatch(Await::result);
  }

  @Test
  void failuresAreLimitedForAnAddressWhoeverIsTried() {
    for (var user : List.of("alice", "bob", "carol")) {
      assertThat(check(user, "wrong")).isEqualTo(new Wrong());
    }
    assertThat(check("dave", "wrong"))
        .isEqualTo(new Later(INTERVAL, "too many failed logins from this address"));
    assertThat(alice.verified()).isEqualTo(3);
    assertThat(check("dave", "wrong", "192.0.2.99")).isEqualTo(new Wrong());
    nanos.addAndGet(INTERVAL.toNanos());
    assertThat(check("dave", "wrong")).isEqualTo(new Wrong());
    assertThat(check("dave", "wrong")).isInstanceOf(Later.class);
  }

  @Test
  void failuresAreLimitedForAUserWhetherThereIsOneOrNot() {
    for (var user : List.of("alice", "nobody")) {
      for (int i = 0; i < 3; i++) {
        assertThat(check(user, "wrong", "192.0.2." + i)).isEqualTo(new Wrong());
      }
      for (int i = 0; i < 10; i++) {
        // The address gets its try back: it can do nothing about the user's limit.
        assertThat(check(user, "wrong", "192.0.2.50"))
            .isEqualTo(new Later(INTERVAL, "too many failed logins of this user"));
      }
    }
    assertThat(check("other", "wrong", "192.0.2.50")).isEqualTo(new Wrong());
  }

  @Test
  void allAddressesOfAnIpv6NetworkAreOneClient() {
    for (int i = 0; i < 3; i++) {
      assertThat(check("user" + i, "wrong", "2001:db8::" + i)).isEqualTo(new Wrong());
    }
    assertThat(check("alice", "wrong", "2001:db8:0:0:ffff::1")).isInstanceOf(Later.class);
    assertThat(check("alice", "wrong", "2001:db8:0:1::1")).isEqualTo(new Wrong());
    assertThat(AddressBlock.of("::ffff:192.0.2.1")).isEqualTo(AddressBlock.of("192.0.2.1"));
    assertThat(AddressBlock.of("not:an:address")).isEqualTo("not:an:address");
  }

  @Test
  void whoWasRightOnceGetsInWhateverOthersDo() {
    assertThat(check("alice", "secret")).isEqualTo(new Right());
    for (int i = 0; i < 10; i++) {
      check("alice", "wrong" + i);
    }
    assertThat(check("alice", "wrong")).isInstanceOf(Later.class);
    assertThat(check("alice", "secret")).isEqualTo(new Right());
  }

  @Test
  void whoWasRightOnceGetsInWhateverOthersDoAlsoWhenItHasToBeHashedAgain() {
    assertThat(check("alice", "secret", "192.0.2.50")).isEqualTo(new Right());
    nanos.addAndGet(Duration.ofMinutes(10).toNanos());
    for (int i = 0; i < 3; i++) {
      assertThat(check("alice", "wrong", "192.0.2.50")).isEqualTo(new Wrong());
    }
    assertThat(check("alice", "wrong", "192.0.2.50")).isInstanceOf(Later.class);
    assertThat(check("alice", "secret", "192.0.2.50")).isEqualTo(new Right());
    assertThat(check("alice", "wrong", "192.0.2.50")).isInstanceOf(Later.class);
  }

  @Test
  void aRightPasswordTakesNoTryFromAnybody() {
    restart(new OwnConfig.Auth(Duration.ZERO, 3, INTERVAL, 128));
    assertThat(check("alice", "wrong")).isEqualTo(new Wrong());
    assertThat(check("alice", "wrong")).isEqualTo(new Wrong());
    for (int i = 0; i < 10; i++) {
      assertThat(check("alice", "secret")).isEqualTo(new Right());
    }
    assertThat(check("alice", "wrong")).isEqualTo(new Wrong());
    assertThat(check("alice", "wrong")).isInstanceOf(Later.class);
  }

  @Test
  void aPasswordOfMoreThan512BytesIsWrongAndLimitedButNotHashed() {
    for (int i = 0; i < 3; i++) {
      assertThat(check("alice", "ä".repeat(257))).isEqualTo(new Wrong());
    }
    assertThat(check("alice", "ä".repeat(257))).isInstanceOf(Later.class);
    assertThat(alice.verified()).isZero();
  }

  @Test
  void oneClientMayHaveAQuarterOfTheRoomAndAllTogetherTheRoom() {
    restart(UNLIMITED);
    alice.shut();
    var accepted = new ArrayList<Future<Verdict>>();
    int refused = 0;
    for (int client = 0; client < 6; client++) {
      for (int i = 0; i < 6; i++) {
        var answer = passwords.check("u" + client + "-" + i, "wrong", "192.0.2." + client);
        if (answer.isComplete()) {
          assertThat(answer.result())
              .isEqualTo(new Later(Duration.ofSeconds(1), "too many logins at the same time"));
          refused++;
        } else {
          accepted.add(answer);
        }
        assertThat(accepted).hasSizeLessThanOrEqualTo(4 * (client + 1));
      }
    }
    assertThat(accepted).hasSize(16);
    assertThat(refused).isEqualTo(20);

    alice.open();
    assertThat(accepted).allMatch(it -> Await.result(it).equals(new Wrong()));
    assertThat(check("alice", "secret")).isEqualTo(new Right());
  }

  @Test
  void whoFindsNoRoomLosesNoTry() {
    restart(new OwnConfig.Auth(Duration.ZERO, 3, INTERVAL, 1));
    alice.shut();
    var waiting = passwords.check("alice", "secret", "192.0.2.1");
    for (int i = 0; i < 10; i++) {
      assertThat(check("alice", "wrong", "192.0.2.2"))
          .isEqualTo(new Later(Duration.ofSeconds(1), "too many logins at the same time"));
    }
    alice.open();
    assertThat(Await.result(waiting)).isEqualTo(new Right());
  }

  @Test
  void whoFindsNoRoomIsToldHowLongTheHashesBeforeWillTake() {
    restart(new OwnConfig.Auth(Duration.ZERO, 1_000, INTERVAL, 4));
    alice.shut();
    var first = passwords.check("alice", "secret", "192.0.2.1");
    alice.awaitBegun();
    nanos.addAndGet(Duration.ofSeconds(10).toNanos());
    alice.open();
    assertThat(Await.result(first)).isEqualTo(new Right());

    alice.shut();
    var waiting = new ArrayList<Future<Verdict>>();
    for (int i = 0; i < 4; i++) {
      waiting.add(passwords.check("alice", "wrong" + i, "192.0.2.1"));
    }
    int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    assertThat(check("alice", "secret"))
        .isEqualTo(
            new Later(
                Duration.ofSeconds(40).dividedBy(threads), "too many logins at the same time"));
    alice.open();
    assertThat(waiting).allMatch(it -> Await.result(it).equals(new Wrong()));
  }

  @Test
  void aHashThatFailsFailsItsCallersAndNobodyElse() {
    passwords.use(
        Htpasswd.of(
            Map.of(
                "alice",
                password -> {
                  throw new IllegalStateException("a defect");
                })));
    assertThatThrownBy(() -> check("alice", "secret")).hasMessage("a defect");
    passwords.use(users);
    assertThat(check("alice", "secret")).isEqualTo(new Right());
  }

  @Test
  void whoWaitsWhileItIsClosedIsToldToComeBack() {
    restart(UNLIMITED);
    alice.shut();
    var waiting = new ArrayList<Future<Verdict>>();
    for (int i = 0; i < 4; i++) {
      waiting.add(passwords.check("alice", "secret" + i, "192.0.2.1"));
    }
    alice.awaitBegun();
    var closed = passwords.close();
    alice.open();

    Await.result(closed);
    for (var answer : waiting) {
      assertThat(Await.result(answer)).isInstanceOfAny(Later.class, Wrong.class);
    }
    assertThat(check("alice", "secret")).isInstanceOf(Later.class);
  }

  @Test
  void itIsAProviderOfVertx() {
    var user =
        Await.result(passwords.authenticate(new UsernamePasswordCredentials("alice", "secret")));
    assertThat(user.subject()).isEqualTo("alice");
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(
              () ->
                  Await.result(
                      passwords.authenticate(new UsernamePasswordCredentials("alice", "wrong"))))
          .hasMessage("wrong user or password");
    }
    assertThatThrownBy(
            () ->
                Await.result(
                    passwords.authenticate(new UsernamePasswordCredentials("alice", "wrong"))))
        .hasMessage("too many failed logins of this user");
    assertThatThrownBy(() -> Await.result(passwords.authenticate(new TokenCredentials("token"))))
        .hasMessageContaining("not a user's name and password");
  }

  private void restart(OwnConfig.Auth settings) {
    Await.result(passwords.close());
    passwords = with(settings);
  }

  private Passwords with(OwnConfig.Auth settings) {
    var made = new Passwords(vertx, settings, nanos::get);
    made.use(users);
    return made;
  }

  private Verdict check(String user, String password) {
    return check(user, password, "192.0.2.1");
  }

  private Verdict check(String user, String password, String address) {
    return Await.result(passwords.check(user, password, address));
  }

  private static GatedHash gated(String hash) {
    try {
      return new GatedHash(PasswordHash.parse(hash));
    } catch (PasswordHash.Refused e) {
      throw new AssertionError(e);
    }
  }
}
