package io.sluice.sync.login;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.Secret;
import io.sluice.sync.login.Remembered.Fetched;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RememberedTest {
  private final List<Promise<Fetched>> asked = new ArrayList<>();
  private long now = 12345;

  private final Remembered source =
      new Remembered(
          () -> {
            var promise = Promise.<Fetched>promise();
            asked.add(promise);
            return promise.future();
          },
          () -> now);

  @Test
  void manyWaitForOneCallAndLaterOnesForNone() {
    var first = source.login();
    var second = source.login();
    assertThat(asked).hasSize(1);
    answer("a", Duration.ofMinutes(10));
    assertThat(user(first)).isEqualTo("a");
    assertThat(user(second)).isEqualTo("a");
    assertThat(user(source.login())).isEqualTo("a");
    assertThat(asked).hasSize(1);
  }

  @Test
  void inTheLastTenthTheOldOneIsGivenWhileTheNextIsFetched() {
    known("a", Duration.ofMinutes(10));
    pass(Duration.ofMinutes(9).minusSeconds(1));
    assertThat(user(source.login())).isEqualTo("a");
    assertThat(asked).hasSize(1);
    pass(Duration.ofSeconds(1));
    assertThat(user(source.login())).isEqualTo("a");
    assertThat(user(source.login())).isEqualTo("a");
    assertThat(asked).hasSize(2);
    answer("b", Duration.ofMinutes(10));
    assertThat(user(source.login())).isEqualTo("b");
  }

  @Test
  void aServiceThatFailsInTheLastTenthHarmsNobodyAndIsLeftInPeace() {
    known("a", Duration.ofMinutes(10));
    pass(Duration.ofMinutes(9));
    assertThat(user(source.login())).isEqualTo("a");
    asked.getLast().fail(new LoginFailure("down"));
    assertThat(user(source.login())).isEqualTo("a");
    assertThat(asked).hasSize(2);
    pass(Duration.ofSeconds(31));
    assertThat(user(source.login())).isEqualTo("a");
    assertThat(asked).hasSize(3);
  }

  @Test
  void whatIsOverIsNotGivenOut() {
    known("a", Duration.ofMinutes(10));
    pass(Duration.ofMinutes(10));
    var next = source.login();
    assertThat(next.isComplete()).isFalse();
    asked.getLast().fail(new LoginFailure("down"));
    assertThat(next.cause()).hasMessage("down");
  }

  @Test
  void aFailureIsNotRemembered() {
    var first = source.login();
    asked.getLast().fail(new LoginFailure("down"));
    assertThat(first.cause()).hasMessage("down");
    var second = source.login();
    answer("a", Duration.ofMinutes(1));
    assertThat(user(second)).isEqualTo("a");
  }

  @Test
  void whatAnUpstreamRefusesIsFetchedAnewUnlessItIsNew() {
    known("a", Duration.ofMinutes(10));
    source.refused();
    assertThat(user(source.login())).isEqualTo("a");
    pass(Duration.ofSeconds(31));
    source.refused();
    var next = source.login();
    assertThat(asked).hasSize(2);
    answer("b", Duration.ofMinutes(10));
    assertThat(user(next)).isEqualTo("b");
  }

  private void known(String user, Duration goodFor) {
    var first = source.login();
    answer(user, goodFor);
    assertThat(first.succeeded()).isTrue();
  }

  private void answer(String user, Duration goodFor) {
    asked.getLast().complete(new Fetched(new Login(user, new Secret("p")), goodFor));
  }

  private void pass(Duration time) {
    now += time.toNanos();
  }

  private static String user(Future<Optional<Login>> login) {
    return login.result().orElseThrow().username();
  }
}
