package io.sluice.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.oci.Digest;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** From a disk that has rotted to an image that can be pulled again, as an operator sees it. */
@Timeout(180)
class ScrubProcessTest {
  @TempDir private Path folder;

  private int run(String... arguments) throws Exception {
    try (var process = SluiceProcess.run(folder, arguments)) {
      int code = process.exitCode();
      output = process.output();
      return code;
    }
  }

  private String output = "";

  private String config() throws Exception {
    return Files.writeString(
            folder.resolve("c.yaml"),
            """
            storage: {rootDirectory: "%s"}
            http: {address: 127.0.0.1, port: "0"}
            sluice: {scrub: {quarantine: true}}
            """
                .formatted(folder.resolve("data")))
        .toString();
  }

  /** Where the bytes of a blob are that is too large for its link. */
  private Path onlyData() throws Exception {
    try (var files = Files.walk(folder.resolve("data/data"))) {
      return files.filter(Files::isRegularFile).findFirst().orElseThrow();
    }
  }

  @Test
  void damageIsFoundHiddenAndHealedByAnotherPush() throws Exception {
    var layer = new byte[100_000];
    try (var serving = SluiceProcess.serve(folder.resolve("data"))) {
      new RegistryClient(serving.uri()).pushImage("team/app", "1", layer);
      serving.signal("TERM");
      assertThat(serving.exitCode()).isZero();
    }
    assertThat(run("scrub", config())).as(() -> output).isZero();
    assertThat(output).contains("all is well");

    try (var file = FileChannel.open(onlyData(), StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.wrap(new byte[] {1}), 50_000);
    }
    assertThat(run("scrub", config())).as(() -> output).isEqualTo(1);
    var digest = Digest.sha256(layer);
    assertThat(output)
        .contains("team/app", "damaged-blob", digest.toString(), "(quarantined)")
        .doesNotContain("\tat ");

    try (var serving = SluiceProcess.serve(folder.resolve("data"))) {
      var client = new RegistryClient(serving.uri());
      var blob = "/v2/team/app/blobs/" + digest;
      assertThat(client.get(blob).statusCode()).isEqualTo(404);
      client.pushImage("team/app", "1", layer);
      assertThat(client.get(blob).body()).isEqualTo(layer);
      assertThat(run("scrub", "--url", serving.uri().toString())).as(() -> output).isZero();
    }
  }
}
