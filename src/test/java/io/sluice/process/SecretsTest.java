package io.sluice.process;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import at.favre.lib.crypto.bcrypt.BCrypt;
import io.sluice.testkit.Certificates;
import io.sluice.testkit.Identity;
import io.sluice.testkit.Pem;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What must be kept secret is in nothing that a process writes or shows. */
@Timeout(180)
class SecretsTest {
  private static final String PASSWORD = "Correct-Horse-7731";
  private static final String WRONG = "Wrong-Horse-9915";
  private static final String UPSTREAM = "Upstream-Horse-4462";

  private static final String CONFIG =
      """
      {"storage": {"rootDirectory": "%1$s/data"},
       "http": {"address": "127.0.0.1", "port": "0",
         "tls": {"cert": "%1$s/cert.pem", "key": "%1$s/key.pem"},
         "auth": {"htpasswd": {"path": "%1$s/htpasswd"}, "apikey": true, "failDelay": 0},
         "accessControl": {"repositories": {"**": {"anonymousPolicy": ["read"],
           "policies": [{"users": ["ann"], "actions": ["read", "create", "update", "delete"]}]}}}},
       "log": {"level": "debug", "output": "%1$s/log", "audit": "%1$s/audit"}%2$s}
      """;

  @TempDir private Path folder;

  private final Map<String, String> secrets = new TreeMap<>();
  private final HttpClient client =
      HttpClient.newBuilder()
          .sslContext(Identity.anonymous(Certificates.shared().certificate()))
          .build();

  private void prepare() throws Exception {
    var server = Certificates.shared().server(Certificates.Keys.EC);
    Files.writeString(folder.resolve("cert.pem"), Pem.of(server.certificate()));
    Files.writeString(folder.resolve("key.pem"), Pem.of(server.key()));
    var hash = BCrypt.with(BCrypt.Version.VERSION_2Y).hashToString(4, PASSWORD.toCharArray());
    Files.writeString(folder.resolve("htpasswd"), "ann:" + hash + "\n");
    Files.writeString(folder.resolve("config.json"), CONFIG.formatted(folder, ""));
    secrets.put("the password", PASSWORD);
    secrets.put("a wrong password", WRONG);
    secrets.put("the password in a header", base64("ann", PASSWORD));
    secrets.put("a wrong password in a header", base64("ann", WRONG));
    secrets.put("the hash", hash.substring(hash.lastIndexOf('$') + 1));
    secrets.put("the server's key", Base64.getEncoder().encodeToString(server.key().getEncoded()));
  }

  private static String base64(String user, String password) {
    return Base64.getEncoder().encodeToString((user + ":" + password).getBytes(UTF_8));
  }

  private HttpResponse<String> ask(
      SluiceProcess process, String method, String path, String user, String password, String body)
      throws Exception {
    var request =
        HttpRequest.newBuilder(process.uri().resolve(path))
            .method(method, BodyPublishers.ofString(body));
    if (!user.isEmpty()) {
      request.header("Authorization", "Basic " + base64(user, password));
    }
    return client.send(request.build(), BodyHandlers.ofString());
  }

