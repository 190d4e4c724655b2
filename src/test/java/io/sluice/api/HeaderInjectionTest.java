package io.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.Answer;
import io.sluice.testkit.Payload;
import io.sluice.testkit.Registry;
import io.sluice.testkit.RegistryTest;
import io.sluice.testkit.StoreKind;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** What clients send must not become a header, or a place that others are sent to. */
class HeaderInjectionTest {
  private static final String ABSOLUTE = "{sluice: {http: {absoluteUrls: true}}}";
  private static final String TRUSTING =
      "{sluice: {http: {absoluteUrls: true, trustedProxies: [127.0.0.0/8]}}}";

  private static final String PATH = "/v2/team/app/blobs/uploads/[0-9a-f]{32}";
  private static final String URL = "(https?://[A-Za-z0-9.:\\[\\]-]+)?" + PATH;

  private static final List<String> WEIRD =
      List.of(
          "",
          "a b",
          "a\tb",
          "a,b",
          "a@b",
          "user:x@evil.test",
          "evil.test/x",
          "evil.test\\x",
          "evil.test?x",
          "evil.test#",
          "//evil.test",
          "http://evil.test",
          "javascript:alert(1)",
          "<script>",
          "a\"b",
          "a'b",
          "a;b",
          "%0d%0aX-Evil:1",
          "\u00e4.test",
          "\u0001",
          "a\u0000b",
          "a:",
          ":80",
          "a:-1",
          "a:123456",
          "[::1",
          "::1",
          "[evil.test]",
          "registry.test, evil.test");

  /** A line break, and characters of which a careless writer makes one. */
  private static final List<String> BREAKS =
      List.of("%0d%0a", "%0a", "%0d", "%250d%250a", "%c4%8d%c4%8a", "%e5%98%8d%e5%98%8a", "%c0%8a");

  private static Answer begin(Registry registry, String host, String... headers) {
    var text = "POST /v2/team/app/blobs/uploads/ HTTP/1.1\r\nHost: " + host + "\r\n";
    for (var header : headers) {
      text += header + "\r\n";
    }
    try (var connection = registry.connect()) {
      return connection.send(text + "Content-Length: 0\r\n\r\n").read();
    }
  }

  private static void leadsNowhereElse(Answer answer) {
    assertThat(answer.status()).as("%s", answer).isIn(202, 400);
    assertThat(answer.findHeader("X-Evil")).as("%s", answer).isEmpty();
    for (var location : answer.all("Location")) {
      assertThat(location).as("%s", answer).matches(URL);
      assertThat(URI.create(location).getPath()).matches(PATH);
    }
  }

  @RegistryTest(config = ABSOLUTE, on = StoreKind.MEMORY)
  void hostHeaderALocationIsAUrlOrAPath(Registry registry) {
    WEIRD.forEach(host -> leadsNowhereElse(begin(registry, host)));
    leadsNowhereElse(begin(registry, "registry.test", "Host: evil.test"));
    assertThat(begin(registry, "[::1]:5000").header("Location"))
        .matches("http://\\[::1]:5000" + PATH);
  }

  @RegistryTest(config = ABSOLUTE, on = StoreKind.MEMORY)
  void forwardedHostOfAStrangerIsNotBelieved(Registry registry) {
    var values = new ArrayList<>(WEIRD);
    values.add("evil.test");
    for (var value : values) {
      var answer =
          begin(
              registry,
              "registry.test",
              "X-Forwarded-Host: " + value,
              "X-Forwarded-Proto: https",
              "X-Forwarded-For: 127.0.0.1",
              "Forwarded: host=evil.test;proto=https");
      leadsNowhereElse(answer);
      answer
          .findHeader("Location")
          .ifPresent(location -> assertThat(location).matches("http://registry.test" + PATH));
    }
  }

  @RegistryTest(config = TRUSTING, on = StoreKind.MEMORY)
  void forwardedHostOfATrustedProxyIsStillOnlyAHost(Registry registry) {
    for (var value : WEIRD) {
      for (var header : List.of("X-Forwarded-Host: ", "X-Forwarded-Proto: ")) {
        var answer = begin(registry, "registry.test", header + value);
        leadsNowhereElse(answer);
        answer
            .findHeader("Location")
            .ifPresent(location -> assertThat(location).matches("http://registry.test" + PATH));
      }
    }
    assertThat(
            begin(registry, "x", "X-Forwarded-Host: good.test", "X-Forwarded-Proto: https")
                .header("Location"))
        .matches("https://good.test" + PATH);
  }

