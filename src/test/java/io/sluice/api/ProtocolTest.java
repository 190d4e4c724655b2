package io.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.Document;
import io.sluice.testkit.Payload;
import io.sluice.testkit.Registry;
import io.sluice.testkit.RegistryTest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** end-1, and what holds for every endpoint. */
class ProtocolTest {

  @RegistryTest
  void theRootSaysThatThisIsARegistry(Registry registry) {
    for (var path : List.of("/v2", "/v2/", "/v2/?x=y")) {
      var answer = registry.get(path).answers(200);
      assertThat(answer.header("Docker-Distribution-Api-Version")).isEqualTo("registry/2.0");
      assertThat(answer.header("Content-Type")).isEqualTo("application/json");
      assertThat(answer.text()).isEqualTo("{}");
      assertThat(registry.head(path).answers(200).body()).isEmpty();
    }
  }

  @RegistryTest
  void errorsHaveTheApiVersionAndARequestIdToo(Registry registry) {
    for (var path : List.of("/v2/nothing", "/v2/a/manifests/b", "/v2/A/tags/list")) {
      var answer = registry.get(path).send();
      assertThat(answer.status()).isIn(400, 404);
      assertThat(answer.header("Docker-Distribution-Api-Version")).isEqualTo("registry/2.0");
      assertThat(answer.header("X-Request-Id")).isNotEmpty();
    }
  }

  @RegistryTest
  void aRequestKeepsTheIdThatItCameWith(Registry registry) {
    assertThat(
            registry
                .get("/v2/")
                .header("X-Request-Id", "a-b.c:1")
                .answers(200)
                .header("X-Request-Id"))
        .isEqualTo("a-b.c:1");
    assertThat(
            registry
                .get("/v2/")
                .header("X-Request-Id", "<script>")
                .answers(200)
                .header("X-Request-Id"))
        .matches("[0-9A-Z]{26}");
  }

  @RegistryTest
  void extensionsAreDiscovered(Registry registry) {
    assertThat(registry.get("/v2/_oci/ext/discover").answers(200).json().getJsonArray("extensions"))
        .isEmpty();
  }

  @RegistryTest
  void healthIsTold(Registry registry) {
    for (var path : List.of("/livez", "/readyz", "/startupz")) {
      assertThat(registry.get(path).answers(200).text()).isEqualTo("ok\n");
      assertThat(registry.head(path).answers(200).body()).isEmpty();
      var answer = registry.post(path).answers(405);
      assertThat(answer.header("Allow")).isEqualTo("GET, HEAD");
      assertThat(answer.errorCode()).isEqualTo("UNSUPPORTED");
    }
  }

  @RegistryTest
  void whatIsNotThereIsRefusedInTheSpecificationsForm(Registry registry) {
    for (var path :
        List.of(
            "/",
            "/nothing",
            "/v1/",
            "/v2x",
            "/v2/nothing",
            "/v2/team/app",
            "/v2/team/app/",
            "/v2/_catalog/",
            "/v2/team/app/tags",
            "/v2/team/app/tags/list/",
            "/v2/team/app/tags/list/x",
            "/v2/team/app/manifests/latest/",
            "/v2/team/app/blobs/",
            "/v2/team/app/uploads/")) {
      var answer = registry.get(path).send();
      assertThat(answer.status()).as(path).isIn(400, 404);
      assertThat(answer.errorCode()).as(path).isNotEmpty();
      assertThat(answer.errorMessage()).as(path).isNotEmpty();
      assertThat(registry.head(path).send().body()).as(path).isEmpty();
    }
  }

