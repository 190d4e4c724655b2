package io.sluice.sync.upstream;

import static io.sluice.sync.upstream.Client.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.Await;
import io.sluice.sync.upstream.UpstreamFailure.Kind;
import io.sluice.testkit.Certificates;
import io.sluice.testkit.Pem;
import io.sluice.testkit.WatchedLog;
import io.sluice.testkit.upstream.RemoteBlob;
import io.sluice.testkit.upstream.ScriptedUpstream;
import io.sluice.testkit.upstream.ScriptedUpstream.Protocol;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(WatchedLog.class)
class UpstreamTlsTest {
  @TempDir Path folder;

  private final ScriptedUpstream upstream = ScriptedUpstream.start(Protocol.HTTP2);

  @BeforeEach
  void trustTheAuthority() throws IOException {
    Files.writeString(folder.resolve("ca.crt"), Certificates.shared().pem());
    upstream.image("app", "1", 100);
  }

  @AfterEach
  void stop() {
    upstream.close();
  }

  @Test
  void anAuthorityOfOurOwnIsTrustedAndHttp2Spoken() {
    try (var client = Client.of(upstream).certDir(folder)) {
      client.manifest("app", "1");
      var seen = upstream.requests().getFirst();
      assertThat(seen.protocol()).isEqualTo("HTTP_2");
      assertThat(seen.client()).isEmpty();
    }
  }

  @Test
  void http2CanBeTurnedOff() {
    try (var client = Client.of(upstream).certDir(folder).withoutHttp2()) {
      client.manifest("app", "1");
      assertThat(upstream.requests().getFirst().protocol()).isEqualTo("HTTP_1_1");
    }
  }

  @Test
  void whoeverOnlySpeaksHttp1IsSpokenToLikeThat() {
    try (var old = ScriptedUpstream.start(Protocol.HTTPS);
        var client = Client.of(old).certDir(folder)) {
      old.image("app", "1", 10);
      client.manifest("app", "1");
      assertThat(old.requests().getFirst().protocol()).isEqualTo("HTTP_1_1");
    }
  }

  @Test
  void largeBlobsComeOverHttp2() {
    var blob = upstream.blob(RemoteBlob.ofSize(20_000_000));
    try (var client = Client.of(upstream).certDir(folder)) {
      assertThat(client.bytes("app", blob.digest(), 0)).isEqualTo(blob.bytes());
    }
  }

  @Test
  void aCutOverHttp2IsAFailureAndTheRestCanBeHadByRange() {
    var blob = upstream.blob(RemoteBlob.ofSize(300_000));
    try (var client = Client.of(upstream).certDir(folder)) {
      upstream.hold(blob.digest());
      upstream.cutNextBlobAfter(100_000);
      var reading = client.read(client.blob("app", blob.digest(), 0));
      upstream.release(blob.digest());
      assertThat(failure(() -> Await.result(reading)).kind()).isEqualTo(Kind.UNREACHABLE);
      assertThat(client.bytes("app", blob.digest(), 100_000))
          .isEqualTo(blob.read(100_000, 200_000));
    }
  }

  @Test
  void whereAnAddressWasChosenTheCertificateMustBeTheNamesNotTheAddresss() {
    try (var client = Client.of(upstream).certDir(folder)) {
      var port = URI.create(upstream.url()).getPort();
      int status = client.send("https://registry.test:" + port + "/v2/", "127.0.0.1");
      assertThat(status).isEqualTo(200);
      var failure =
          failure(() -> client.send("https://another.test:" + port + "/v2/", "127.0.0.1"));
      assertThat(failure).hasMessageContaining("TLS");
    }
  }

  @Test
  void aStrangersCertificateIsUnreachable() {
    try (var client = Client.of(upstream)) {
      var failure = failure(() -> client.manifest("app", "1"));
      assertThat(failure.kind()).isEqualTo(Kind.UNREACHABLE);
      assertThat(failure)
          .hasMessageContaining("TLS: its certificate is not trusted: unable to find valid");
    }
    assertThat(upstream.requests()).isEmpty();
  }

