package io.sluice.api;

import static io.sluice.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.Answer;
import io.sluice.testkit.Payload;
import io.sluice.testkit.Registry;
import io.sluice.testkit.RegistryTest;
import io.sluice.testkit.StoreKind;
import io.sluice.testkit.Upload;
import io.sluice.testkit.Users;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Ways to be taken for somebody else, to find out who exists, or to keep others out. */
class CredentialAttackTest {
  private static final String OPEN =
      """
      http: {accessControl: {repositories: {
        "public/**": {anonymousPolicy: [read], defaultPolicy: [read]},
        "team/**": {
          anonymousPolicy: [read, create],
          policies: [{users: [ann, bob], actions: [read, create, update, delete]}]}}}}
      """;

  private static final String FEW_GUESSES =
      OPEN
          + """
          sluice: {
            http: {trustedProxies: [127.0.0.0/8]},
            auth: {failures: 3, failureInterval: 1h}}
          """;

  private static final String ALWAYS_HASHED =
      OPEN
          + """
          sluice: {
            http: {trustedProxies: [127.0.0.0/8]},
            auth: {rememberFor: 0s, failures: 3, failureInterval: 1h}}
          """;

  private static final String PATH = "/v2/public/app/tags/list";

  /** What a client sees, but for what differs with each request. */
  private static Map<String, List<String>> seen(Answer answer) {
    var seen = new TreeMap<>(answer.headers());
    seen.remove("x-request-id");
    seen.remove("date");
    seen.put("status", List.of(Integer.toString(answer.status())));
    seen.put("body", List.of(answer.text()));
    return seen;
  }

  @RegistryTest(
      config = OPEN,
      users = {"ann", "bob"},
      on = StoreKind.MEMORY)
  void twoAuthorizationHeadersAreNobodys(Registry registry) {
    var ann = "Authorization: " + Registry.basic("ann", "ann!");
    var bob = "Authorization: " + Registry.basic("bob", "bob!");
    try (var connection = registry.connect()) {
      for (var second : List.of(ann, bob, "Authorization: Bearer x", "Authorization:", "")) {
        // The last is not a second header at all.
        int status = second.isEmpty() ? 404 : 401;
        var rest = second.isEmpty() ? "X-None: x" : second;
        connection.request("GET " + PATH, ann, rest).read().expect(status);
        connection.request("GET " + PATH, rest, ann).read().expect(status);
      }
      connection.request("GET " + PATH, ann + ", " + Registry.basic("bob", "bob!"));
      connection.read().expect(401);
    }
  }

  @RegistryTest(config = OPEN, users = "ann", on = StoreKind.MEMORY)
  void oversizedCredentialsAreRefusedAndTheConnectionGoesOn(Registry registry) {
    try (var connection = registry.connect()) {
      for (int size : List.of(505, 513, 600, 15_000, 20_000)) {
        for (var credentials :
            List.of(
                Registry.basic("ann", "x".repeat(size)),
                Registry.basic("a".repeat(size), "ann!"))) {
          var answer = connection.request("GET " + PATH, "Authorization: " + credentials).read();
          answer.expect(401);
          assertThat(answer.text().length()).as("%s", answer).isLessThan(1_000);
        }
      }
      connection.request("GET " + PATH, "Authorization: " + Registry.basic("ann", "ann!"));
      connection.read().expect(404);
    }
    try (var connection = registry.connect()) {
      connection.request("GET " + PATH, "Authorization: Basic " + "A".repeat(40_000));
      connection.read().expect(431);
    }
  }

  @RegistryTest(config = OPEN, users = "ann", on = StoreKind.MEMORY)
  void whatIsNotBasicIsRefusedAndNotRepeated(Registry registry) {
    var right = Registry.basic("ann", "ann!").substring("Basic ".length());
    try (var connection = registry.connect()) {
      for (var value :
          List.of(
              "Basic",
              "Basic secret",
              "Basic !!!!",
              "Basic " + right + "=",
              "Basic " + right + right,
              "Basic " + right + " " + right,
              "Basic\t" + right,
              "Basic=" + right,
              "Basic:" + right,
              "Basic YW5u",
              "Basic OmFubiE=",
              "Basic YW5uAGE6YW5uIQ==",
              "Basic YW5uDTphbm4h",
              "Basic /////w==",
              right,
              "Bearer secret",
              "Bearer " + right,
              "Digest username=\"ann\"",
              "Negotiate " + right,
              "\u00e4 secret")) {
        var answer = connection.request("GET " + PATH, "Authorization: " + value).read();
        answer.expect(401);
        assertThat(answer.errorCode()).isEqualTo("UNAUTHORIZED");
        assertThat(answer.text()).as("%s", answer).doesNotContain("secret").doesNotContain(right);
      }
      // The scheme is the same in any case.
      connection.request("GET " + PATH, "Authorization: bAsIc " + right).read().expect(404);
    }
  }

