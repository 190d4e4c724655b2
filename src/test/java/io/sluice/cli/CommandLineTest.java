package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What people who type get to see. */
class CommandLineTest {
  @TempDir private Path folder;

  private record Result(int code, String out, String err) {}

  private static Result run(String... arguments) {
    var out = new StringWriter();
    var err = new StringWriter();
    int code =
        SluiceCommand.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(arguments);
    return new Result(code, out.toString(), err.toString());
  }

  private String file(String name, String content) throws Exception {
    return Files.writeString(folder.resolve(name), content).toString();
  }

  @Test
  void withoutACommandItTellsWhichThereAre() {
    var result = run();
    assertThat(result.code()).isZero();
    assertThat(result.out()).contains("serve", "verify", "completion", "Examples:");
  }

  @ParameterizedTest
  @ValueSource(strings = {"serve", "verify", "gc", "restore", "completion"})
  void everyCommandHasAHelpWithExamples(String command) {
    var result = run(command, "--help");
    assertThat(result.code()).isZero();
    assertThat(result.out()).contains("Usage: sluice " + command, "Examples:");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--version", "-v", "-V"})
  void itTellsItsVersion(String option) {
    var result = run(option);
    assertThat(result.code()).isZero();
    assertThat(result.out()).startsWith("sluice ");
  }

  @Test
  void aWrongCallIsExitCode2AndNamesWhatIsWrong() {
    var result = run("serve", "--prot", "5000");
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("--prot");
    assertThat(run("srve").err()).contains("srve", "serve");
  }

  @Test
  void thePlatformsConfigurationIsGoodAndWhatIsMissingIsSaid() {
    var result = run("verify", "conf/platform.json");
    assertThat(result.err()).isEmpty();
    assertThat(result.code()).isZero();
    assertThat(result.out()).contains("the configuration is good", "extensions.metrics");
  }

  @Test
  void verifyTellsEveryProblemAtOnce() throws Exception {
    var bad =
        file(
            "bad.json",
            """
            {"storage": {"rootDirectory": "/data", "gcDelay": "1 hour"},
             "http": {"port": "99999", "adress": "0.0.0.0"}}""");
    var result = run("verify", bad);
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err().lines())
        .hasSize(4)
        .anySatisfy(line -> assertThat(line).contains("storage.gcDelay", "1 hour"))
        .anySatisfy(line -> assertThat(line).contains("http.port", "99999"))
        .anySatisfy(line -> assertThat(line).contains("http.adress", "address"))
        .anySatisfy(line -> assertThat(line).contains("3 problems"));
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    for (var command : List.of("verify", "serve")) {
      var result = run(command, folder + "/nowhere.json");
      assertThat(result.code()).isEqualTo(1);
      assertThat(result.err()).contains("nowhere.json", "no such").doesNotContain("\tat ");
    }
  }

  @Test
  void serveTakesOptionsOrAConfigurationNotBoth() throws Exception {
    var config = file("c.json", "{\"storage\":{\"rootDirectory\":\"/data\"}}");
    var result = run("serve", "--port", "1", config);
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).contains("http.port");
  }

  @Test
  void serveRefusesToStoreElsewhereThanConfigured() throws Exception {
    var config =
        file(
            "c.json",
            """
            {"storage": {"rootDirectory": "/d", "storageDriver": {"name": "gcs", "bucket": "b"}},
             "http": {"address": "127.0.0.1", "port": "0"}}""");
    var result = run("serve", config);
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).contains("Google Cloud Storage").doesNotContain("\tat ");
  }

  @Test
  void serveTellsWhatIsWrongWithABucket() throws Exception {
    var config =
        file(
            "c.json",
            """
            {"storage": {"rootDirectory": "/d", "storageDriver": {"name": "s3", "bucket": "b",
               "accesskey": "a", "secretkey": "hunter2", "regionendpoint": "http://nowhere.invalid:1"}},
             "http": {"address": "127.0.0.1", "port": "0"}}""");
    var result = run("serve", config);
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err())
        .contains("the bucket 'b' at http://nowhere.invalid:1", "storageDriver.regionendpoint")
        .doesNotContain("\tat ", "hunter2");
  }

  @Test
  void serveRefusesToBeMoreOpenThanConfigured() throws Exception {
    var config =
        file(
            "c.json",
            """
            {"storage": {"rootDirectory": "%s"},
             "http": {"address": "0.0.0.0", "port": "0",
               "auth": {"ldap": {"address": "ldap.test", "baseDN": "dc=test", "userAttribute": "uid"}}}}"""
                .formatted(folder.resolve("data")));
    var result = run("serve", config);
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).contains("http.auth.ldap", "127.0.0.1");
  }

  @Test
  void serveSaysWhichFileItCantReadAndWhy() throws Exception {
    var config =
        file(
            "c.json",
            """
            {"storage": {"rootDirectory": "%s"},
             "http": {"address": "0.0.0.0", "port": "0", "auth": {"htpasswd": {"path": "/missing/htpasswd"}}}}"""
                .formatted(folder.resolve("data")));
    var result = run("serve", config);
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err())
        .contains(
            "http.auth.htpasswd.path: /missing/htpasswd can't be read: there is no such file");
  }

  @Test
  void theCompletionScriptKnowsTheCommands() {
    var result = run("completion");
    assertThat(result.code()).isZero();
    assertThat(result.out()).startsWith("#!").contains("serve", "verify", "--data");
  }
}