  @RegistryTest
  void aMethodThatIsNotKnownThereIsRefusedWithThoseThatAre(Registry registry) {
    var digest = Payload.of("x").digest();
    Map.of(
            "/v2/",
            "GET, HEAD",
            "/v2/_catalog",
            "GET, HEAD",
            "/v2/team/app/tags/list",
            "GET, HEAD",
            "/v2/team/app/referrers/" + digest,
            "GET, HEAD",
            "/v2/team/app/manifests/latest",
            "GET, HEAD, PUT, DELETE",
            "/v2/team/app/blobs/" + digest,
            "GET, HEAD, DELETE",
            "/v2/team/app/blobs/uploads/",
            "POST",
            "/v2/team/app/blobs/uploads/0123456789abcdef0123456789abcdef",
            "GET, HEAD, PATCH, PUT, DELETE")
        .forEach(
            (path, allowed) -> {
              var method = path.endsWith("uploads/") ? "GET" : "POST";
              var answer = registry.ask(method, path).answers(405);
              assertThat(answer.header("Allow")).isEqualTo(allowed);
              assertThat(answer.errorCode()).isEqualTo("UNSUPPORTED");
              assertThat(answer.errorDetail().getString("method")).isEqualTo(method);
              registry.ask("BREW", path).answers(405);
            });
  }

  @RegistryTest
  void scriptsOfAnyOriginMayReadWithoutCredentials(Registry registry) {
    var answer = registry.get("/v2/").header("Origin", "https://ui.test").answers(200);
    assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo("*");
    assertThat(answer.findHeader("Access-Control-Allow-Credentials")).isEmpty();
    assertThat(answer.header("Access-Control-Expose-Headers")).contains("Docker-Content-Digest");

    var preflight =
        registry
            .ask("OPTIONS", "/v2/team/app/manifests/latest")
            .header("Origin", "https://ui.test")
            .header("Access-Control-Request-Method", "DELETE")
            .answers(204);
    assertThat(preflight.header("Access-Control-Allow-Methods"))
        .isEqualTo("GET, HEAD, PUT, DELETE, OPTIONS");
    assertThat(preflight.header("Access-Control-Allow-Headers")).contains("Authorization");
    assertThat(preflight.header("Access-Control-Allow-Origin")).isEqualTo("*");
  }

  @RegistryTest(config = "{http: {allowOrigin: 'https://ui.test'}}")
  void scriptsOfTheConfiguredOriginMayReadWithCredentials(Registry registry) {
    var answer = registry.get("/v2/").header("Origin", "https://ui.test").answers(200);
    assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo("https://ui.test");
    assertThat(answer.header("Access-Control-Allow-Credentials")).isEqualTo("true");
    assertThat(answer.header("Vary")).isEqualTo("Origin");
  }

  @RegistryTest(config = "{http: {allowOrigin: 'https://ui.test, https://other.test'}}")
  void severalOriginsMayBeConfigured(Registry registry) {
    var answer = registry.get("/v2/").header("Origin", "https://other.test").answers(200);
    assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo("https://other.test");
  }

  @RegistryTest
  void requestsThatAreSentAtOnceAreAnsweredInTheirOrder(Registry registry) {
    var app = registry.repository("team/app");
    var image = app.pushImage("latest");
    var payload = Payload.ofSize(100_000);
    var begun = app.startUpload();
    try (var connection = registry.connect()) {
      connection
          .request("GET " + app.path("manifests/latest"))
          .request("GET " + app.path("manifests/missing"))
          .request("PATCH " + begun.location(), "Content-Length: 100000")
          .send(payload.bytes())
          .request("PUT " + begun.location() + "?digest=" + payload.digest(), "Content-Length: 0")
          .request("GET " + app.path("blobs/" + payload.digest()))
          .request("GET /livez");
      connection.read().expect(200).expectBody(image.payload());
      connection.read().expect(404);
      connection.read().expect(202);
      connection.read().expect(201);
      connection.read().expect(200).expectBody(payload);
      connection.read().expect(200);
    }
  }

