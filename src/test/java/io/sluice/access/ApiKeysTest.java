package io.sluice.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Await;
import io.sluice.bus.Bus;
import io.sluice.config.ConfigLoader;
import io.sluice.config.Format;
import io.sluice.registry.ApiKeyRecord;
import io.sluice.registry.Commands.FindApiKey;
import io.sluice.registry.Commands.TouchApiKey;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When a key lets somebody in, whatever is stored. Over HTTP it is in {@code ApiKeyTest}. */
class ApiKeysTest {
  private static final String KEY = "zak_0123456789abcdef0123456789abcdef";
  private static final int FAILURES = 3;

  private final Vertx vertx = Vertx.vertx();
  private final AtomicInteger lookups = new AtomicInteger();
  private Optional<ApiKeyRecord> stored = Optional.empty();

  @BeforeEach
  void serve() {
    var bus = Bus.of(vertx);
    bus.<Optional<ApiKeyRecord>, FindApiKey>serve(
        new FindApiKey("", "").address(),
        _ -> {
          lookups.incrementAndGet();
          return Future.succeededFuture(stored);
        });
    bus.<Void, TouchApiKey>serve(
        new TouchApiKey("", "", Instant.EPOCH).address(), _ -> Future.succeededFuture());
  }

  @AfterEach
  void stop() {
    Await.result(vertx.close());
  }

  @Test
  void whoeverHasGuessedTooOftenDoesNotMakeTheStoreBeAsked() {
    var access = access(true);
    for (int i = 0; i < FAILURES; i++) {
      assertThat(enter(access, "192.0.2.1")).isInstanceOf(Access.Entry.Out.class);
    }
    for (int i = 0; i < 10; i++) {
      assertThat(enter(access, "192.0.2.1")).isInstanceOf(Access.Entry.Later.class);
    }
    assertThat(lookups).hasValue(FAILURES);
  }

  @Test
  void whatOthersGuessForAUserDoesNotKeepTheUsersKeyOut() {
    var access = access(true);
    for (int i = 0; i < FAILURES; i++) {
      assertThat(enter(access, "192.0.2." + i)).isInstanceOf(Access.Entry.Out.class);
    }
    assertThat(enter(access, "192.0.2.99")).isInstanceOf(Access.Entry.Later.class);
    stored = Optional.of(record("htpasswd", Optional.empty()));
    assertThat(enter(access, "192.0.2.99")).isInstanceOf(Access.Entry.In.class);
  }

  @Test
  void aGoodKeyIsNoFailure() {
    stored = Optional.of(record("htpasswd", Optional.empty()));
    var access = access(false);
    for (int i = 0; i < FAILURES * 3; i++) {
      assertThat(enter(access, "192.0.2.1")).isInstanceOf(Access.Entry.In.class);
    }
  }

  @Test
  void aKeyEndsWithWhatItsUserWasKnownBy() {
    stored = Optional.of(record("htpasswd", Optional.empty()));
    assertThat(enter(access(false), "192.0.2.1")).isInstanceOf(Access.Entry.In.class);
    assertThat(enter(access(false, ""), "192.0.2.1")).isInstanceOf(Access.Entry.Out.class);
    stored = Optional.of(record("mtls", Optional.empty()));
    assertThat(enter(access(true, ""), "192.0.2.1")).isInstanceOf(Access.Entry.In.class);
    assertThat(enter(access(false), "192.0.2.1")).isInstanceOf(Access.Entry.Out.class);
    stored = Optional.of(record("something else", Optional.empty()));
    assertThat(enter(access(true), "192.0.2.1")).isInstanceOf(Access.Entry.Out.class);
  }

  @Test
  void aKeyEndsWhenItExpires() {
    var hour = Duration.ofHours(1);
    stored = Optional.of(record("htpasswd", Optional.of(Instant.now().plus(hour))));
    assertThat(enter(access(false), "192.0.2.1")).isInstanceOf(Access.Entry.In.class);
    stored = Optional.of(record("htpasswd", Optional.of(Instant.now().minusMillis(1))));
    assertThat(enter(access(false), "192.0.2.1")).isInstanceOf(Access.Entry.Out.class);
  }

  private Access access(boolean mtls) {
    return access(mtls, "ann:$2a$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW\n");
  }

  private Access access(boolean mtls, String users) {
    var yaml =
        """
      storage: {rootDirectory: /tmp/none}
      http:
        port: "5000"
        tls: {cert: /c, key: /k, cacert: /a}
        auth: {apikey: true, htpasswd: {path: /h}%s}
      sluice: {auth: {failures: %d, failureInterval: 1h}}
      """
            .formatted(mtls ? ", mtls: {identityAttributes: [CN]}" : "", FAILURES);
    var config = ConfigLoader.parse(yaml, Format.YAML);
    var passwords = new Passwords(vertx, config.sluice().auth());
    passwords.use(Htpasswd.parse(users));
    return new Access(config.http(), passwords, Bus.of(vertx));
  }

  private static Access.Entry enter(Access access, String address) {
    return Await.result(access.enter(new Credentials.Basic("ann", KEY), Optional.empty(), address));
  }

  private static ApiKeyRecord record(String provenBy, Optional<Instant> expires) {
    return new ApiKeyRecord(
        "ann",
        "00000000-0000-4000-8000-000000000000",
        "0".repeat(64),
        "label",
        List.of(),
        Instant.EPOCH,
        expires,
        "agent",
        provenBy);
  }
}
