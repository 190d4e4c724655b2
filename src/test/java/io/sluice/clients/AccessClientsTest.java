package io.sluice.clients;

import static org.assertj.core.api.Assertions.assertThat;

import at.favre.lib.crypto.bcrypt.BCrypt;
import io.sluice.process.SluiceProcess;
import io.sluice.testkit.Certificates;
import io.sluice.testkit.Identity;
import io.sluice.testkit.Pem;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients log in, push and pull where anybody may read and one may write; with and without TLS. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class AccessClientsTest {
  private static final String ADMIN = "admin:Sesame-1";
  private static final Certificates AUTHORITY = Certificates.shared();

  @TempDir private Path folder;

  private Path certificates() {
    return folder.resolve("certs.d");
  }

  private SluiceProcess start(boolean tls) throws Exception {
    var hash = BCrypt.with(BCrypt.Version.VERSION_2Y).hashToString(5, "Sesame-1".toCharArray());
    Files.writeString(folder.resolve("htpasswd"), "admin:" + hash + "\n");
    var server = AUTHORITY.server(Certificates.Keys.EC);
    Files.writeString(folder.resolve("cert.pem"), Pem.of(server.certificate()));
    Files.writeString(folder.resolve("key.pem"), Pem.of(server.key()));
    Files.createDirectories(certificates());
    Files.writeString(certificates().resolve("ca.crt"), AUTHORITY.pem());
    var config =
        Files.writeString(
            folder.resolve("config.yaml"),
            """
            storage: {rootDirectory: %1$s/data, gc: false}
            http:
              address: 127.0.0.1
              port: "0"
            %2$s
              accessControl: {repositories: {"**": {anonymousPolicy: [read], defaultPolicy: [read],
                policies: [{users: [admin], actions: [read, create, update, delete]}]}}}
            """
                .formatted(
                    folder,
                    tls
                        ? """
                            tls: {cert: %1$s/cert.pem, key: %1$s/key.pem, cacert: %1$s/certs.d/ca.crt}
                            auth: {htpasswd: {path: %1$s/htpasswd}, mtls: {identityAttributes: [CN]}}
                          """
                            .formatted(folder)
                        : "  auth: {htpasswd: {path: %s/htpasswd}}".formatted(folder)));
    var process = SluiceProcess.run("serve", config.toString());
    process.uri();
    return process;
  }

  private Tool skopeo(String login) {
    return Tool.require("skopeo")
        .with("REGISTRY_AUTH_FILE", folder.resolve(login + ".json").toString());
  }

  /** Tells containerd to speak TLS: to this machine it wouldn't by itself. */
  private Path hosts(String host) throws Exception {
    var hosts = folder.resolve("hosts");
    Files.writeString(
        Files.createDirectories(hosts.resolve(host)).resolve("hosts.toml"),
        """
        server = "https://%1$s"
        [host."https://%1$s"]
          capabilities = ["pull", "resolve", "push"]
          ca = "%2$s"
        """
            .formatted(host, certificates().resolve("ca.crt")));
    return hosts;
  }

  private String image(String name) throws Exception {
    var source = new OciLayout(folder.resolve(name), name.hashCode());
    source.image("1", 1000, 300_000);
    return source.reference("1");
  }

  private static void stop(SluiceProcess process) throws Exception {
    process.signal("TERM");
    assertThat(process.exitCode()).as(process.output()).isZero();
    assertThat(process.output()).doesNotContain("\"level\":\"error\"", "\"level\":\"warn\"");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void skopeoLogsInAndPushesAndAnybodyPulls(boolean tls) throws Exception {
    try (var registry = start(tls)) {
      var at = tls ? "--cert-dir=" + certificates() : "--tls-verify=false";
      var to = tls ? "--dest-cert-dir=" + certificates() : "--dest-tls-verify=false";
      var from = tls ? "--src-cert-dir=" + certificates() : "--src-tls-verify=false";
      var target = "docker://" + registry.host() + "/team/app:1";
      var source = image("source");
      var wrong = skopeo("wrong").attempt("login", at, "-u", "admin", "-p", "x", registry.host());
      assertThat(wrong.code()).as(wrong.output()).isNotZero();
      assertThat(wrong.output()).contains("invalid username/password");
      assertThat(skopeo("nobody").attempt("copy", to, source, target).code()).isNotZero();
      skopeo("nobody").run("copy", to, "--dest-creds", ADMIN, source, target);

      skopeo("admin").run("login", at, "-u", "admin", "-p", "Sesame-1", registry.host());
      skopeo("admin").run("copy", to, source, "docker://" + registry.host() + "/team/app:2");
      skopeo("nobody").run("copy", from, target, "oci:" + folder.resolve("pulled") + ":1");
      assertThat(skopeo("nobody").run("inspect", at, target)).contains("\"1\"", "\"2\"");
      stop(registry);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void buildahLogsInAndPushes(boolean tls) throws Exception {
    Files.writeString(folder.resolve("buildah.json"), "{}");
    var buildah =
        Tool.require("buildah", "--root", folder + "/buildah", "--runroot", folder + "/run")
            .with("STORAGE_DRIVER", "vfs")
            .with("BUILDAH_ISOLATION", "chroot")
            .with("REGISTRY_AUTH_FILE", folder.resolve("buildah.json").toString());
    try (var registry = start(tls)) {
      var at = tls ? "--cert-dir=" + certificates() : "--tls-verify=false";
      var target = "docker://" + registry.host() + "/team/built:";
      var container = buildah.run("from", "scratch").strip();
      buildah.run("commit", container, "built");
      assertThat(buildah.attempt("push", at, "built", target + "0").code()).isNotZero();
      buildah.run("push", at, "--creds", ADMIN, "built", target + "1");
      var wrong = buildah.attempt("login", at, "-u", "admin", "-p", "x", registry.host());
      assertThat(wrong.code()).isNotZero();
      buildah.run("login", at, "-u", "admin", "-p", "Sesame-1", registry.host());
      buildah.run("push", at, "built", target + "2");
      stop(registry);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void containerdPullsAnonymouslyAndPushesAsAUser(boolean tls) throws Exception {
    Tool.require("ctr");
    try (var registry = start(tls);
        var containerd = Containerd.start(folder.resolve("containerd"))) {
      var to = tls ? "--dest-cert-dir=" + certificates() : "--dest-tls-verify=false";
      var at = tls ? "--hosts-dir=" + hosts(registry.host()) : "--plain-http";
      var name = registry.host() + "/team/app:1";
      skopeo("nobody").run("copy", to, "--dest-creds", ADMIN, image("source"), "docker://" + name);
      containerd.ctr("content", "fetch", at, name);
      var copy = registry.host() + "/team/pushed:1";
      containerd.ctr("images", "tag", name, copy);
      containerd.ctr("images", "push", at, "--user", ADMIN, copy);
      stop(registry);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = true)
  void skopeoPushesAsTheUserOfItsCertificate(boolean tls) throws Exception {
    var admin = AUTHORITY.client("CN=admin");
    try (var registry = start(tls)) {
      Files.writeString(certificates().resolve("client.cert"), Pem.of(admin.certificate()));
      Files.writeString(certificates().resolve("client.key"), Pem.of(admin.key()));
      var target = "docker://" + registry.host() + "/team/app:1";
      skopeo("nobody").run("copy", "--dest-cert-dir=" + certificates(), image("source"), target);
      stop(registry);
    }
  }

  /** As its engine does: credentials are sent only where a 401 of the root asked for them. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void dockerLogsInAndPushes(boolean tls) throws Exception {
    try (var registry = start(tls);
        var http =
            HttpClient.newBuilder()
                .sslContext(Identity.anonymous(AUTHORITY.certificate()))
                .build()) {
      var root = registry.uri().resolve("/v2/");
      var ping = docker(http, "GET", root, "");
      assertThat(ping.statusCode()).isEqualTo(401);
      assertThat(ping.headers().firstValue("WWW-Authenticate").orElseThrow())
          .startsWith("Basic realm=");
      assertThat(docker(http, "GET", root, "admin:x").statusCode()).isEqualTo(401);
      assertThat(docker(http, "GET", root, ADMIN).statusCode()).isEqualTo(200);
      var upload = root.resolve("team/app/blobs/uploads/");
      assertThat(docker(http, "POST", upload, "admin:x").statusCode()).isEqualTo(401);
      assertThat(docker(http, "POST", upload, ADMIN).statusCode()).isEqualTo(202);
      stop(registry);
    }
  }

  private static HttpResponse<String> docker(
      HttpClient http, String method, URI uri, String credentials) throws Exception {
    var request =
        HttpRequest.newBuilder(uri)
            .method(method, HttpRequest.BodyPublishers.noBody())
            .header("User-Agent", "docker/28.0.1 go/go1.23.6 os/linux arch/amd64");
    if (!credentials.isEmpty()) {
      var encoded =
          Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
      request.header("Authorization", "Basic " + encoded);
    }
    return http.send(request.build(), BodyHandlers.ofString());
  }
}
