package io.sluice.process;

import static io.sluice.testkit.Eventually.eventually;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an operator sees of {@code sluice serve CONFIG} when files change under it. */
@Timeout(120)
class ReloadProcessTest {
  @TempDir private Path folder;

  @Test
  void newVersionsOfTheFileAreTakenOverAndBrokenOnesReported() throws Exception {
    var file = write("http: {address: 127.0.0.1, port: 0, realm: one}");
    try (var process = SluiceProcess.run("serve", file.toString())) {
      var client = new RegistryClient(process.uri());

      write("http: {address: 127.0.0.1, port: 0, realm: two}\nsluice: {tags: {history: 3}}");
      process.awaitLine(
          "\"level\":\"info\"",
          "the configuration was reloaded",
          "\"changed\":\"http.realm, sluice.tags.history\"");
      process.awaitLine(
          "\"level\":\"warn\"", "sluice.tags.history takes effect with the next start only");

      write("http: {address: 127.0.0.1, port: abc, realm: two}");
      process.awaitLine(
          "\"level\":\"error\"",
          "the old configuration stays in force",
          "http.port: cannot be read",
          "abc");
      assertThat(client.get("/v2/").statusCode()).isEqualTo(200);

      write("http: {address: 127.0.0.1, port: 0, realm: three}");
      process.awaitLine(
          "the configuration was reloaded", "\"changed\":\"http.realm, sluice.tags.history\"");
      process.signal("TERM");
      assertThat(process.exitCode()).isZero();
    }
  }

  @Test
  void aHangUpReloadsAtOnceAndOpensTheLogAnew() throws Exception {
    var log = folder.resolve("sluice.log");
    var config = "http: {address: 127.0.0.1, port: 0, realm: %s}\nlog: {output: " + log + "}";
    var file = write(config.formatted("one"));
    try (var process = SluiceProcess.run("serve", file.toString())) {
      awaitIn(log, "\"serving\"");
      var rotated = Files.move(log, folder.resolve("sluice.log.1"));
      process.signal("HUP");
      awaitIn(log, "the configuration was reloaded");
      var before = Files.readString(rotated);

      write(config.formatted("two"));
      process.signal("HUP");
      awaitIn(log, "\"changed\":\"http.realm\"");

      process.signal("TERM");
      assertThat(process.exitCode()).isZero();
      assertThat(Files.readString(log)).contains("\"stopped\"");
      assertThat(Files.readString(rotated)).isEqualTo(before).contains("\"serving\"");
    }
  }

  @Test
  void withoutAFileAHangUpChangesNothing() throws Exception {
    try (var process = SluiceProcess.serve(folder.resolve("data"))) {
      process.signal("HUP");
      process.awaitLine("SIGHUP");
      assertThat(new RegistryClient(process.uri()).get("/v2/").statusCode()).isEqualTo(200);
      process.signal("TERM");
      assertThat(process.exitCode()).isZero();
    }
  }

  /** As editors do, so that no half is seen. */
  private Path write(String text) throws IOException {
    var fresh = folder.resolve("config.new");
    Files.writeString(
        fresh, "storage: {rootDirectory: " + folder.resolve("data") + "}\n" + text + "\n");
    return Files.move(fresh, folder.resolve("config.yaml"), ATOMIC_MOVE, REPLACE_EXISTING);
  }

  private static void awaitIn(Path log, String text) {
    eventually(
        () -> {
          try {
            return Files.exists(log) ? Files.readString(log) : "";
          } catch (IOException e) {
            return e.toString();
          }
        },
        content -> assertThat(content).contains(text));
  }
}
