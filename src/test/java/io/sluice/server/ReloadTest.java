package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.ConfigLoader;
import io.sluice.config.LogConfig;
import io.sluice.config.SluiceConfig;
import io.sluice.events.Event.ConfigReloaded;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which version is in force, and what is told of it, look by look. */
class ReloadTest {
  @TempDir private Path folder;
  private Path file = Path.of("");
  private Path users = Path.of("");
  private final List<SluiceConfig> taken = new ArrayList<>();
  private final List<LogConfig> logs = new ArrayList<>();
  private final List<ConfigReloaded> told = new ArrayList<>();
  private Optional<RuntimeException> failure = Optional.empty();

  @BeforeEach
  void files() throws IOException {
    file = folder.resolve("config.yaml");
    users = Files.writeString(folder.resolve("htpasswd"), "ann:x");
    write("realm: one");
  }

  @Test
  void withoutAChangeNothingHappens() throws Exception {
    looks(start(), 3);
    assertThat(taken).isEmpty();
    assertThat(told).isEmpty();
  }

  @Test
  void aChangedKeyIsTakenOverAndTold() throws Exception {
    var reload = start();
    write("realm: two");
    looks(reload, 3);
    assertThat(taken).extracting(config -> config.http().realm()).containsExactly("two");
    assertThat(told).singleElement().satisfies(it -> isGood(it, List.of("http.realm"), List.of()));
    assertThat(logs).isEmpty();
  }

  @Test
  void aCommentIsNoChange() throws Exception {
    var reload = start();
    Files.writeString(file, "# the first\n" + Files.readString(file));
    looks(reload, 3);
    assertThat(taken).isEmpty();
    assertThat(told).isEmpty();
  }

  @Test
  void whatNeedsARestartIsNamedUntilItIsTakenBack() throws Exception {
    var reload = start();
    write("realm: one, port: 1234");
    looks(reload, 2);
    write("realm: two, port: 1234");
    looks(reload, 2);
    write("realm: two");
    looks(reload, 2);
    assertThat(told).hasSize(3);
    isGood(told.get(0), List.of("http.port"), List.of("http.port"));
    isGood(told.get(1), List.of("http.realm"), List.of("http.port"));
    isGood(told.get(2), List.of("http.port"), List.of());
  }

  @Test
  void whenAndWhatIsCollectedReloadsButNotTheGrace() throws Exception {
    write("realm: one");
    var reload = start();
    Files.writeString(
        file,
        """
        storage:
          rootDirectory: %s
          gcDelay: 2h
          gcInterval: 3h
          retention: {policies: [{repositories: ["**"]}]}
        http: {realm: one}
        sluice: {retention: {undo: 1h}, gc: {requestsPerSecond: 10, shortestDelay: 30s}}
        """
            .formatted(folder));
    looks(reload, 2);
    assertThat(told.getLast().needRestart())
        .containsExactly("sluice.gc.shortestDelay", "storage.gcDelay");
  }

  @Test
  void turningTlsOnNeedsARestartAndAnotherCertificateDoesNot() throws Exception {
    var tls = "tls: {cert: %s, key: k}";
    var plain = start();
    write(tls.formatted("c1"));
    looks(plain, 2);
    isGood(
        told.getLast(),
        List.of("http.realm", "http.tls.cert", "http.tls.key"),
        List.of("http.tls.cert", "http.tls.key"));
    var encrypted = start();
    write(tls.formatted("c2"));
    looks(encrypted, 2);
    isGood(told.getLast(), List.of("http.tls.cert"), List.of());
  }

  @Test
  void aBrokenFileIsToldOnceWithoutItsValuesAndTheOldOneStays() throws Exception {
    var reload = start();
    write("port: hunter2");
    looks(reload, 4);
    assertThat(taken).isEmpty();
    assertThat(told)
        .singleElement()
        .satisfies(
            it ->
                assertThat(it.error())
                    .hasValueSatisfying(
                        error ->
                            assertThat(error)
                                .contains("http.port: cannot be read")
                                .doesNotContain("hunter2")));
    write("realm: two");
    looks(reload, 2);
    assertThat(taken).hasSize(1);
    isGood(told.getLast(), List.of("http.realm"), List.of());
  }

  @Test
  void newContentOfANamedFileIsToldAsTheKeyThatNamesIt() throws Exception {
    write(withUsers("one"));
    var reload = start();
    Files.writeString(users, "bob:xyz");
    looks(reload, 3);
    assertThat(taken).hasSize(1);
    isGood(told.getFirst(), List.of("http.auth.htpasswd.path (content)"), List.of());
  }

  @Test
  void aNewFileIsWatchedFromTheReloadThatNamesIt() throws Exception {
    var reload = start();
    write(withUsers("one"));
    looks(reload, 2);
    isGood(told.getFirst(), List.of("http.auth.htpasswd.path"), List.of());
    Files.writeString(users, "bob:xyz");
    looks(reload, 2);
    isGood(told.get(1), List.of("http.auth.htpasswd.path (content)"), List.of());
    write("realm: one");
    looks(reload, 2);
    Files.writeString(users, "carl:xyz");
    looks(reload, 2);
    assertThat(told).hasSize(3);
  }

