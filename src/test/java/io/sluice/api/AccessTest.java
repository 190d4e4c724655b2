package io.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.Payload;
import io.sluice.testkit.Registry;
import io.sluice.testkit.RegistryTest;
import io.sluice.testkit.StoreKind;
import io.sluice.testkit.Users;
import java.util.List;

/** Who may do what, as clients see it. The decisions themselves are in {@code AccessPolicyTest}. */
class AccessTest {
  /** The platform's own. */
  private static final String PLATFORM =
      """
      http: {accessControl: {repositories: {"**": {anonymousPolicy: [read], defaultPolicy: [read], policies: [
        {groups: [admins], actions: [read, create, update, delete]},
        {users: [admin], actions: [read, create, update, delete]}]}}}}
      """;

  private static final String TEAMS =
      """
      http: {accessControl: {
        repositories: {
          "public/**": {anonymousPolicy: [read], defaultPolicy: [read]},
          "red/**": {policies: [{users: [ann], actions: [read, create]}, {users: [mover], actions: [read, update]}]},
          "blue/**": {policies: [{users: [bob], actions: [read, create, update, delete, detectManifestCollision]}]}},
        adminPolicy: {users: [admin], actions: [read, create, update, delete]}}}
      """;

  private static final String BASIC = "Basic realm=\"Authorization Required\", charset=\"UTF-8\"";

  @RegistryTest(
      config = PLATFORM,
      users = {"admin", "dev"})
  void thePlatformsRulesHold(Registry registry) {
    var admin = registry.as("admin").repository("library/app");
    var image = admin.pushImage("1");
    for (var reader : List.of(registry, registry.as("dev"), registry.as("admin"))) {
      var repository = reader.repository("library/app");
      repository.getManifest("1").answers(200).expectBody(image.payload());
      repository.getBlob(image.layers().getFirst()).answers(200);
      assertThat(repository.tags("").answers(200).list("tags")).containsExactly("1");
      assertThat(reader.get("/v2/_catalog").answers(200).list("repositories"))
          .containsExactly("library/app");
    }
    // Whoever isn't logged in is asked to; whoever is, is told no.
    var anonymous = registry.post("/v2/library/app/blobs/uploads/").answers(401);
    assertThat(anonymous.header("WWW-Authenticate")).isEqualTo(BASIC);
    assertThat(anonymous.errorCode()).isEqualTo("UNAUTHORIZED");
    var dev = registry.as("dev").post("/v2/library/app/blobs/uploads/").answers(403);
    assertThat(dev.findHeader("WWW-Authenticate")).isEmpty();
    assertThat(dev.errorCode()).isEqualTo("DENIED");
    assertThat(dev.errorMessage()).isEqualTo("the user may not create in library/app");
    registry.as("dev").repository("library/app").deleteManifest("1").answers(403);
    registry.repository("library/app").deleteManifest("1").answers(401);
    admin.deleteManifest("1").answers(202);
  }

  @RegistryTest(config = PLATFORM, users = "admin")
  void wrongCredentialsAreNotTakenForNone(Registry registry) {
    for (var wrong :
        List.of(
            registry.as("admin", "admin"),
            registry.as("nobody", "nobody!"),
            registry.as("admin", ""),
            registry.as("ADMIN", "admin!"))) {
      var answer = wrong.get("/v2/library/app/tags/list").answers(401);
      assertThat(answer.header("WWW-Authenticate")).isEqualTo(BASIC);
      assertThat(answer.errorMessage()).isEqualTo("the user name or the password is wrong");
    }
  }

  /** What each client does first, with anonymous reading on. */
  @RegistryTest(config = PLATFORM, users = "admin", on = StoreKind.MEMORY)
  void theRootTellsEachClientWhatItNeeds(Registry registry) {
    // containerd and Kaniko: no credentials are needed; they send them later, when asked or anyway.
    var plain = registry.get("/v2/").answers(200);
    // podman and skopeo take the challenge from there, also from a 200.
    assertThat(plain.header("WWW-Authenticate")).isEqualTo(BASIC);
    // Then they send this, having no login.
    registry.get("/v2/").header("Authorization", "Basic Og==").answers(200);
    // docker would never send its credentials after a 200.
    for (var agent :
        List.of(
            "docker/28.0.1 go/go1.23.6 git-commit/x kernel/6 os/linux arch/amd64 UpstreamClient(Docker-Client/28.0.1 \\(linux\\))",
            "Docker-Client/24.0.7 (linux)")) {
      registry.get("/v2/").header("User-Agent", agent).answers(401);
      registry.as("admin").get("/v2/").header("User-Agent", agent).answers(200);
      registry.as("admin", "x").get("/v2/").header("User-Agent", agent).answers(401);
    }
    // A web page asks people itself; the browser must not.
    for (var ask : List.of(registry.get("/v2/"), registry.as("x", "y").get("/v2/"))) {
      assertThat(ask.header("X-ZOT-API-CLIENT", "zot-ui").send().findHeader("WWW-Authenticate"))
          .isEmpty();
    }
  }

  @RegistryTest(users = "ann", config = "{http: {realm: 'a \"b\" c'}}")
  void withoutRulesWhoeverIsKnownMayDoEverythingAndOthersNothing(Registry registry) {
    for (var path : List.of("/v2/", "/v2/_catalog", "/v2/a/tags/list", "/v2/a/manifests/x")) {
      assertThat(registry.get(path).answers(401).header("WWW-Authenticate"))
          .isEqualTo("Basic realm=\"a \\\"b\\\" c\", charset=\"UTF-8\"");
    }
    var ann = registry.as("ann");
    ann.get("/v2/").answers(200);
    var repository = ann.repository("any");
    repository.pushImage("1");
    repository.deleteManifest("1").answers(202);
    // A probe needs no credentials.
    registry.get("/readyz").answers(200);
    registry.get("/livez").answers(200);
  }

