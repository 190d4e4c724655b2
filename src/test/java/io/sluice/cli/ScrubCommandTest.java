package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.oci.Digest;
import io.sluice.testkit.Payload;
import io.sluice.testkit.Registry;
import io.sluice.testkit.RegistryTest;
import io.sluice.testkit.StoreKind;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code sluice scrub}, as people and scripts see it. */
class ScrubCommandTest {
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

  private String config(Path data, int port) {
    try {
      return Files.writeString(
              folder.resolve("c.yaml"),
              """
              storage: {rootDirectory: "%s"}
              http: {address: 127.0.0.1, port: "%d"}
              """
                  .formatted(data, port))
          .toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int freePort() {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @RegistryTest(on = StoreKind.FS)
  void theStoresOfAConfigurationAreReadWithoutARegistry(Registry registry) {
    var app = registry.repository("team/app");
    app.pushImage("1");
    var data = registry.storage().stores().resolve("main");
    var config = config(data, freePort());

    var sound = run("scrub", config);
    assertThat(sound.err()).isEmpty();
    assertThat(sound.out())
        .isEqualTo("1 repositories, 1 manifests, 2 blobs; 1 MiB read: all is well\n");
    assertThat(sound.code()).isZero();

    var layer = Payload.ofSize(100_000);
    app.push(layer);
    var objects = registry.objects();
    objects.flip(objects.data(app, layer.digest()));
    var damaged = run("scrub", "--bandwidth", "1GiB", config);
    assertThat(damaged.code()).isEqualTo(1);
    assertThat(damaged.out().lines())
        .hasSize(3)
        .anySatisfy(
            line -> assertThat(line).matches("REPOSITORY +TAG +STATUS +AFFECTED BLOB +ERROR"))
        .anySatisfy(
            line ->
                assertThat(line)
                    .startsWith("team/app ")
                    .contains(" - ", "damaged-blob", layer.digest().toString())
                    .doesNotContain("quarantined"))
        .anySatisfy(line -> assertThat(line).endsWith("1 damaged or missing, 0 quarantined"));

    var quarantined = run("scrub", "--quarantine", config);
    assertThat(quarantined.code()).isEqualTo(1);
    assertThat(quarantined.out()).contains("(quarantined)", "1 damaged or missing, 1 quarantined");
    // No manifest names it, so nothing is missing now.
    assertThat(run("scrub", config).code()).isZero();
  }

  @RegistryTest(on = StoreKind.FS)
  void aLocalDiskThatARegistryServesIsRefused(Registry registry) {
    var config = config(registry.storage().stores().resolve("main"), registry.port());
    var result = run("scrub", config);
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out()).isEmpty();
    assertThat(result.err())
        .contains("a registry serves at " + registry.uri(), "--url " + registry.uri());
  }

  @RegistryTest(on = StoreKind.MEMORY)
  void aRunningRegistryDoesItWhenAsked(Registry registry) {
    var app = registry.repository("team/app");
    var image = app.pushImage("1");
    var url = registry.uri().toString();
    var sound = run("scrub", "--url", url);
    assertThat(sound.err()).isEmpty();
    assertThat(sound.out()).endsWith("all is well\n");
    assertThat(sound.code()).isZero();

    Digest layer = image.layers().getFirst();
    var objects = registry.objects();
    objects.truncate(objects.link(app, layer));
    var damaged = run("scrub", "--url", url);
    assertThat(damaged.code()).isEqualTo(1);
    assertThat(damaged.out())
        .contains("team/app", "damaged-blob", layer.toString(), "2999 bytes are stored");
  }

  @RegistryTest(
      config =
          "http: {accessControl: {repositories: {'**': {defaultPolicy: [read]}}, adminPolicy: {users: [ann], actions: [read]}}}",
      users = "ann",
      on = StoreKind.MEMORY)
  void whoIsNoAdministratorIsToldWhy(Registry registry) {
    var result = run("scrub", "--url", registry.uri().toString());
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).contains("a password", "--user").doesNotContain("\tat ");
  }

  @Test
  void whatCannotBeReadIsNamed() throws Exception {
    assertThat(run("scrub", config(folder.resolve("nowhere"), freePort())).err())
        .contains("there is no folder", "nowhere");
    var empty = Files.createDirectory(folder.resolve("empty"));
    var result = run("scrub", config(empty, freePort()));
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).contains("format.json").doesNotContain("\tat ");
    assertThat(run("scrub", "--url", "http://127.0.0.1:" + freePort()).err())
        .contains("can't reach");
    assertThat(run("scrub", "--url", "registry.example.com").err())
        .contains("registry.example.com", "https://");
  }

  @Test
  void aWrongCallIsExitCode2() {
    assertThat(run("scrub").code()).isEqualTo(2);
    assertThat(run("scrub", "c.yaml", "--url", "http://x").code()).isEqualTo(2);
    assertThat(run("scrub", "--url", "http://x", "--quarantine").err()).contains("sluice.scrub");
    var size = run("scrub", config(folder, 1), "--bandwidth", "fast");
    assertThat(size.code()).isEqualTo(2);
    assertThat(size.err()).contains("fast", "MiB");
    assertThat(run("scrub", config(folder, 1), "--bandwidth", "1B").err()).contains("64KiB");
  }
}