  /** A request line as it is, for what no library sends. */
  private static String raw(SluiceProcess process, String line, String... headers)
      throws Exception {
    try (var socket =
        (SSLSocket)
            Identity.anonymous(Certificates.shared().certificate())
                .getSocketFactory()
                .createSocket("127.0.0.1", process.uri().getPort())) {
      socket
          .getOutputStream()
          .write(
              (line
                      + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                      + String.join("", headers)
                      + "\r\n")
                  .getBytes(ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    }
  }

  @Test
  void noSecretIsInWhatARunWritesOrShows() throws Exception {
    prepare();
    var shown = new ArrayList<String>();
    var config = folder.resolve("config.json").toString();
    try (var process = SluiceProcess.run("serve", config)) {
      // Its log is a file: what it says there is where it serves.
      io.sluice.testkit.Eventually.eventually(
          () -> read(folder.resolve("log")), log -> assertThat(log).contains("\"serving\""));
      process.servesAt(read(folder.resolve("log")));
      logIn(process, shown);
      shown.add(
          new String(Files.readAllBytes(Path.of("/proc/" + process.pid() + "/cmdline")), UTF_8));
      process.signal("TERM");
      assertThat(process.exitCode()).isZero();
      shown.add(process.output());
    }
    startWithBrokenFiles(shown);
    findsNone(shown);
  }

  private void logIn(SluiceProcess process, List<String> shown) throws Exception {
    var upload = "/v2/team/app/blobs/uploads/";
    assertThat(ask(process, "POST", upload, "ann", PASSWORD, "").statusCode()).isEqualTo(202);
    assertThat(ask(process, "POST", upload, "ann", WRONG, "").statusCode()).isEqualTo(401);
    assertThat(ask(process, "GET", "/v2/", "bob", WRONG, "").statusCode()).isEqualTo(401);
    var made =
        ask(
            process,
            "POST",
            "/zot/auth/apikey",
            "ann",
            PASSWORD,
            "{\"label\":\"ci\",\"scopes\":[]}");
    assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
    var key = new io.vertx.core.json.JsonObject(made.body()).getString("apiKey");
    secrets.put("the API key", key);
    secrets.put("the API key in a header", base64("ann", key));
    assertThat(ask(process, "POST", upload, "ann", key, "").statusCode()).isEqualTo(202);
    var wrong = key.substring(0, key.length() - 4) + "0000";
    secrets.put("a wrong API key", wrong);
    assertThat(ask(process, "POST", upload, "ann", wrong, "").statusCode()).isEqualTo(401);

    // Where people put what they shouldn't.
    for (var path :
        List.of(
            "/v2/team/app/tags/list?password=" + PASSWORD,
            "/v2/_catalog?last=a&access_token=" + key,
            "/v2/?account=ann&token=" + base64("ann", PASSWORD),
            "/zot/auth/apikey?id=" + key,
            "/nowhere?apiKey=" + key)) {
      shown.add(raw(process, "GET " + path).replaceAll("(?s)\r\n\r\n.*", ""));
      shown.add(raw(process, "DELETE " + path).replaceAll("(?s)\r\n\r\n.*", ""));
    }
    raw(process, "GET https://ann:" + PASSWORD + "@127.0.0.1/v2/");
    raw(process, "GET https://ann:" + PASSWORD + "@127.0.0.1/v2/team/app/tags/list");
    raw(process, "GET /v2/", "Authorization: Bearer " + key + "\r\n");
    raw(process, "GET /v2/", "Authorization: Basic " + base64("ann", PASSWORD) + "!\r\n");
    raw(process, "GET /v2/ x", "Authorization: Basic " + base64("ann", PASSWORD) + "\r\n");
    raw(process, "GET /v2/", "Authorization: " + PASSWORD + "\r\n", "bad header\r\n");
  }

  /** What is wrong is said without what is secret in it. */
  private void startWithBrokenFiles(List<String> shown) throws Exception {
    var htpasswd = folder.resolve("htpasswd");
    Files.writeString(htpasswd, "ann:{SHA}" + PASSWORD + "\n" + PASSWORD + "\nbob:" + WRONG + "\n");
    secrets.put("a secret of the configuration", UPSTREAM);
    var broken =
        Files.writeString(
            folder.resolve("broken.json"),
            CONFIG.formatted(
                folder,
                """
                , "extensions": {"sync": {"registries": [{"urls": ["https://u:%1$s@host"],
                  "onDemand": "perhaps"}]}, "events": {"sinks": [{"type": "http", "address": "https://x",
                  "credentials": {"username": "u", "password": "%1$s", "token": ["%1$s"]}}]}}
                """
                    .formatted(UPSTREAM)));
    var s3 =
        Files.writeString(
            folder.resolve("s3.json"),
            """
            {"storage": {"rootDirectory": "/x", "storageDriver": {"name": "s3", "bucket": 1.5,
              "accesskey": "a", "secretkey": "%1$s", "sessiontoken": ["%1$s"]}},
             "http": {"auth": {"failDelay": "x"}}}
            """
                .formatted(UPSTREAM));
    var cut =
        Files.writeString(
            folder.resolve("cut.json"),
            "{\"storage\": {\"storageDriver\": {\"secretkey\": \"" + UPSTREAM);
    for (var file : List.of(broken, s3, cut)) {
      try (var process = SluiceProcess.run("serve", file.toString())) {
        assertThat(process.exitCode()).isEqualTo(1);
        shown.add(process.output());
      }
    }
    Files.delete(broken);
    Files.delete(s3);
    Files.delete(cut);
    Files.writeString(folder.resolve("key.pem"), "-----BEGIN PRIVATE KEY-----\n" + PASSWORD);
    try (var process = SluiceProcess.run("serve", folder.resolve("config.json").toString())) {
      assertThat(process.exitCode()).isEqualTo(1);
      shown.add(process.output());
    }
    Files.delete(htpasswd);
    Files.delete(folder.resolve("key.pem"));
  }

  private void findsNone(List<String> shown) throws Exception {
    try (var files = Files.walk(folder)) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        shown.add(file + "\n" + new String(Files.readAllBytes(file), ISO_8859_1));
      }
    }
    assertThat(shown).anyMatch(text -> text.startsWith(folder.resolve("audit") + "\n{"));
    for (var secret : secrets.entrySet()) {
      for (var text : shown) {
        assertThat(text.lines().filter(line -> line.contains(secret.getValue())))
            .as("%s", secret.getKey())
            .isEmpty();
      }
    }
  }

  private static String read(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
