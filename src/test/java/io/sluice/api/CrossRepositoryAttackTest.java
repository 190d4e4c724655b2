package io.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.oci.Digest;
import io.sluice.testkit.Answer;
import io.sluice.testkit.Document;
import io.sluice.testkit.Payload;
import io.sluice.testkit.Registry;
import io.sluice.testkit.RegistryTest;
import io.sluice.testkit.StoreKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Ways to what lies in a repository that one may not read. */
class CrossRepositoryAttackTest {
  static final String SECRET =
      """
      http: {accessControl: {repositories: {
        "public/**": {anonymousPolicy: [read], defaultPolicy: [read]},
        "secret/**": {policies: [{users: [ann], actions: [read, create, update, delete]}]},
        "mine/**": {policies: [{users: [eve], actions: [read, create, update, delete]}]}}}}
      """;

  private static final String TEXT = "nobody but ann may see this";
  private static final Payload LAYER = Payload.of(TEXT.repeat(100));
  private static final Payload CONFIG = Payload.of("{\"secret\":\"" + TEXT + "\"}");
  private static final Document IMAGE = Document.image(CONFIG, LAYER);

  private static void hide(Registry registry) {
    var secret = registry.as("ann").repository("secret/app");
    secret.push(LAYER);
    secret.push(CONFIG);
    secret.putManifest("classified", IMAGE).answers(201);
    secret.putManifest("listed", Document.index(IMAGE)).answers(201);
  }

  private static void tellsNothing(Answer answer) {
    assertThat(answer.status()).as("%s", answer).isLessThan(500);
    assertThat(answer.text())
        .as("%s", answer)
        .doesNotContain(TEXT)
        .doesNotContain("\"layers\"")
        .doesNotContain("classified");
    assertThat(answer.findHeader("Docker-Content-Digest")).as("%s", answer).isEmpty();
  }

  /** What a client sees, but for what differs with each request. */
  private static Map<String, Object> seen(Answer answer) {
    var seen = new TreeMap<String, Object>();
    seen.put("status", answer.status());
    for (var name :
        List.of("Content-Type", "Content-Length", "WWW-Authenticate", "Range", "Vary", "ETag")) {
      seen.put(name, answer.all(name));
    }
    seen.put("Digest", answer.all("Docker-Content-Digest"));
    return seen;
  }

  @RegistryTest(
      config = SECRET,
      users = {"ann", "eve"},
      on = StoreKind.MEMORY)
  void pathTraversalNoSpellingLeadsIntoAnotherRepository(Registry registry) {
    hide(registry);
    var things = List.of("manifests/" + IMAGE.digest(), "blobs/" + LAYER.digest(), "tags/list");
    var spellings = new ArrayList<String>();
    for (var thing : things) {
      for (var up :
          List.of(
              "..",
              "%2e%2e",
              ".%2E",
              "%252e%252e",
              "..%2f",
              "..%5c",
              "..\\",
              "..;",
              "%c0%ae%c0%ae",
              "%00..",
              ".",
              "",
              "/")) {
        spellings.add("/v2/public/" + up + "/secret/app/" + thing);
        spellings.add("/v2/public/a/tags/" + up + "/" + up + "/" + up + "/secret/app/" + thing);
        spellings.add("/" + up + "/v2/secret/app/" + thing);
      }
      for (var prefix :
          List.of(
              "/v2/public%2f..%2fsecret/app/",
              "/v2/secret%2fapp/",
              "/v2/secret%2Fapp/",
              "/v2/secret%252fapp/",
              "/v2/secret\\app/",
              "/v2/secret%5capp/",
              "/v2//secret/app/",
              "//v2/secret/app/",
              "/V2/secret/app/",
              "/v2;x/secret/app/",
              "/v2/;/secret/app/",
              "/v2/secret/app;x/",
              "/v2/SECRET/app/",
              "/v2/secret/App/",
              "/v2/secret/app%00/",
              "/v2/secret/app%20/",
              "/v2/secret/app./",
              "/v2/secret//app/",
              "/v2/secret/./app/",
              "/v2/%73ecret/app/",
              "/v2/%2573ecret/app/",
              "/%76%32/secret/app/",
              "/v2/secret/app/",
              "/v2/secret%c0%afapp/",
              "/v2/secret%e2%88%95app/",
              "/v2/public/?/../secret/app/",
              "/v2/public/%3f/../secret/app/",
              "/v2/public/#/../secret/app/",
              "/v2/public/x#/../../secret/app/",
              "http://registry.test/v2/secret/app/",
              "http://registry.test//v2/secret/app/",
              "http://ann:x@registry.test/v2/secret/app/",
              "http:/v2/secret/app/",
              "v2/secret/app/",
              "*/v2/secret/app/",
              "/livez/../v2/secret/app/",
              "/zot/auth/apikey/../../../v2/secret/app/")) {
        spellings.add(prefix + thing);
        spellings.add(prefix + thing + "/");
        spellings.add(prefix + thing + "?x=public/app");
      }
    }
    for (var authorization :
        List.of("X-None: x", "Authorization: " + Registry.basic("eve", "eve!"))) {
      for (var spelling : spellings) {
        try (var connection = registry.connect()) {
          tellsNothing(connection.request("GET " + spelling, authorization).read());
        }
      }
    }
  }