  @RegistryTest(on = StoreKind.MEMORY)
  void crlfAnEncodedLineBreakSplitsNoHeader(Registry registry) {
    var app = registry.repository("team/app");
    var image = app.pushImage("1");
    app.putManifest("2", image).answers(201);
    registry.repository("team/other").pushImage("1");
    var digest = Payload.of("x").digest();
    for (var lineBreak : BREAKS) {
      var evil = lineBreak + "X-Evil:%20yes" + lineBreak;
      for (var line :
          List.of(
              "GET /v2/_catalog?n=1&last=a" + evil,
              "GET /v2/_catalog?n=1" + evil,
              "GET /v2/team/app/tags/list?n=1&last=0" + evil,
              "GET /v2/team/app" + evil + "/tags/list",
              "GET /v2/team/app/manifests/1" + evil,
              "GET /v2/team/app/manifests/" + image.digest() + evil,
              "GET /v2/team/app/blobs/" + digest + evil,
              "GET /v2/team/app/referrers/" + image.digest() + "?artifactType=a" + evil,
              "GET /v2/" + evil,
              "GET /" + evil,
              "PUT /v2/team/app/manifests/3" + evil,
              "PUT /v2/team/app/manifests/" + image.digest() + "?tag=3" + evil,
              "POST /v2/team/app" + evil + "/blobs/uploads/",
              "POST /v2/team/app/blobs/uploads/?digest=" + digest + evil,
              "POST /v2/team/app/blobs/uploads/?mount=" + digest + evil + "&from=team/other",
              "POST /v2/team/app/blobs/uploads/?mount=" + digest + "&from=team/other" + evil,
              "PATCH /v2/team/app/blobs/uploads/0" + evil,
              "DELETE /v2/team/app/manifests/3" + evil)) {
        try (var connection = registry.connect()) {
          var answer = connection.request(line, "Content-Length: 0").read();
          assertThat(answer.status()).as("%s", answer).isLessThan(500);
          assertThat(answer.findHeader("X-Evil")).as("%s", answer).isEmpty();
          for (var name : List.of("Location", "Link", "OCI-Tag", "Docker-Content-Digest")) {
            assertThat(answer.all(name)).as("%s", answer).allMatch(it -> it.matches("[ -~]*"));
          }
        }
      }
    }
  }

  @RegistryTest(
      users = "ann",
      config = "{http: {realm: \"a\\r\\nX-Evil: yes\\r\\n\\r\\n \\\"q\\\" \\\\ \\u00e9\\u010a\"}}",
      on = StoreKind.MEMORY)
  void aRealmIsOneQuotedText(Registry registry) {
    var answer = registry.get("/v2/").answers(401);
    assertThat(answer.header("WWW-Authenticate"))
        .isEqualTo("Basic realm=\"aX-Evil: yes \\\"q\\\" \\\\ \", charset=\"UTF-8\"");
    assertThat(answer.findHeader("X-Evil")).isEmpty();
  }

  @RegistryTest(on = StoreKind.MEMORY)
  void requestIdOnlyAPlainOneIsTakenOver(Registry registry) {
    for (var id :
        List.of(
            "",
            "a b",
            "<script>",
            "a\"b",
            "a\r\n X-Evil: yes",
            "a\tb",
            "%0d%0aX-Evil:yes",
            "\u00e4",
            "\u001b[31m",
            "x".repeat(2000))) {
      try (var connection = registry.connect()) {
        var answer = connection.request("GET /v2/", "X-Request-Id: " + id).read();
        assertThat(answer.status()).as("%s", answer).isIn(200, 400);
        assertThat(answer.findHeader("X-Evil")).as("%s", answer).isEmpty();
        assertThat(answer.all("X-Request-Id"))
            .as("%s", answer)
            .allMatch(it -> it.matches("[0-9A-Za-z]{26}"));
      }
    }
    assertThat(registry.get("/v2/").header("X-Request-Id", "abc-1").send().header("X-Request-Id"))
        .isEqualTo("abc-1");
  }
}
