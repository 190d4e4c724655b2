package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.testkit.Registry;
import io.sluice.testkit.RegistryTest;
import io.sluice.testkit.StoreKind;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code sluice gc} and {@code sluice restore}, with a registry and without one. */
class GcCommandTest {
  @TempDir private Path folder;

  private record Result(int code, String out, String err) {}

  private static Result run(Object... arguments) {
    var out = new StringWriter();
    var err = new StringWriter();
    var texts = List.of(arguments).stream().map(Object::toString).toArray(String[]::new);
    int code =
        SluiceCommand.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(texts);
    return new Result(code, out.toString(), err.toString());
  }

  private Path file(String name, String content) throws Exception {
    return Files.writeString(folder.resolve(name), content);
  }

  private Path config(int port) throws Exception {
    return file(
        "config.yaml",
        """
        storage: {rootDirectory: %s}
        http: {address: 127.0.0.1, port: "%d"}
        log: {output: %s}
        """
            .formatted(folder.resolve("data"), port, folder.resolve("log")));
  }

  @RegistryTest(on = StoreKind.FS)
  void aRegistryIsAskedAndWaitedFor(Registry registry) {
    var result = run("gc", "--url", registry.uri());
    assertThat(result.err()).isEmpty();
    assertThat(result.code()).isZero();
    assertThat(result.out()).startsWith("/: removed 0 tags");
  }

  @RegistryTest(on = StoreKind.FS)
  void aPolicyIsTriedAtARegistry(Registry registry) throws Exception {
    var policy =
        file(
            "new.yaml",
            """
            http: {auth: {htpasswd: {path: /secret}}}
            storage:
              rootDirectory: /data
              retention: {policies: [{repositories: ["**"], keepTags: [{mostRecentlyPushedCount: 3}]}]}
            """);
    var result = run("gc", "--url", registry.uri(), "--policy", policy, "--repository", "a/b");
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).startsWith("would remove 0 tags");
    var json = run("gc", "--url", registry.uri(), "--dry-run", "--json");
    assertThat(json.out()).startsWith("{\"totals\":{");
  }

  @RegistryTest(on = StoreKind.FS)
  void aTagIsListedAndRestored(Registry registry) {
    var repository = registry.repository("team/app");
    var image = repository.pushImage("1.4");
    repository.deleteManifest("1.4").answers(202);

    var list = run("restore", "--list", "team/app", "--url", registry.uri());
    assertThat(list.out()).contains("1.4", image.digest().toString(), "yes");
    var restored = run("restore", "team/app:1.4", "--url", registry.uri());
    assertThat(restored.err()).isEmpty();
    assertThat(restored.out()).startsWith("team/app:1.4 names " + image.digest() + " again");
    repository.getManifest("1.4").answers(200);

    var again = run("restore", "team/app:1.4", "--url", registry.uri());
    assertThat(again.code()).isEqualTo(1);
    assertThat(again.err()).contains("never named anything but");
  }

  @RegistryTest(on = StoreKind.FS, users = "ann")
  void whoIsNotLetInIsTold(Registry registry) {
    var result = run("gc", "--url", registry.uri());
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).contains("--user").doesNotContain("\tat ");
  }

  @RegistryTest(on = StoreKind.FS)
  void aLocalDiskIsLeftToTheRegistryThatServesIt(Registry registry) throws Exception {
    var result = run("gc", config(registry.port()));
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err())
        .contains("something listens on 127.0.0.1:" + registry.port(), "--url " + registry.uri());
  }

  @Test
  void theStoresOfAConfigurationAreCollectedInThisProcess() throws Exception {
    var dry = run("gc", config(0), "--dry-run");
    assertThat(dry.err()).isEmpty();
    assertThat(dry.out()).startsWith("would remove 0 tags");
    assertThat(folder.resolve("log")).doesNotExist();

    var result = run("gc", config(0));
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).startsWith("/: removed 0 tags");
    assertThat(folder.resolve("log")).content().contains("garbage was collected");
    assertThat(folder.resolve("data")).isDirectoryRecursivelyContaining("glob:**/gc/runs/*");
  }

  @Test
  void aWrongCallSaysWhatWouldBeRight() throws Exception {
    assertThat(run("gc").err()).contains("either CONFIG or --url");
    assertThat(run("gc", "c.json", "--url", "http://localhost:1").code()).isEqualTo(2);
    assertThat(run("gc", "--url", "http://localhost:1", "--repository", "a").err())
        .contains("--dry-run");
    assertThat(run("gc", "--url", "http://localhost:1", "--dry-run", "--confirm").code())
        .isEqualTo(2);
    assertThat(run("gc", "c.json", "--user", "ann").err()).contains("--url");
    assertThat(run("gc", "--url", "localhost").err()).contains("http://…");
    assertThat(run("restore", "team/app", "--url", "http://localhost:1").err())
        .contains("REPOSITORY:TAG");
    assertThat(run("restore", "team/app:1@x", "--url", "http://localhost:1").code()).isEqualTo(2);
    var policy = file("bad.yaml", "policies: [{repositories: [\"[\"]}]");
    assertThat(run("gc", "--url", "http://localhost:1", "--policy", policy).err())
        .contains("bad.yaml: policies[0].repositories");
  }

  @Test
  void aRegistryThatIsNotThereIsNamed() {
    var result = run("gc", "--url", "http://127.0.0.1:1");
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).contains("can't reach http://127.0.0.1:1").doesNotContain("\tat ");
  }

  @Test
  void theTableIsAsWideAsItsRowsAndSizesAreForPeople() throws Exception {
    var out = new StringWriter();
    var output = new GcOutput(new PrintWriter(out));
    output.row(
        json(
            "{\"what\":\"tag\",\"repository\":\"team/app\",\"name\":\"1.4\",\"policy\":\"policies[0] (**)\",\"why\":\"old\",\"bytes\":0}"));
    output.row(
        json(
            "{\"what\":\"manifest\",\"repository\":\"a\",\"name\":\"sha256:"
                + "0123456789abcdef".repeat(4)
                + "\",\"why\":\"no tag\",\"bytes\":1610612736}"));
    output.totals(json("{\"tags\":1,\"manifests\":1,\"bytes\":1610612736,\"repositories\":2}"));
    assertThat(out.toString())
        .isEqualToNormalizingNewlines(
            """
            WHAT      REPOSITORY  NAME                 POLICY            WHY       BYTES
            tag       team/app    1.4                  policies[0] (**)  old         0 B
            manifest  a           sha256:0123456789ab                    no tag  1.5 GiB
            would remove 1 tags, 1 manifests, 0 blobs, 0 data objects and 0 uploads in 2 repositories; 1.5 GiB
            """);
  }

  private static JsonNode json(String text) throws JsonProcessingException {
    return new ObjectMapper().readTree(text);
  }
}