  @RegistryTest(
      config = SECRET,
      users = {"ann", "eve"})
  void mountOracleWhatMayNotBeReadLooksLikeWhatIsNowhere(Registry registry) {
    hide(registry);
    var eve = registry.as("eve");
    for (var from : List.of("&from=secret/app", "", "&from=", "&from=secret/never")) {
      var path = "/v2/mine/app/blobs/uploads/?mount=";
      var there = eve.post(path + LAYER.digest() + from).answers(202);
      var nowhere = eve.post(path + Payload.of("nowhere").digest() + from).answers(202);
      assertThat(seen(there)).isEqualTo(seen(nowhere));
      assertThat(there.header("Location").length()).isEqualTo(nowhere.header("Location").length());
    }
    eve.repository("mine/app").getBlob(LAYER.digest()).answers(404);
    // It isn't that mounts don't work.
    registry
        .as("ann")
        .repository("secret/other")
        .mount(LAYER.digest(), registry.repository("secret/app"))
        .answers(201);
  }

  @RegistryTest(
      config = SECRET,
      users = {"ann", "eve"})
  void digestGuessingABlobIsOnlyWhereItWasPushed(Registry registry) {
    hide(registry);
    var mine = registry.as("eve").repository("mine/app");
    mine.pushImage("1");
    for (var repository : List.of(mine, registry.repository("public/app"))) {
      for (var digest : List.of(LAYER.digest(), CONFIG.digest(), IMAGE.digest())) {
        for (var ask :
            List.of(
                repository.getBlob(digest),
                repository.headBlob(digest),
                repository.getBlob(digest).header("Range", "bytes=0-10"),
                repository.getBlob(digest).header("If-None-Match", "*"),
                repository.getManifest(digest),
                repository.headManifest(digest),
                repository.getManifest(digest).header("If-None-Match", "*"))) {
          tellsNothing(ask.answers(404));
        }
      }
      repository.referrers(IMAGE.digest(), "").answers(200);
    }
  }

  @RegistryTest(
      config = SECRET,
      users = {"ann", "eve"})
  void manifestReferenceAManifestDoesNotBringInWhatItNames(Registry registry) {
    hide(registry);
    var mine = registry.as("eve").repository("mine/app");
    mine.putManifest("x", IMAGE).answers(404);
    var own = Payload.ofSize(10);
    mine.push(own);
    mine.putManifest("x", Document.image(own, LAYER)).answers(404);
    mine.putManifest("x", Document.index(IMAGE)).answers(404);
    mine.putManifest("x", Document.index(Document.index(IMAGE))).answers(404);
    mine.getManifest("x").answers(404);
    mine.getBlob(LAYER.digest()).answers(404);
    // A subject may be missing; what is pushed for it stays where it is pushed.
    mine.putManifest("sub", Document.image(own).withSubject(IMAGE)).answers(201);
    var referrers =
        registry
            .as("ann")
            .repository("secret/app")
            .referrers(IMAGE.digest(), "")
            .answers(200)
            .json();
    assertThat(referrers.getJsonArray("manifests")).isEmpty();
  }

  @RegistryTest(
      config = SECRET,
      users = {"ann", "eve"},
      on = StoreKind.MEMORY)
  void catalogLeakNoQueryShowsAHiddenRepository(Registry registry) {
    hide(registry);
    registry.as("eve").repository("mine/app").pushImage("1");
    for (var client : List.of(registry, registry.as("eve"))) {
      for (var query :
          List.of(
              "",
              "?n=1",
              "?n=1000",
              "?last=secret/ap",
              "?last=secret",
              "?last=s&n=1",
              "?last=",
              "?n=1&last=mine/app",
              "?last=secret/app",
              "?n=0")) {
        var answer = client.get("/v2/_catalog" + query).answers(200);
        assertThat(answer.text()).as("%s", answer).doesNotContain("secret");
        assertThat(answer.all("Link").toString()).as("%s", answer).doesNotContain("secret");
      }
    }
  }

