package io.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.testkit.Certificates;
import io.sluice.testkit.Identity;
import io.sluice.testkit.Registry;
import io.sluice.testkit.RegistryTest;
import io.sluice.testkit.StoreKind;
import java.net.http.HttpClient.Version;

/** Clients that show a certificate. Which part of it names them is in {@code ClientNamesTest}. */
class ClientCertificatesTest {
  private static final String VERIFIED =
      "tls: {cert: $TLS/cert.pem, key: $TLS/key.pem, cacert: $TLS/cacert.pem}";

  private static final String RULES =
      """
      accessControl: {repositories: {"**": {anonymousPolicy: [read], policies: [
        {users: [ann, "ann@example.org"], actions: [read, create]}]}}}
      """;

  private static final String BY_NAME =
      "{http: {" + VERIFIED + ", auth: {mtls: {identityAttributes: [CN]}}, " + RULES + "}}";

  private static final Certificates AUTHORITY = Certificates.shared();
  private static final Identity ANN = AUTHORITY.client("CN=ann,O=team", "email:ann@example.org");

  @RegistryTest(config = BY_NAME, users = "ann", on = StoreKind.MEMORY)
  void whoShowsACertificateIsItsUserAndOthersAreAnonymousOrLogIn(Registry registry) {
    registry.showing(ANN).repository("team/app").pushImage("1");
    registry.repository("team/app").getManifest("1").answers(200);
    registry.post("/v2/team/app/blobs/uploads/").answers(401);
    registry.as("ann").post("/v2/team/app/blobs/uploads/").answers(202);
    registry
        .through(ANN.trusting(AUTHORITY.certificate()), Version.HTTP_2)
        .post("/v2/team/app/blobs/uploads/")
        .answers(202);
    var bob = registry.showing(AUTHORITY.client("CN=bob"));
    bob.post("/v2/team/app/blobs/uploads/").answers(403);
  }

  @RegistryTest(
      config = BY_NAME,
      users = {"ann", "dev"},
      on = StoreKind.MEMORY)
  void credentialsCountBeforeTheCertificate(Registry registry) {
    var ann = registry.showing(ANN);
    ann.as("dev").post("/v2/team/app/blobs/uploads/").answers(403);
    ann.as("dev", "wrong").post("/v2/team/app/blobs/uploads/").answers(401);
  }

  @RegistryTest(config = BY_NAME, users = "ann", on = StoreKind.MEMORY)
  void aCertificateWithoutANameIsNotTakenForNone(Registry registry) {
    registry.showing(AUTHORITY.client("O=team")).get("/v2/team/app/tags/list").answers(401);
  }

  @RegistryTest(config = BY_NAME, on = StoreKind.MEMORY)
  void certificatesOfOthersAndThoseThatRanOutEndTheHandshake(Registry registry) {
    registry.showing(ANN).post("/v2/team/app/blobs/uploads/").answers(202);
    var stranger = Certificates.create().client("CN=ann");
    for (var wrong : new Identity[] {stranger, AUTHORITY.expiredClient("CN=ann")}) {
      assertThatThrownBy(() -> registry.showing(wrong).get("/v2/").send())
          .isInstanceOf(java.io.UncheckedIOException.class);
    }
    registry.showing(ANN).post("/v2/team/app/blobs/uploads/").answers(202);
  }

  @RegistryTest(config = "{http: {" + VERIFIED + "}}", on = StoreKind.MEMORY)
  void withoutMtlsACertificateIsVerifiedAndNamesNobody(Registry registry) {
    var ann = registry.showing(ANN);
    ann.repository("team/app").pushImage("1");
    assertThat(registry.events().all().toString()).doesNotContain("ann");
    var stranger = Certificates.create().client("CN=ann");
    assertThatThrownBy(() -> registry.showing(stranger).get("/v2/").send())
        .isInstanceOf(java.io.UncheckedIOException.class);
  }

  @RegistryTest(config = BY_NAME, on = StoreKind.MEMORY)
  void anotherAuthorityIsTakenOverWhileItRuns(Registry registry) {
    registry.showing(ANN).post("/v2/team/app/blobs/uploads/").answers(202);
    var other = Certificates.create();
    var ann = other.client("CN=ann");
    registry.tls().write("cacert.pem", other.pem());
    registry.reconfigure(BY_NAME);
    for (int i = 0; i < 4; i++) {
      registry.showing(ann).post("/v2/team/app/blobs/uploads/").answers(202);
      assertThatThrownBy(() -> registry.showing(ANN).get("/v2/").send())
          .isInstanceOf(java.io.UncheckedIOException.class);
    }
    registry.tls().write("cacert.pem", "none");
    assertThatThrownBy(() -> registry.reconfigure(BY_NAME))
        .hasMessageMatching("http.tls.cacert: .*cacert.pem has no certificate in PEM");
    registry.showing(ann).post("/v2/team/app/blobs/uploads/").answers(202);
  }
}