  @Test
  void aBrokenConfigurationDoesNotHoldUpNewUsers() throws Exception {
    write(withUsers("one"));
    var reload = start();
    write("port: x");
    looks(reload, 2);
    Files.writeString(users, "bob:xyz");
    looks(reload, 2);
    assertThat(taken).extracting(config -> config.http().realm()).containsExactly("one");
    isGood(told.getLast(), List.of("http.auth.htpasswd.path (content)"), List.of());
  }

  @Test
  void aVersionThatCanNotBeUsedIsTriedAgainWhenAFileOfItsComes() throws Exception {
    users = folder.resolve("later");
    var reload = start();
    failure = Optional.of(new StartFailure("http.auth.htpasswd.path: there is no such file"));
    write(withUsers("two"));
    looks(reload, 3);
    assertThat(taken).isEmpty();
    assertThat(told)
        .singleElement()
        .satisfies(it -> assertThat(it.error()).contains(failure.get().getMessage()));
    failure = Optional.empty();
    Files.writeString(users, "ann:x");
    looks(reload, 2);
    assertThat(taken).extracting(config -> config.http().realm()).containsExactly("two");
    isGood(
        told.getLast(),
        List.of("http.auth.htpasswd.path", "http.auth.htpasswd.path (content)", "http.realm"),
        List.of());
  }

  @Test
  void aDefectIsToldWithoutItsWordsAndTheNextVersionIsTaken() throws Exception {
    var reload = start();
    failure = Optional.of(new ArithmeticException("hunter2"));
    write("realm: two");
    looks(reload, 2);
    assertThat(told.getLast().error()).contains("a defect; see the log");
    failure = Optional.empty();
    write("realm: three");
    looks(reload, 2);
    assertThat(taken).extracting(config -> config.http().realm()).containsExactly("three");
  }

  @Test
  void aConfigurationThatWouldNotBeServedIsNotTakenOver() throws Exception {
    var reload = start();
    write("address: 0.0.0.0, auth: {bearer: {realm: r, service: s, cert: c}}");
    looks(reload, 2);
    assertThat(taken).isEmpty();
    assertThat(told.getLast().error())
        .hasValueSatisfying(error -> assertThat(error).contains("lacks what protects"));
  }

  @Test
  void theLogIsStartedAnewWhenItsSectionHasChanged() throws Exception {
    var reload = start();
    Files.writeString(file, Files.readString(file) + "log: {level: debug}\n");
    looks(reload, 2);
    assertThat(logs).extracting(LogConfig::level).containsExactly(LogConfig.Level.DEBUG);
    Files.writeString(file, Files.readString(file).replace("debug", "info, output: /no/such/x"));
    looks(reload, 2);
    assertThat(logs).hasSize(1);
    assertThat(told.getLast().error())
        .hasValueSatisfying(
            error -> assertThat(error).contains("log.output or log.audit can't be written"));
  }

  @Test
  void whenAskedForEverythingIsReadAtOnceAndTheLogOpenedAnew() throws Exception {
    var reload = start();
    reload.lookAtOnce();
    isGood(told.getFirst(), List.of(), List.of());
    write("realm: two");
    reload.lookAtOnce();
    isGood(told.getLast(), List.of("http.realm"), List.of());
    write("port: x");
    reload.lookAtOnce();
    reload.lookAtOnce();
    assertThat(told).hasSize(4);
    assertThat(taken).hasSize(2);
    assertThat(logs).hasSize(4);
    looks(reload, 3);
    assertThat(told).hasSize(4);
  }

  @Test
  void whatChangedBetweenTheReadingAndTheWatchingIsNotMissed() throws Exception {
    var loaded = ConfigLoader.loadWithKeys(file);
    write("realm: two");
    var reload = new Reload(loaded, Reload.watchFor(loaded), this::take, logs::add, reports());
    looks(reload, 3);
    assertThat(taken).extracting(config -> config.http().realm()).containsExactly("two");
    assertThat(told).hasSize(1);
  }

  @Test
  void aFileThatIsRemovedAfterTheStartIsNobodysMistake() throws Exception {
    var reload = start();
    Files.delete(file);
    looks(reload, 3);
    assertThat(told).isEmpty();
    reload.lookAtOnce();
    assertThat(told.getLast().error())
        .hasValueSatisfying(error -> assertThat(error).contains("no such configuration file"));
  }

  private Reload start() {
    var loaded = ConfigLoader.loadWithKeys(file);
    return new Reload(loaded, Reload.watchFor(loaded), this::take, logs::add, reports());
  }

  private ReloadReports reports() {
    return new ReloadReports(
        event -> told.add((ConfigReloaded) event), () -> Instant.parse("2026-11-24T10:15:30Z"));
  }

  private Future<Void> take(SluiceConfig config) {
    if (failure.isPresent()) {
      return Future.failedFuture(failure.get());
    }
    taken.add(config);
    return Future.succeededFuture();
  }

  private static void looks(Reload reload, int times) throws InterruptedException {
    for (int i = 0; i < times; i++) {
      reload.look();
    }
  }

  private static void isGood(ConfigReloaded event, List<String> changed, List<String> restart) {
    assertThat(event.error()).isEmpty();
    assertThat(event.changed()).isEqualTo(changed);
    assertThat(event.needRestart()).isEqualTo(restart);
  }

  private void write(String http) throws IOException {
    Files.writeString(file, "storage: {rootDirectory: %s}\nhttp: {%s}\n".formatted(folder, http));
  }

  private String withUsers(String realm) {
    return "realm: %s, auth: {htpasswd: {path: %s}}".formatted(realm, users);
  }
}