  @RegistryTest
  void aConnectionGoesOnAfterEveryAnswer(Registry registry) {
    var app = registry.repository("team/app");
    var payload = Payload.ofSize(50_000);
    app.push(payload);
    try (var connection = registry.connect()) {
      for (int i = 0; i < 20; i++) {
        connection.request("HEAD " + app.path("blobs/" + payload.digest())).readHead().expect(200);
        connection.request("GET " + app.path("blobs/" + payload.digest())).read().expect(200);
        connection.request("GET /v2/nothing").read().expect(404);
        // A body that nobody wants.
        connection
            .request("POST /v2/nothing", "Content-Length: 1000")
            .send(new byte[1000])
            .read()
            .expect(404);
      }
    }
  }

  @RegistryTest
  void anOldClientIsAnsweredAndTheConnectionClosed(Registry registry) {
    try (var connection = registry.connect()) {
      connection.send("GET /v2/ HTTP/1.0\r\n\r\n").read().expect(200);
      assertThat(connection.readUntilClosed()).isZero();
    }
    try (var connection = registry.connect()) {
      connection.request("GET /v2/", "Connection: close").read().expect(200);
      assertThat(connection.readUntilClosed()).isZero();
    }
  }

  @RegistryTest
  void aPathMayComeWithSchemeAndHostOrInOtherSpellings(Registry registry) {
    var app = registry.repository("team/app");
    app.pushImage("latest");
    try (var connection = registry.connect()) {
      connection.request("GET http://elsewhere.test/v2/team/app/tags/list").read().expect(200);
      connection.request("GET /v2/team/app/manifests/%6Catest").read().expect(200);
      var digest = Payload.of("x").digest().toString().replace(":", "%3A");
      assertThat(connection.request("GET " + app.path("blobs/" + digest)).read().errorCode())
          .isEqualTo("BLOB_UNKNOWN");
    }
  }

  @RegistryTest
  void manifestsAndTagsOfOddNamesAreNotConfused(Registry registry) {
    for (var name :
        List.of("blobs", "a/blobs", "a/blobs/uploads", "manifests", "a/tags/list", "v2")) {
      var odd = registry.repository(name);
      var image = odd.pushImage("list");
      odd.getManifest("list").answers(200).expectBody(image.payload());
      assertThat(odd.tags("").answers(200).list("tags")).containsExactly("list");
    }
  }

  @RegistryTest
  void namesThatAreNoneAreRefusedWithTheReason(Registry registry) {
    var long256 = "a".repeat(256);
    for (var name :
        List.of(
            "A", "a--/b", "a/", "/a", "a//b", "-a", "a_", "a___b", "a..b", "_a", "a/_b", long256)) {
      var answer = registry.get("/v2/" + name + "/manifests/latest").send();
      assertThat(answer.status()).as(name).isEqualTo(400);
      assertThat(answer.errorCode()).as(name).isEqualTo("NAME_INVALID");
      assertThat(answer.errorDetail().getString("name")).isEqualTo(name);
    }
    registry.repository("a".repeat(127) + "/" + "b".repeat(127)).pushImage("latest");
    var app = registry.repository("team/app");
    for (var tag : List.of("-a", ".a", "a".repeat(129), "a%20b", "a%0Ab")) {
      assertThat(app.getManifest(tag).answers(400).errorCode()).isEqualTo("TAG_INVALID");
    }
    app.pushImage("a".repeat(128));
  }

  @RegistryTest
  void textOfClientsComesBackAsJson(Registry registry) {
    try (var connection = registry.connect()) {
      var answer =
          connection.request("GET /v2/a%22%5C%00%0A%3Cb%3E/manifests/x").read().expect(400);
      assertThat(answer.errorDetail().getString("name")).isEqualTo("a\"\\\0\n<b>");
      assertThat(new String(answer.body(), StandardCharsets.UTF_8)).doesNotContain("\n", "\0");
    }
  }

  @RegistryTest
  void whatClientsAcceptChangesNothing(Registry registry) {
    var app = registry.repository("team/app");
    var image = app.pushImage("latest");
    for (var accept : List.of("*/*", "application/json", Document.index().mediaType())) {
      var answer = app.getManifest("latest").header("Accept", accept).answers(200);
      assertThat(answer.header("Content-Type")).isEqualTo(image.mediaType());
    }
  }
}