  @Test
  void aStrangersCertificateIsTakenWhereNothingIsVerified() {
    try (var client = Client.of(upstream).unverified()) {
      client.manifest("app", "1");
    }
  }

  @Test
  void ourCertificateIsShownToTheUpstreamAndNotWhereItSendsUs() throws IOException {
    var ours = Certificates.shared().client("CN=sluice");
    Files.writeString(folder.resolve("client.cert"), Pem.of(ours.certificate()));
    Files.writeString(folder.resolve("client.key"), Pem.of(ours.key()));
    try (var cdn = ScriptedUpstream.start(Protocol.HTTPS);
        var client = Client.of(upstream).certDir(folder)) {
      var blob = upstream.blob(RemoteBlob.ofSize(100));
      upstream.redirectBlobsTo(cdn, cdn.otherUrl());
      assertThat(client.bytes("app", blob.digest(), 0)).isEqualTo(blob.bytes());
      assertThat(upstream.requests().getFirst().client()).contains("CN=sluice");
      assertThat(cdn.requests().getFirst().client()).isEmpty();
    }
  }

  @Test
  void tlsIsNotLeftForARedirect() {
    try (var cdn = ScriptedUpstream.start();
        var client = Client.of(upstream).certDir(folder)) {
      var blob = upstream.blob(RemoteBlob.ofSize(100));
      upstream.redirectBlobsTo(cdn);
      assertThat(failure(() -> client.blob("app", blob.digest(), 0)))
          .hasMessageContaining("from https to http")
          .extracting(UpstreamFailure::kind)
          .isEqualTo(Kind.LYING);
      try (var careless = Client.of(upstream).unverified()) {
        assertThat(careless.bytes("app", blob.digest(), 0)).isEqualTo(blob.bytes());
      }
    }
  }

  @Test
  void tlsIsNotLeftForATokenService() {
    try (var issuer = ScriptedUpstream.start();
        var client = Client.of(upstream).certDir(folder)) {
      upstream.requireTokensOf(issuer, issuer.url());
      client.login(URI.create(issuer.url()).getAuthority(), "ci", "secret");
      assertThat(failure(() -> client.manifest("app", "1")).kind()).isEqualTo(Kind.LYING);
      assertThat(issuer.requests()).isEmpty();
    }
  }

  @Test
  void filesAreComparedByTheirContents() throws IOException {
    var before = read();
    assertThat(read()).isEqualTo(before).hasSameHashCodeAs(before);
    var another = Certificates.shared().client("CN=another").certificate();
    Files.writeString(folder.resolve("ca.crt"), Pem.of(another));
    assertThat(read()).isNotEqualTo(before);
    Files.writeString(folder.resolve("ca.crt"), Certificates.shared().pem());
    assertThat(read()).isEqualTo(before);
  }

  @Test
  void whatCanNotBeReadIsNamed() throws IOException {
    Files.writeString(folder.resolve("ca.crt"), "no certificate");
    assertThatThrownBy(this::read)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("ca.crt has no certificate in PEM");
    Files.delete(folder.resolve("ca.crt"));

    var ours = Certificates.shared().client("CN=sluice");
    Files.writeString(folder.resolve("client.cert"), Pem.of(ours.certificate()));
    assertThatThrownBy(this::read)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("client.key, which is missing");
    Files.writeString(folder.resolve("client.key"), "secret");
    assertThatThrownBy(this::read)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("client.key has no private key")
        .hasMessageNotContaining("secret");
    Files.delete(folder.resolve("client.cert"));
    assertThatThrownBy(this::read)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("client.cert, which is missing");
    assertThatThrownBy(() -> read(folder.resolve("nowhere")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nowhere can't be read");
  }

  private UpstreamTls read() {
    return read(folder);
  }

  private static UpstreamTls read(Path certDir) {
    var vertx = Vertx.vertx();
    try (var client = Client.ofUrl("https://registry.test").certDir(certDir)) {
      return UpstreamTls.read(vertx, client.config());
    } finally {
      Await.result(vertx.close());
    }
  }
}
