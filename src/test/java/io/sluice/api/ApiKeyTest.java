package io.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.Answer;
import io.sluice.testkit.Certificates;
import io.sluice.testkit.Registry;
import io.sluice.testkit.RegistryTest;
import io.sluice.testkit.StoreKind;
import io.sluice.testkit.Users;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** API keys over HTTP. What makes a stored key good is in {@code ApiKeysTest}. */
class ApiKeyTest {
  private static final String PATH = "/zot/auth/apikey";
  private static final String KEYS = "{http: {auth: {apikey: true}}}";
  private static final String NEVER = "0001-01-01T00:00:00Z";

  private static final String RULES =
      """
      http: {auth: {apikey: true}, accessControl: {repositories: {
        "red/**": {policies: [{users: [ann], actions: [read, create, update, delete]}]},
        "blue/**": {policies: [{users: [bob], actions: [read, create]}]}}}}
      """;

  private static final String MTLS =
      """
      http: {auth: {apikey: true, mtls: {identityAttributes: [CN]}},
        tls: {cert: $TLS/cert.pem, key: $TLS/key.pem, cacert: $TLS/cacert.pem}}
      """;

  private static Answer make(Registry user, String json) {
    return user.post(PATH).body(json.getBytes(StandardCharsets.UTF_8)).send();
  }

  private static String key(Registry user, String... scopes) {
    var json = new JsonObject().put("label", "x").put("scopes", new JsonArray(List.of(scopes)));
    return make(user, json.encode()).expect(201).json().getString("apiKey");
  }

  private static List<JsonObject> list(Registry user) {
    return user.get(PATH).answers(200).json().getJsonArray("apiKeys").stream()
        .map(JsonObject.class::cast)
        .toList();
  }

  @RegistryTest(
      config = RULES,
      users = {"ann", "bob"})
  void aKeyIsMadeUsedListedAndDeletedAsInZot(Registry registry) {
    var ann = registry.as("ann");
    var expires = Instant.now().plus(Duration.ofDays(1)).toString();
    var made =
        ann.post(PATH)
            .header("User-Agent", "agent/1")
            .body(
                new JsonObject()
                    .put("label", "build \u00e4")
                    .put("scopes", new JsonArray(List.of("red/**:read,create")))
                    .put("expirationDate", expires)
                    .encode()
                    .getBytes(StandardCharsets.UTF_8))
            .answers(201);
    assertThat(made.header("Content-Type")).isEqualTo("application/json");
    assertThat(made.header("Cache-Control")).isEqualTo("no-store");
    var shown = made.json();
    var key = shown.getString("apiKey");
    assertThat(key).matches("zak_[0-9a-f]{32}");
    assertThat(shown.fieldNames())
        .containsExactlyInAnyOrder(
            "createdAt",
            "expirationDate",
            "isExpired",
            "creatorUa",
            "generatedBy",
            "lastUsed",
            "label",
            "scopes",
            "uuid",
            "apiKey");
    assertThat(shown.getMap())
        .containsEntry("expirationDate", expires)
        .containsEntry("isExpired", false)
        .containsEntry("creatorUa", "agent/1")
        .containsEntry("generatedBy", "manual")
        .containsEntry("lastUsed", NEVER)
        .containsEntry("label", "build \u00e4");

    var byKey = registry.as("ann", key);
    byKey.repository("red/app").pushImage("1");
    registry.as("bob", key).get("/v2/").answers(401);
    registry.as("", key).get("/v2/").answers(401);

    var listed = ann.get(PATH).answers(200);
    assertThat(listed.text()).doesNotContain(key).doesNotContain(key.substring(4));
    var entry = list(ann).getFirst();
    assertThat(entry.containsKey("apiKey")).isFalse();
    for (var same : List.of("createdAt", "expirationDate", "label", "scopes", "uuid")) {
      assertThat(entry.getValue(same)).isEqualTo(shown.getValue(same));
    }
    assertThat(list(registry.as("bob"))).isEmpty();

    registry.restart();
    byKey.get("/v2/red/app/tags/list").answers(200);
    ann.delete(PATH + "?id=" + shown.getString("uuid")).answers(200);
    byKey.get("/v2/red/app/tags/list").answers(401);
    assertThat(list(ann)).isEmpty();
    ann.delete(PATH + "?id=" + shown.getString("uuid")).answers(404);
  }