  @RegistryTest(
      config = SECRET,
      users = {"ann", "eve"},
      on = StoreKind.MEMORY)
  void existenceOracleARefusalIsTheSameForWhatIsThereAndWhatIsNot(Registry registry) {
    hide(registry);
    var nothing = Payload.of("nothing").digest();
    for (var client : List.of(registry, registry.as("eve"))) {
      for (var method : List.of("GET", "HEAD", "DELETE", "PUT", "POST", "PATCH", "OPTIONS")) {
        for (var rest :
            List.of(
                "manifests/classified",
                "manifests/" + IMAGE.digest(),
                "blobs/" + LAYER.digest(),
                "tags/list",
                "blobs/uploads/",
                "referrers/" + IMAGE.digest())) {
          var there = client.ask(method, "/v2/secret/app/" + rest).send();
          var path =
              "/v2/secret/xyz/"
                  + rest.replace(IMAGE.digest().toString(), nothing.toString())
                      .replace(LAYER.digest().toString(), nothing.toString());
          var not = client.ask(method, path).send();
          assertThat(seen(there)).as("%s %s", there, not).isEqualTo(seen(not));
          assertThat(there.text().replace("secret/app", "secret/xyz")).isEqualTo(not.text());
        }
      }
    }
  }

  @RegistryTest(
      config = SECRET,
      users = {"ann", "eve"},
      on = StoreKind.MEMORY)
  void methodTricksNoMethodDoesWhatAnotherMayNot(Registry registry) {
    hide(registry);
    registry.as("ann").repository("secret/app");
    for (var method :
        List.of(
            "GET",
            "HEAD",
            "POST",
            "PATCH",
            "DELETE",
            "PUT",
            "OPTIONS",
            "TRACE",
            "CONNECT",
            "PROPFIND",
            "MOVE",
            "COPY",
            "SEARCH",
            "get",
            "Get",
            "DELETE\t",
            "X-Y")) {
      for (var path : List.of("manifests/classified", "blobs/" + LAYER.digest())) {
        for (var target : List.of("", "?_method=DELETE", "?_method=GET&method=DELETE")) {
          try (var connection = registry.connect()) {
            connection.request(
                method + " /v2/secret/app/" + path + target,
                "X-HTTP-Method-Override: DELETE",
                "X-HTTP-Method: GET",
                "X-Method-Override: DELETE",
                "X-Original-URL: /v2/",
                "X-Rewrite-URL: /v2/public/app/tags/list",
                "X-Forwarded-User: ann",
                "X-Remote-User: ann",
                "Cookie: session=ann; user=ann",
                "Secret: not to be echoed",
                "Content-Length: 0");
            var answer = method.equals("HEAD") ? connection.readHead() : connection.read();
            assertThat(answer.status()).as("%s", answer).isIn(204, 400, 401, 403, 404, 405, 501);
            assertThat(answer.text())
                .as("%s", answer)
                .doesNotContain(TEXT)
                .doesNotContain("\"layers\"")
                .doesNotContain("not to be echoed");
          }
        }
      }
    }
    var secret = registry.as("ann").repository("secret/app");
    secret.getManifest("classified").answers(200).expectBody(IMAGE.payload());
    secret.getBlob(LAYER.digest()).answers(200).expectBody(LAYER);
  }

  @RegistryTest(
      config = SECRET,
      users = {"ann", "eve"})
  void staleCacheWhatWasDeletedOrForbiddenIsNotServed(Registry registry) {
    hide(registry);
    var secret = registry.as("ann").repository("secret/app");
    warm(registry, 200);
    registry.reconfigure(SECRET.replace("users: [ann]", "users: [eve]"));
    warm(registry, 403);
    registry.reconfigure(SECRET);
    warm(registry, 200);
    secret.deleteManifest("listed").answers(202);
    secret.deleteManifest(Document.index(IMAGE).digest()).answers(202);
    secret.deleteManifest(IMAGE.digest()).answers(202);
    secret.deleteBlob(LAYER.digest()).answers(202);
    warm(registry, 404);
    assertThat(secret.tags("").send().text()).doesNotContain("classified");
  }

  /** Asks in each way; where 200 is expected it is 206 and 304 for some. */
  private static void warm(Registry registry, int expected) {
    var secret = registry.as("ann").repository("secret/app");
    Digest layer = LAYER.digest();
    var asks =
        List.of(
            secret.getBlob(layer),
            secret.headBlob(layer),
            secret.getManifest("classified"),
            secret.getManifest(IMAGE.digest()),
            secret.headManifest(IMAGE.digest()),
            secret.getBlob(layer).header("Range", "bytes=1-2"),
            secret.getBlob(layer).header("If-None-Match", "\"" + layer + "\""),
            secret.headBlob(layer).header("If-None-Match", "*"),
            secret.getManifest("classified").header("If-None-Match", "\"" + IMAGE.digest() + "\""),
            secret.getManifest(IMAGE.digest()).header("If-None-Match", "*"));
    for (var ask : asks) {
      var answer = ask.send();
      if (expected == 200) {
        assertThat(answer.status()).as("%s", answer).isIn(200, 206, 304, 307);
      } else {
        // The tag was named by whoever asks.
        assertThat(answer.expect(expected).text())
            .doesNotContain(TEXT)
            .doesNotContain("\"layers\"");
      }
    }
  }
}
