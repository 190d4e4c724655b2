package io.sluice.process;

import static io.sluice.testkit.Eventually.eventually;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.testkit.s3.Driver;
import io.sluice.testkit.s3.S3Server;
import io.sluice.testkit.upstream.RemoteBlob;
import io.sluice.testkit.upstream.RemoteImage;
import io.sluice.testkit.upstream.ScriptedUpstream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process that ends, or can't begin, while it fetches from an upstream. */
@Timeout(120)
class PullThroughProcessTest {
  private static final int SIZE = 20_000_000;
  private static final int HALF = SIZE / 2;

  @TempDir private Path folder;

  // When a connection of HTTP/2 is closed gracefully, what waits for the client's window is lost.
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private String shutdownTimeout = "2s";
  private ScriptedUpstream upstream;
  private RemoteImage image;
  private RemoteBlob layer;

  @BeforeEach
  void startUpstream() throws IOException {
    upstream = ScriptedUpstream.start();
    image = upstream.image("team/app", "1", SIZE);
    layer = image.layers().getFirst();
    Files.writeString(logins(), "{}");
  }

  @AfterEach
  void stopUpstream() {
    upstream.close();
    http.close();
  }

  private Path downloads() {
    return folder.resolve("downloads");
  }

  private Path logins() {
    return folder.resolve("logins.json");
  }

  private String[] serving() throws IOException {
    return serving("rootDirectory: " + folder + "/data");
  }

  private String[] serving(String storage) throws IOException {
    var config =
        Files.writeString(
            folder.resolve("config.yaml"),
            """
            storage: {%1$s}
            http: {address: 127.0.0.1, port: "0"}
            extensions:
              sync:
                downloadDir: %2$s
                credentialsFile: %4$s
                registries: [{urls: ["%3$s"], onDemand: true}]
            sluice: {shutdown: {timeout: %5$s}, sync: {prefetch: false}}
            """
                .formatted(storage, downloads(), upstream.url(), logins(), shutdownTimeout));
    return new String[] {"serve", config.toString()};
  }

  private SluiceProcess serve() throws Exception {
    var process = SluiceProcess.run(serving());
    process.uri();
    return process;
  }

  private String path() {
    return "/v2/team/app/blobs/" + layer.digest();
  }

  /** Has read some of the layer, of which half has come from the upstream. */
  private InputStream readSome(SluiceProcess process) throws Exception {
    upstream.hold(layer.digest());
    upstream.release(layer.digest(), HALF);
    var request = HttpRequest.newBuilder(process.uri().resolve(path())).build();
    var answer = http.send(request, BodyHandlers.ofInputStream());
    assertThat(answer.statusCode()).isEqualTo(200);
    var body = answer.body();
    assertThat(body.readNBytes(HALF / 2)).isEqualTo(layer.read(0, HALF / 2));
    return body;
  }