  @RegistryTest(
      config = RULES,
      users = {"ann", "bob"},
      on = StoreKind.MEMORY)
  void scopesAreHeeded(Registry registry) {
    var ann = registry.as("ann");
    var image = ann.repository("red/app").pushImage("1");
    var reader = registry.as("ann", key(ann, "red/*:read"));
    reader.repository("red/app").getManifest("1").answers(200);
    reader.repository("red/app").putManifest("2", image).answers(403);
    reader.repository("red/app").deleteManifest("1").answers(403);
    reader.post("/v2/red/app/blobs/uploads/").answers(403);
    reader.get("/v2/red/app/deep/tags/list").answers(403);
    assertThat(reader.get("/v2/_catalog").answers(200).list("repositories"))
        .containsExactly("red/app");

    var other = registry.as("ann", key(ann, "red/other", "blue/**"));
    other.repository("red/other").pushImage("1");
    other.get("/v2/red/app/tags/list").answers(403);
    assertThat(other.get("/v2/_catalog").answers(200).list("repositories"))
        .containsExactly("red/other");
    // A scope gives nothing that the user doesn't have.
    other.get("/v2/blue/app/tags/list").answers(403);

    var all = registry.as("ann", key(ann));
    all.repository("red/any").pushImage("1");
    all.repository("red/app").deleteManifest("1").answers(202);
    all.get("/v2/blue/app/tags/list").answers(403);
  }

  @RegistryTest(config = KEYS, users = "ann", on = StoreKind.MEMORY)
  void onlyAKeyForAllThatItsUserMayIsForKeys(Registry registry) {
    var ann = registry.as("ann");
    var scoped = registry.as("ann", key(ann, "**"));
    var uuid = list(ann).getFirst().getString("uuid");
    scoped.get(PATH).answers(403);
    make(scoped, "{}").expect(403);
    scoped.delete(PATH + "?id=" + uuid).answers(403);
    assertThat(list(ann)).hasSize(1);
    assertThat(list(registry.as("ann", key(registry.as("ann", key(ann)))))).hasSize(3);
  }

  @RegistryTest(
      config = KEYS,
      users = {"ann", "bob"},
      on = StoreKind.MEMORY)
  void aKeyEndsWithItsUser(Registry registry) {
    var byKey = registry.as("ann", key(registry.as("ann")));
    byKey.get("/v2/").answers(200);
    registry.users().write(Users.line("bob", "bob!"));
    registry.reconfigure(KEYS);
    byKey.get("/v2/").answers(401);
    registry.as("bob").get("/v2/").answers(200);
  }

  @RegistryTest(config = MTLS, users = "bob", on = StoreKind.MEMORY)
  void aKeyMadeWithACertificateEndsWhenCertificatesNameNobodyAnyMore(Registry registry) {
    var key = key(registry.showing(Certificates.shared().client("CN=ann")));
    registry.as("ann", key).get("/v2/").answers(200);
    registry.reconfigure(MTLS.replace(", mtls: {identityAttributes: [CN]}", ""));
    registry.as("ann", key).get("/v2/").answers(401);
    registry.reconfigure(MTLS);
    registry.as("ann", key).get("/v2/").answers(200);
  }

  @RegistryTest(
      config = KEYS,
      users = {"ann", "bob"},
      on = StoreKind.MEMORY)
  void nobodyDeletesTheKeyOfAnother(Registry registry) {
    var key = key(registry.as("ann"));
    var uuid = list(registry.as("ann")).getFirst().getString("uuid");
    registry.as("bob").delete(PATH + "?id=" + uuid).answers(404);
    registry.as("ann", key).get("/v2/").answers(200);
    for (var unknown :
        List.of(
            "00000000-0000-4000-8000-000000000000",
            "x",
            "../" + uuid,
            "..%2F..%2Fann%2F" + uuid,
            uuid.toUpperCase(java.util.Locale.ROOT) + "%00",
            "%0d%0aX-Evil:1",
            "a".repeat(2000))) {
      var answer = registry.as("bob").delete(PATH + "?id=" + unknown).answers(404);
      assertThat(answer.findHeader("X-Evil")).isEmpty();
    }
    for (var without : List.of("", "?", "?id=", "?uuid=" + uuid)) {
      var answer = registry.as("ann").delete(PATH + without).answers(400);
      assertThat(answer.errorMessage())
          .isEqualTo("id can't be read: the uuid of one of your API keys");
    }
    registry.as("ann", key).get("/v2/").answers(200);
  }

