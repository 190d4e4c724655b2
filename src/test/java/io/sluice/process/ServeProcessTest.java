package io.sluice.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.oci.Digest;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an operator sees of {@code sluice serve} as a process. */
@Timeout(120)
class ServeProcessTest {
  private static final int SIGTERM_EXIT = 128 + 15;

  @TempDir private Path folder;

  @Test
  void withoutAConfigurationItServesThisMachineAndSaysWhatToTry() throws Exception {
    try (var process = SluiceProcess.serve(folder.resolve("data"))) {
      assertThat(process.uri().getHost()).isEqualTo("127.0.0.1");
      var answer = new RegistryClient(process.uri()).get("/v2/");
      assertThat(answer.statusCode()).isEqualTo(200);
      process.signal("TERM");
      assertThat(process.exitCode()).isZero();
      assertThat(process.output())
          .contains("No authentication", "skopeo copy", "docker push", process.host())
          .contains("\"message\":\"stopped\"");
    }
  }

  @Test
  void ctrlCStopsItInOrder() throws Exception {
    try (var process = SluiceProcess.serve(folder)) {
      process.signal("INT");
      assertThat(process.exitCode()).isZero();
    }
  }

  @Test
  void whatWasPushedIsThereAfterARestart() throws Exception {
    Digest pushed;
    try (var process = SluiceProcess.serve(folder)) {
      pushed = new RegistryClient(process.uri()).pushImage("team/app", "1", new byte[100_000]);
      process.signal("TERM");
      assertThat(process.exitCode()).isZero();
    }
    try (var process = SluiceProcess.serve(folder)) {
      var answer = new RegistryClient(process.uri()).get("/v2/team/app/manifests/1");
      assertThat(answer.headers().firstValue("Docker-Content-Digest")).contains(pushed.toString());
      assertThat(Digest.sha256(answer.body())).isEqualTo(pushed);
    }
  }

  @Test
  void anUploadGoesOnAfterARestart() throws Exception {
    var content = new byte[5_000_000];
    new Random(1).nextBytes(content);
    int half = 2_345_678;
    String upload;
    try (var process = SluiceProcess.serve(folder)) {
      var client = new RegistryClient(process.uri());
      upload = client.startUpload("team/app");
      RegistryClient.expect(202, client.send("PATCH", upload, Arrays.copyOf(content, half)));
      process.signal("TERM");
      assertThat(process.exitCode()).isZero();
    }
    try (var process = SluiceProcess.serve(folder)) {
      var client = new RegistryClient(process.uri());
      assertThat(client.get(upload).headers().firstValue("Range")).contains("0-" + (half - 1));
      var digest = Digest.sha256(content);
      RegistryClient.expect(
          201,
          client.send(
              "PUT",
              upload + "?digest=" + digest,
              Arrays.copyOfRange(content, half, content.length)));
      assertThat(client.get("/v2/team/app/blobs/" + digest).body()).isEqualTo(content);
    }
  }

  @Test
  void aRequestUnderWayEndsBeforeTheProcessDoes() throws Exception {
    try (var process = SluiceProcess.serve(folder)) {
      var client = new RegistryClient(process.uri());
      var upload = client.startUpload("team/app");
      try (var socket = new Socket(InetAddress.getLoopbackAddress(), process.uri().getPort())) {
        var out = socket.getOutputStream();
        out.write(
            ("PATCH " + upload + " HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nabc")
                .getBytes(StandardCharsets.US_ASCII));
        out.flush();
        awaitOffset(client, upload, 3);
        process.signal("TERM");
        while (!process.output().contains("\"stopping\"")) {
          Thread.onSpinWait();
        }
        out.write("def".getBytes(StandardCharsets.US_ASCII));
        out.flush();
        var answer = new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
        assertThat(answer).isEqualTo("HTTP/1.1 202");
      }
      assertThat(process.exitCode()).isZero();
    }
  }

  @Test
  void aSecondSignalEndsItAtOnce() throws Exception {
    try (var process = SluiceProcess.serve(folder)) {
      var client = new RegistryClient(process.uri());
      var upload = client.startUpload("team/app");
      try (var socket = new Socket(InetAddress.getLoopbackAddress(), process.uri().getPort())) {
        // A request that never ends: without the second signal, stopping takes the whole 25 s.
        socket
            .getOutputStream()
            .write(
                ("PATCH " + upload + " HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nabc")
                    .getBytes(StandardCharsets.US_ASCII));
        awaitOffset(client, upload, 3);
        process.signal("TERM");
        while (!process.output().contains("\"stopping\"")) {
          Thread.onSpinWait();
        }
        assertThat(process.isAlive()).isTrue();
        process.signal("TERM");
        assertThat(process.exitCode()).isEqualTo(SIGTERM_EXIT);
      }
    }
  }

  @Test
  void aPortInUseIsSaidInOneLine() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var process =
            SluiceProcess.run(
                "serve",
                "--data",
                folder.toString(),
                "--port",
                Integer.toString(taken.getLocalPort()))) {
      assertThat(process.exitCode()).isEqualTo(1);
      assertThat(process.output())
          .contains("can't listen on 127.0.0.1:" + taken.getLocalPort())
          .doesNotContain("at io.");
    }
  }

  @Test
  void aDataDirectoryThatIsAFileIsSaidInOneLine() throws Exception {
    var file = Files.writeString(folder.resolve("file"), "x");
    try (var process = SluiceProcess.run("serve", "--data", file.toString(), "--port", "0")) {
      assertThat(process.exitCode()).isEqualTo(1);
      assertThat(process.output()).contains("can't store in " + file).doesNotContain("at io.");
    }
  }

  @Test
  void aStoreOfAnotherFormatIsLeftAlone() throws Exception {
    Files.writeString(folder.resolve("format.json"), "{\"format\":\"sluice\",\"version\":2}");
    try (var process = SluiceProcess.run("serve", "--data", folder.toString(), "--port", "0")) {
      assertThat(process.exitCode()).isEqualTo(1);
      assertThat(process.output()).contains("format.json", "version 1").doesNotContain("at io.");
    }
  }

  private static void awaitOffset(RegistryClient client, String upload, long offset)
      throws Exception {
    var expected = "0-" + (offset - 1);
    while (!client.get(upload).headers().firstValue("Range").orElse("").equals(expected)) {
      Thread.onSpinWait();
    }
  }
}