  @RegistryTest(
      config = "{http: {accessControl: {repositories: {\"**\": {anonymousPolicy: [read]}}}}}")
  void whereNobodyCanLogInNobodyIsAskedTo(Registry registry) {
    var answer = registry.post("/v2/a/blobs/uploads/").answers(403);
    assertThat(answer.findHeader("WWW-Authenticate")).isEmpty();
    assertThat(registry.get("/v2/").answers(200).findHeader("WWW-Authenticate")).isEmpty();
    // Credentials that nobody could verify are not looked at.
    registry.as("x", "y").get("/v2/a/tags/list").answers(404);
  }

  @RegistryTest(
      config = TEAMS,
      users = {"ann", "bob", "admin", "mover"})
  void listsShowWhatTheClientMayRead(Registry registry) {
    var admin = registry.as("admin");
    for (var name : List.of("blue/a", "blue/b", "other", "public/a", "public/b", "red/a")) {
      admin.repository(name).pushImage("1");
    }
    assertThat(registry.get("/v2/_catalog").answers(200).list("repositories"))
        .containsExactly("public/a", "public/b");
    assertThat(registry.as("ann").get("/v2/_catalog").answers(200).list("repositories"))
        .containsExactly("public/a", "public/b", "red/a");
    assertThat(admin.get("/v2/_catalog").answers(200).list("repositories")).hasSize(6);
    // Pages are full, and a link leads to something.
    var first = registry.as("ann").get("/v2/_catalog?n=2").answers(200);
    assertThat(first.list("repositories")).containsExactly("public/a", "public/b");
    assertThat(first.header("Link")).contains("last=public%2Fb");
    var second = registry.as("ann").get("/v2/_catalog?n=2&last=public/b").answers(200);
    assertThat(second.list("repositories")).containsExactly("red/a");
    assertThat(second.findHeader("Link")).isEmpty();
    assertThat(registry.get("/v2/_catalog?n=2").answers(200).findHeader("Link")).isEmpty();

    registry.get("/v2/red/a/tags/list").answers(401);
    registry.as("bob").get("/v2/red/a/tags/list").answers(403);
    registry.as("bob").get("/v2/red/never/tags/list").answers(403);
    registry.as("ann").get("/v2/red/never/tags/list").answers(404);
    var subject = Payload.ofSize(10).digest();
    registry.as("bob").get("/v2/red/a/referrers/" + subject).answers(403);
    registry.as("ann").get("/v2/red/a/referrers/" + subject).answers(200);
  }

  @RegistryTest(
      config = TEAMS,
      users = {"ann", "mover", "admin"})
  void tagsAreCreatedAndMovedByThoseWhoMay(Registry registry) {
    var creator = registry.as("ann").repository("red/app");
    var first = creator.pushImage("1");
    var mover = registry.as("mover").repository("red/app");

    // Again is no change; another manifest is one.
    creator.putManifest("1", first).answers(201);
    var other = creator.pushImage("2");
    creator.putManifest("1", other).answers(403);
    // Who may move tags may not create one, nor upload.
    mover.putManifest("3", first).answers(403);
    mover.putManifest(first.digest(), first).answers(403);
    registry.as("mover").post("/v2/red/app/blobs/uploads/").answers(403);
    mover.putManifest("1", other).answers(201);
    mover.getManifest("1").answers(200).expectBody(other.payload());
  }

  @RegistryTest(
      config = TEAMS,
      users = {"bob", "admin"})
  void whoeverWantsToBeWarnedIsWarnedOfADeletionThatTakesSeveralTags(Registry registry) {
    var repository = registry.as("bob").repository("blue/app");
    var image = repository.pushImage("1");
    repository.putManifest("2", image).answers(201);
    var refused = repository.deleteManifest(image.digest()).answers(409);
    assertThat(refused.errorCode()).isEqualTo("MANIFEST_INVALID");
    assertThat(repository.tags("").answers(200).list("tags")).containsExactly("1", "2");
    registry.as("admin").repository("blue/app").deleteManifest(image.digest()).answers(202);
  }

  @RegistryTest(
      config = TEAMS,
      users = {"ann", "bob", "admin"},
      on = StoreKind.MEMORY)
  void usersAreReadAnewAndNobodyIsRememberedFromBefore(Registry registry) {
    registry.as("ann").get("/v2/red/a/tags/list").answers(404);
    registry.users().write(Users.line("ann", "other"), Users.line("carl", "carl!"));
    registry.reconfigure(TEAMS);
    registry.as("ann").get("/v2/red/a/tags/list").answers(401);
    registry.as("ann", "other").get("/v2/red/a/tags/list").answers(404);
    registry.as("bob").get("/v2/blue/a/tags/list").answers(401);
    registry.as("carl").get("/v2/").answers(200);
  }

  @RegistryTest(
      config = TEAMS,
      users = {"ann", "bob"},
      on = StoreKind.MEMORY)
  void rulesAreReadAnew(Registry registry) {
    registry.as("bob").get("/v2/red/a/tags/list").answers(403);
    registry.reconfigure(TEAMS.replace("users: [ann]", "users: [bob]"));
    registry.as("bob").get("/v2/red/a/tags/list").answers(404);
    registry.as("ann").get("/v2/red/a/tags/list").answers(403);
  }
}