  @RegistryTest(config = RULES, users = "ann", on = StoreKind.MEMORY)
  void anonymousClientsAreAskedToLogInAndOtherMethodsAreNone(Registry registry) {
    for (var method : List.of("GET", "POST", "DELETE")) {
      var answer = registry.ask(method, PATH).answers(401);
      assertThat(answer.header("WWW-Authenticate")).startsWith("Basic realm=");
    }
    for (var method : List.of("PUT", "PATCH", "HEAD")) {
      var answer = registry.ask(method, PATH).answers(405);
      assertThat(answer.header("Allow")).isEqualTo("GET, POST, DELETE");
    }
  }

  @RegistryTest(users = "ann", on = StoreKind.MEMORY)
  void whereThereAreNoKeysThereIsNothing(Registry registry) {
    for (var client : List.of(registry, registry.as("ann"))) {
      for (var method : List.of("GET", "POST", "DELETE", "PUT")) {
        client.ask(method, PATH).answers(404);
      }
    }
    registry.reconfigure(KEYS);
    var key = key(registry.as("ann"));
    registry.reconfigure("");
    registry.as("ann", key).get("/v2/").answers(401);
  }

  @RegistryTest(config = KEYS, users = "ann", on = StoreKind.MEMORY)
  void whatCannotBeReadIsRefusedWithWhatIsWrong(Registry registry) {
    var ann = registry.as("ann");
    var wrong =
        Map.ofEntries(
            Map.entry("", "body"),
            Map.entry("{", "body"),
            Map.entry("[]", "body"),
            Map.entry("null", "body"),
            Map.entry("\"x\"", "body"),
            Map.entry("[".repeat(4000), "body"),
            Map.entry("{\"label\":\"" + "x".repeat(9 << 10) + "\"}", "body"),
            Map.entry("{\"label\":\"" + "x".repeat(257) + "\"}", "label"),
            Map.entry("{\"label\":7}", "label"),
            Map.entry("{\"label\":null}", "label"),
            Map.entry("{\"label\":\"a\\r\\nb\"}", "label"),
            Map.entry("{\"scopes\":\"**\"}", "scopes"),
            Map.entry("{\"scopes\":[\"a:fly\"]}", "scopes"),
            Map.entry("{\"scopes\":[\"\"]}", "scopes"),
            Map.entry("{\"scopes\":[null]}", "scopes"),
            Map.entry("{\"scopes\":[[\"a\"]]}", "scopes"),
            Map.entry("{\"scopes\":[{}]}", "scopes"),
            Map.entry("{\"scopes\":[7]}", "scopes"),
            Map.entry("{\"scopes\":[\"[\"]}", "scopes"),
            Map.entry("{\"expirationDate\":\"2001-01-01T00:00:00Z\"}", "expirationDate"),
            Map.entry("{\"expirationDate\":\"tomorrow\"}", "expirationDate"),
            Map.entry("{\"expirationDate\":\"2099-01-01\"}", "expirationDate"),
            Map.entry("{\"expirationDate\":7}", "expirationDate"),
            Map.entry("{\"expirationDate\":{}}", "expirationDate"));
    wrong.forEach(
        (body, part) -> {
          var answer = make(ann, body);
          assertThat(answer.status()).as("%s", answer).isIn(400, 413);
          assertThat(answer.errorMessage()).startsWith(part + " can't be read: ");
          assertThat(answer.errorDetail().fieldNames()).contains(part, "expected");
        });
    assertThat(make(ann, "{\"scopes\":[\"a:fly\"]}").errorDetail().getString("scopes"))
        .contains("'a:fly'")
        .contains("'fly' is none of read, create, update, delete");
    assertThat(make(ann, "{\"expirationDate\":\"soon\"}").errorDetail().getString("expirationDate"))
        .isEqualTo("soon");
    ann.post(PATH).chunked(new byte[9 << 10]).answers(400);
    assertThat(list(ann)).isEmpty();
    registry.as("ann").repository("is/unharmed").pushImage("1");
  }
}