  private List<Path> spools() {
    try (var files = Files.list(downloads())) {
      return files.toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void whatACrashHasCutShortIsNeverServedAndIsFetchedAnew() throws Exception {
    try (var process = serve()) {
      try (var body = readSome(process)) {
        process.kill();
        assertThatThrownBy(body::readAllBytes).isInstanceOf(IOException.class);
      }
    }
    assertThat(spools()).isEmpty();
    upstream.heal();
    upstream.stop();
    try (var process = serve()) {
      var client = new RegistryClient(process.uri());
      assertThat(client.get(path()).statusCode()).isEqualTo(502);
      assertThat(client.send("GET", path(), new byte[0], "Range", "bytes=0-9").statusCode())
          .isEqualTo(502);

      upstream.up();
      whole(client);
      assertThat(spools()).isEmpty();
      eventually(
          () -> text(client, "/v2/_sluice/sync"),
          status -> assertThat(status).contains("\"downloads\":[]"));
      upstream.stop();
      whole(client);
      assertThat(process.output()).doesNotContain("\"level\":\"error\"");
    }
  }

  private void whole(RegistryClient client) throws Exception {
    var answer = client.get(path());
    RegistryClient.expect(200, answer);
    assertThat(answer.body()).isEqualTo(layer.bytes());
  }

  private static HttpResponse<byte[]> answer(RegistryClient client, String path) {
    try {
      return client.get(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static int status(RegistryClient client, String path) {
    return answer(client, path).statusCode();
  }

  private static String text(RegistryClient client, String path) {
    return new String(answer(client, path).body(), UTF_8);
  }

  /** Of a process that was killed in the moment before a spool loses its name. */
  @Test
  void leftSpoolsAreRemovedAtTheStartAndNothingElse() throws Exception {
    Files.createDirectories(downloads());
    var spool = downloads().resolve("sluice-01JDQ3V5W8X9YZABCDEFGHJKMN.spool");
    var other = Files.writeString(downloads().resolve("sluice-notes.txt"), "mine");
    Files.writeString(spool, "left");
    try (var process = serve()) {
      assertThat(spools()).containsExactly(other);
      assertThat(process.output()).contains("a spool of an earlier process was removed");
    }
  }

  @Test
  void stoppingCutsWhoeverReadsWhatDoesNotComeInTime() throws Exception {
    try (var process = serve();
        var body = readSome(process)) {
      long start = System.nanoTime();
      process.signal("TERM");
      assertThatThrownBy(body::readAllBytes).isInstanceOf(IOException.class);
      assertThat(process.exitCode()).isZero();
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(12));
      assertThat(process.output())
          .contains("\"message\":\"stopped\"")
          .doesNotContain("\"level\":\"error\"");
    }
    assertThat(spools()).isEmpty();
    try (var process = serve()) {
      upstream.heal();
      whole(new RegistryClient(process.uri()));
    }
  }

  @Test
  void stoppingWaitsForWhoeverReadsWhatComesInTime() throws Exception {
    shutdownTimeout = "30s";
    try (var process = serve();
        var body = readSome(process)) {
      process.signal("TERM");
      process.awaitLine("\"stopping\"");
      upstream.release(layer.digest());
      assertThat(body.readAllBytes()).isEqualTo(layer.read(HALF / 2, SIZE - HALF / 2));
      assertThat(process.exitCode()).isZero();
    }
  }

  @Test
  void aNewLoginIsUsedOnceItsFileHasIt() throws Exception {
    upstream.requireBasic("robot", "Correct-Horse-7731");
    try (var process = serve()) {
      var client = new RegistryClient(process.uri());
      assertThat(client.get("/v2/team/app/manifests/1").statusCode()).isEqualTo(502);
      Files.writeString(
          logins(),
          "{\"%s\": {\"username\": \"robot\", \"password\": \"Correct-Horse-7731\"}}"
              .formatted(upstream.host()));
      process.awaitLine(
          "the configuration was reloaded", "extensions.sync.credentialsFile (content)");
      assertThat(client.get("/v2/team/app/manifests/1").body()).isEqualTo(image.manifest().bytes());

      Files.writeString(logins(), "{\"Correct-Horse-7731");
      process.awaitLine("\"level\":\"error\"", "the old configuration stays in force");
      whole(client);
      assertThat(process.output()).doesNotContain("Correct-Horse-7731");
    }
  }

  /** As a full disk does; what is stored goes to a bucket, and so has room. */
  @Test
  void aSpoolThatCanNotBeWrittenCutsItsReadersAndHarmsNothingElse() throws Exception {
    try (var bucket = S3Server.shared().newBucket()) {
      var driver = new Driver(bucket, S3Server.shared().endpoint()).section();
      try (var process =
          SluiceProcess.run(serving("rootDirectory: data, storageDriver: " + driver))) {
        var client = new RegistryClient(process.uri());
        limitFiles(process, Integer.toString(HALF));
        var request = HttpRequest.newBuilder(process.uri().resolve(path())).build();
        var pulls =
            IntStream.range(0, 4)
                .mapToObj(_ -> http.sendAsync(request, BodyHandlers.ofByteArray()))
                .toList();
        for (var pull : pulls) {
          assertThatThrownBy(pull::join).hasCauseInstanceOf(IOException.class);
        }
        limitFiles(process, "unlimited");
        // Whoever comes while the cut download ends is told what was wrong with it.
        eventually(
            () -> status(client, path()),
            status -> assertThat(status).as(process.output()).isIn(200, 503).isEqualTo(200));
        var config = image.config();
        RegistryClient.expect(200, client.get("/v2/team/app/blobs/" + config.digest()));
        whole(client);
        process.awaitLine("\"level\":\"warn\"", "could not be", layer.digest().toString());
        process.signal("TERM");
        assertThat(process.exitCode()).isZero();
        assertThat(process.output()).doesNotContain("\"level\":\"error\"");
      }
      assertThat(bucket.unfinished()).isEmpty();
    }
  }

  /** No file of the process becomes larger than so many bytes. */
  private static void limitFiles(SluiceProcess process, String bytes) throws Exception {
    var limit =
        new ProcessBuilder("prlimit", "--pid", "" + process.pid(), "--fsize=" + bytes + ":")
            .inheritIO()
            .start();
    assertThat(limit.waitFor()).isZero();
  }

  @Test
  void aDownloadDirThatCanNotBeUsedIsSaidInOneLine() throws Exception {
    Files.writeString(downloads(), "a file");
    try (var process = SluiceProcess.run(serving())) {
      assertThat(process.exitCode()).isEqualTo(1);
      assertThat(process.output())
          .contains("extensions.sync.downloadDir can't be used", downloads().toString())
          .doesNotContain("at io.");
    }
  }
}