  @RegistryTest(config = OPEN, users = "ann", on = StoreKind.MEMORY)
  void nothingTellsAUserThatExistsFromOneThatDoesNot(Registry registry) {
    for (var method : List.of("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "POST")) {
      for (var path :
          List.of(
              "/v2/", "/v2/_catalog", PATH, "/v2/team/app/manifests/1", "/v2/secret/tags/list")) {
        for (var password : List.of("wrong", "", "x".repeat(500), "\0", "ann")) {
          var wrong = registry.as("ann", password).ask(method, path).send();
          var unknown = registry.as("eve", password).ask(method, path).send();
          assertThat(seen(wrong)).as("%s", wrong).isEqualTo(seen(unknown));
        }
      }
    }
  }

  @RegistryTest(
      config = OPEN,
      users = {"ann", "bob"},
      on = StoreKind.MEMORY)
  void nobodyElseFindsAnUpload(Registry registry) {
    var payload = Payload.ofSize(1_000);
    var ann = registry.as("ann");
    for (var owner : List.of(ann, registry)) {
      var upload = owner.repository("team/app").startUpload();
      upload.send(payload, 0, 500);
      var other = owner == ann ? registry : ann;
      for (var client : List.of(registry.as("bob"), other)) {
        findsNothing(client, upload, upload.location(), payload);
      }
      // Whose it is does not count where it is not.
      for (var elsewhere : List.of("team/other", "team/app/sub", "team")) {
        var location = upload.location().replace("team/app", elsewhere);
        findsNothing(ann, upload, location, payload);
        findsNothing(owner, upload, location, payload);
      }
      assertThat(upload.offset()).isEqualTo(500);
      upload.send(payload, 500, 1_000).finish(payload.digest());
    }
    registry.leavesNothingBehind();
  }

  private static void findsNothing(
      Registry client, Upload upload, String location, Payload payload) {
    for (var ask :
        List.of(
            client.get(location),
            client.patch(location).body(new byte[10]),
            client.patch(location).header("Content-Range", "500-509").body(new byte[10]),
            client.put(location + "?digest=" + payload.digest()),
            client.put(location + "?digest=" + payload.digest()).body(payload),
            client.delete(location))) {
      var answer = ask.answers(404);
      assertThat(answer.errorCode()).as("%s", answer).isIn("BLOB_UPLOAD_UNKNOWN", "NAME_UNKNOWN");
      assertThat(answer.all("Range")).as("%s of %s", answer, upload.id()).isEmpty();
      assertThat(answer.all("Location")).as("%s", answer).isEmpty();
    }
    client.head(location).answers(404);
  }

  @RegistryTest(
      config = OPEN,
      users = {"ann", "bob"},
      on = StoreKind.MEMORY)
  void nobodyElseDisturbsAnUploadWhileItsBytesCome(Registry registry) {
    var payload = Payload.ofSize(100_000);
    var upload = registry.as("ann").repository("team/app").startUpload();
    try (var connection = registry.connect()) {
      connection.request(
          "PATCH " + upload.location(),
          "Authorization: " + Registry.basic("ann", "ann!"),
          "Content-Type: application/octet-stream",
          "Content-Length: 100000");
      connection.send(payload.slice(0, 60_000));
      eventually(upload::offset, offset -> assertThat(offset).isEqualTo(60_000));
      findsNothing(registry.as("bob"), upload, upload.location(), payload);
      findsNothing(registry, upload, upload.location(), payload);
      var elsewhere = upload.location().replace("team/app", "team/other");
      findsNothing(registry.as("ann"), upload, elsewhere, payload);
      connection.send(payload.slice(60_000, 100_000)).read().expect(202);
    }
    upload.finish(payload.digest());
    registry.repository("team/app").getBlob(payload.digest()).answers(200).expectBody(payload);
    registry.leavesNothingBehind();
  }

  @RegistryTest(
      config = OPEN,
      users = {"ann", "bob"},
      on = StoreKind.MEMORY)
  void aHashThatWouldTakeForEverIsNeverComputed(Registry registry) {
    registry
        .users()
        .write(
            "bob:$2y$31$" + "a".repeat(53),
            "carl:$2y$17$" + "a".repeat(53),
            "dan:$6$rounds=999999999$salt$" + "a".repeat(86),
            "eve:$5$rounds=999999999$salt$" + "a".repeat(43),
            Users.line("ann", "ann!"));
    registry.reconfigure(OPEN);
    for (var user : List.of("bob", "carl", "dan", "eve", "nobody")) {
      registry.as(user).get(PATH).answers(401);
    }
    registry.as("ann").get(PATH).answers(404);
  }

  private static void guessUntilLimited(Registry registry, String user, String address) {
    for (int i = 0; i < 3; i++) {
      registry.as(user, "guess" + i).get(PATH).header("X-Forwarded-For", address).answers(401);
    }
    var limited = registry.as(user, "x").get(PATH).header("X-Forwarded-For", address).answers(429);
    assertThat(limited.errorCode()).isEqualTo("TOOMANYREQUESTS");
    assertThat(Integer.parseInt(limited.header("Retry-After"))).isBetween(1, 3600);
    assertThat(limited.all("WWW-Authenticate")).isEmpty();
  }

  private static Answer asks(Registry client, String address) {
    return client.get(PATH).header("X-Forwarded-For", address).send();
  }

  @RegistryTest(
      config = FEW_GUESSES,
      users = {"ann", "bob"},
      on = StoreKind.MEMORY)
  void whoeverGuessesIsStoppedAndKeepsNobodyOut(Registry registry) {
    asks(registry.as("ann"), "192.0.2.1").expect(404);
    guessUntilLimited(registry, "ann", "192.0.2.66");
    // Even the right password tells nothing now, so guessing on is of no use.
    asks(registry.as("bob"), "192.0.2.66").expect(429);
    // From other addresses as well: the user's name is what was guessed at.
    asks(registry.as("ann", "y"), "192.0.2.67").expect(429);
    asks(registry.as("ann", "y"), "2001:db8::1").expect(429);
    // The user who was right before comes in from anywhere, and so do others.
    asks(registry.as("ann"), "192.0.2.1").expect(404);
    asks(registry.as("ann"), "192.0.2.66").expect(404);
    asks(registry.as("bob"), "192.0.2.2").expect(404);
    asks(registry, "192.0.2.66").expect(404);
  }

  @RegistryTest(
      config = ALWAYS_HASHED,
      users = {"ann", "bob"},
      on = StoreKind.MEMORY)
  void whoeverWasRightComesInAlsoWhenNothingIsRemembered(Registry registry) {
    asks(registry.as("ann"), "192.0.2.1").expect(404);
    guessUntilLimited(registry, "ann", "192.0.2.66");
    for (int i = 0; i < 5; i++) {
      asks(registry.as("ann"), "192.0.2.1").expect(404);
      asks(registry.as("bob"), "192.0.2.2").expect(404);
    }
  }

  @RegistryTest(config = FEW_GUESSES, users = "ann", on = StoreKind.MEMORY)
  void guessesAtAUserThatDoesNotExistAreLimitedAlike(Registry registry) {
    guessUntilLimited(registry, "ann", "192.0.2.1");
    guessUntilLimited(registry, "nobody", "192.0.2.2");
    // By address, and then by user.
    for (var address : List.of("192.0.2.1", "192.0.2.3")) {
      var wrong = asks(registry.as("ann", "x"), address).expect(429);
      var unknown = asks(registry.as("nobody", "x"), address).expect(429);
      assertThat(wrong.text()).isEqualTo(unknown.text());
      assertThat(wrong.headers().keySet()).isEqualTo(unknown.headers().keySet());
    }
  }

  @RegistryTest(
      config = "{http: {auth: {failDelay: 2s}, accessControl: {repositories: {x: {}}}}}",
      users = "ann",
      on = StoreKind.MEMORY)
  void refusalsWaitAndTheFirstChallengeDoesNot(Registry registry) {
    var waiting =
        List.of(
            registry.as("ann", "x").get("/v2/").sendAsync(),
            registry.as("nobody", "x").get("/v2/x/tags/list").sendAsync(),
            registry.get("/v2/").header("Authorization", "Bearer x").sendAsync(),
            registry.as("ann").get("/v2/x/tags/list").sendAsync());
    registry.get("/v2/").answers(401);
    assertThat(waiting).noneMatch(java.util.concurrent.CompletableFuture::isDone);
    assertThat(waiting.stream().map(it -> it.join().status())).containsExactly(401, 401, 401, 403);
  }
}
