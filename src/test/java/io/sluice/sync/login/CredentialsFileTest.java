package io.sluice.sync.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.Await;
import io.sluice.config.Secret;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialsFileTest {

  @ParameterizedTest
  @CsvSource({
    "ghcr.io,                     ghcr.io",
    "ghcr.io,                     ghcr.io:443",
    "ghcr.io:443,                 ghcr.io",
    "https://ghcr.io,             ghcr.io:443",
    "https://ghcr.io/v2/,         ghcr.io",
    "GHCR.io,                     ghcr.io",
    "registry.local:5000,         registry.local:5000",
    "http://registry.local:5000/, http://registry.local:5000",
    "docker.io,                   registry-1.docker.io",
    "https://index.docker.io/v1/, registry-1.docker.io",
    "registry-1.docker.io,        docker.io:443",
    "127.0.0.1:5000,              127.0.0.1:5000",
    "[::1]:5000,                  [::1]:5000",
    "[::1],                       [::1]:5000"
  })
  void aHostIsFoundHoweverItIsWritten(String key, String host) {
    assertThat(login(file(key), host)).contains(new Login("user", new Secret("pass:word")));
  }

  @ParameterizedTest
  @CsvSource({
    "ghcr.io,                     quay.io",
    "ghcr.io,                     evil.ghcr.io",
    "ghcr.io,                     ghcr.io.evil.example",
    "registry.local:5000,         registry.local:5001",
    "registry.local:5000,         registry.local",
    "http://registry.local,       registry.local:443",
    "docker.io,                   auth.docker.io"
  })
  void otherHostsGetNothing(String key, String host) {
    assertThat(file(key).forHost(host)).isEmpty();
  }

  @Test
  void theEntryWithThePortComesBeforeTheOneForAllPorts() {
    var file =
        CredentialsFile.parse(
            """
            {"r.example": {"username": "any", "password": "p"},
             "r.example:5000": {"username": "this", "password": "p"}}""");
    assertThat(login(file, "r.example:5000").map(Login::username)).contains("this");
    assertThat(login(file, "r.example:5001").map(Login::username)).contains("any");
  }

  @Test
  void anEmptyFileHasNoLogins() {
    assertThat(CredentialsFile.parse("{}").forHost("ghcr.io")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"h.example\": {\"username\": \"u\", \"password\": s3cret}}",
        "{\"h.example\": {\"username\": \"u\", \"password\": \"s3cret\"}",
        "{\"h.example\": {\"username\": \"u\", \"password\": \"s3cret\ns3cret\"}}",
        "s3cret",
        "\"s3cret\" x",
        "",
      })
  void whatIsNotJsonIsToldByItsPlaceAlone(String text) {
    assertThatThrownBy(() -> CredentialsFile.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasNoCause()
        .message()
        .startsWith("is no")
        .doesNotContain("s3cret");
  }

  @Test
  void aKeyThatIsThereTwiceIsSaidToBe() {
    assertThatThrownBy(
            () -> CredentialsFile.parse("{\"h\": {\"username\": \"s3cret\", \"username\": 1}}"))
        .message()
        .startsWith("has a key for the second time at line 1, column ")
        .doesNotContain("s3cret");
  }

  @Test
  void thePlaceIsLineAndColumn() {
    assertThatThrownBy(() -> CredentialsFile.parse("{\n  \"h.example\": nope}"))
        .hasMessage("is not JSON at line 2, column 20");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[]                                                          | is no JSON object of hosts",
        "{'h.example': 's3cret'}                                     | has no username for h.example",
        "{'h.example': {'username': 's3cret'}}                       | has no password for h.example",
        "{'h.example': {'password': 's3cret'}}                       | has no username for h.example",
        "{'h.example:50': {'username': 'u', 'password': 5}}          | has no password for h.example:50",
        "{'h.example': {'username': 'u', 'password': ''}}            | has no password for h.example",
        "{'user s3cret@h': {}}                                       | has a key that is not a host: entry 1",
        "{'h:s3cret': {}}                                            | has a key that has no port behind its colon: entry 1"
      })
  void errorsNameThePlaceAndNoValue(String text, String message) {
    assertThatThrownBy(() -> CredentialsFile.parse(text.replace('\'', '"')))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void twoEntriesForOneHostAreAnError() {
    var entry = "{\"username\": \"u\", \"password\": \"p\"}";
    assertThatThrownBy(
            () ->
                CredentialsFile.parse(
                    "{\"docker.io\": " + entry + ", \"index.docker.io\": " + entry + "}"))
        .hasMessage("has two entries for docker.io");
  }

  @Test
  void noLoginIsPrinted() {
    assertThat(file("h.example").toString()).contains("h.example").doesNotContain("user", "word");
  }

  private static CredentialsFile file(String key) {
    return CredentialsFile.parse(
        "{\"%s\": {\"username\": \"user\", \"password\": \"pass:word\"}}".formatted(key));
  }

  private static Optional<Login> login(CredentialsFile file, String host) {
    return Await.result(file.forHost(host).orElseThrow().login());
  }
}
