package io.sluice.api;

import static io.sluice.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.testkit.Certificates;
import io.sluice.testkit.Certificates.Keys;
import io.sluice.testkit.Identity;
import io.sluice.testkit.Payload;
import io.sluice.testkit.Pem;
import io.sluice.testkit.RawConnection;
import io.sluice.testkit.Registry;
import io.sluice.testkit.RegistryTest;
import io.sluice.testkit.StoreKind;
import java.net.http.HttpClient.Version;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocket;

/** The registry over TLS, and its certificates while it runs. */
class TlsTest {
  private static final String TLS = "{http: {tls: {cert: $TLS/cert.pem, key: $TLS/key.pem}}}";

  private static final String IMPATIENT =
      """
      http: {readTimeout: 300ms, writeTimeout: 300ms, tls: {cert: $TLS/cert.pem, key: $TLS/key.pem}}
      sluice: {http: {headerTimeout: 300ms}, uploads: {parkAfter: 50ms}}
      """;

  private static final Certificates AUTHORITY = Certificates.shared();

  /** A ClientHello of TLS 1.1 with one cipher suite and no extension. */
  private static final byte[] TLS_1_1 =
      HexFormat.of()
          .parseHex(
              "160302002d" + "01000029" + "0302" + "5a".repeat(32) + "00" + "0002c013" + "0100");

  @RegistryTest(config = TLS)
  void blobsArePushedAndPulledByEachProtocol(Registry registry) {
    var payload = Payload.ofSize(5_000_000);
    for (var version : Version.values()) {
      var client = registry.through(Identity.anonymous(AUTHORITY.certificate()), version);
      var app = client.repository("team/" + version.name().toLowerCase(java.util.Locale.ROOT));
      app.push(payload);
      // In a range: that is never answered with a redirect.
      app.getBlob(payload.digest()).header("Range", "bytes=0-").answers(206).expectBody(payload);
      app.getBlob(payload.digest())
          .header("Range", "bytes=1000001-3000000")
          .answers(206)
          .expectBody(payload.slice(1_000_001, 3_000_001));
    }
    try (var http2 = registry.http2()) {
      assertThat(http2.answer("GET", "/v2/", new byte[0]).status()).isEqualTo(200);
    }
    registry.leavesNothingBehind();
  }

  @RegistryTest(config = TLS, on = StoreKind.MEMORY)
  void tls12And13AreSpokenAndHttp2WhereTheClientKnowsIt(Registry registry) throws Exception {
    var sockets = Identity.anonymous(AUTHORITY.certificate()).getSocketFactory();
    for (var protocol : List.of("TLSv1.2", "TLSv1.3")) {
      for (var application : List.of("h2", "http/1.1")) {
        try (var socket = (SSLSocket) sockets.createSocket("127.0.0.1", registry.port())) {
          socket.setEnabledProtocols(new String[] {protocol});
          var parameters = socket.getSSLParameters();
          parameters.setApplicationProtocols(new String[] {application});
          socket.setSSLParameters(parameters);
          socket.startHandshake();
          assertThat(socket.getSession().getProtocol()).isEqualTo(protocol);
          assertThat(socket.getApplicationProtocol()).isEqualTo(application);
        }
      }
    }
  }

  @RegistryTest(
      config =
          "{http: {tls: {cert: $TLS/cert.pem, key: $TLS/key.pem}}, sluice: {http: {absoluteUrls: true}}}",
      on = StoreKind.MEMORY)
  void absoluteLocationsAreHttps(Registry registry) {
    assertThat(registry.repository("team/app").startUpload().location())
        .startsWith("https://127.0.0.1:" + registry.port() + "/v2/team/app/blobs/uploads/");
  }

  @RegistryTest(config = TLS, on = StoreKind.MEMORY)
  void whatIsNotTlsOrTooOldIsRefusedInSilence(Registry registry) {
    // Both before and after the first request, with which connections come to be counted.
    for (int i = 0; i < 2; i++) {
      try (var plain = registry.connectPlainly();
          var old = registry.connectPlainly()) {
        plain.sendIfPossible("GET /v2/ HTTP/1.1\r\nHost: x\r\n\r\n");
        plain.readUntilClosed();
        old.send(TLS_1_1);
        // An alert, for a client to tell its user.
        assertThat(old.readByte()).isEqualTo(0x15);
        old.readUntilClosed();
      }
      registry.isUnharmed();
    }
  }

  @RegistryTest(config = IMPATIENT, on = StoreKind.MEMORY)
  void aClientThatStopsInItsHandshakeIsCutOff(Registry registry) {
    for (int i = 0; i < 2; i++) {
      try (var silent = registry.connectPlainly();
          var halfway = registry.connectPlainly().send(new byte[] {0x16, 3, 3, 2, 0, 1})) {
        silent.readUntilClosed();
        halfway.readUntilClosed();
      }
      registry.isUnharmed();
    }
  }

  @RegistryTest(
      config =
          "{http: {tls: {cert: $TLS/cert.pem, key: $TLS/key.pem}}, sluice: {http: {maxConnections: 5}}}",
      on = StoreKind.MEMORY)
  void handshakesThatHangCountAsConnections(Registry registry) {
    registry.isUnharmed();
    var hanging = new ArrayList<RawConnection>();
    for (int i = 0; i < 10; i++) {
      hanging.add(registry.connectPlainly());
    }
    try (var tooMany = registry.connectPlainly()) {
      assertThat(tooMany.readUntilClosed()).isZero();
    }
    hanging.forEach(RawConnection::close);
    eventually(
        () -> registry,
        it -> {
          try (var connection = it.connect()) {
            connection.request("GET /v2/").read().expect(200);
          } catch (java.io.UncheckedIOException closed) {
            throw new AssertionError(closed);
          }
        });
  }

  @RegistryTest(config = IMPATIENT, on = StoreKind.FS)
  void clientsThatStallAreCutOff(Registry registry) {
    var app = registry.repository("team/app");
    var payload = Payload.ofSize(12_000_000);
    app.push(payload);
    try (var connection = registry.connectNarrow()) {
      connection.request("GET " + app.path("blobs/" + payload.digest()));
      eventually(registry.storage()::unfinished, unfinished -> assertThat(unfinished).isEmpty());
      LockSupport.parkNanos(1_000_000_000);
      assertThat(connection.readUntilClosed()).isLessThan(12_000_000);
    }
    var upload = app.startUpload();
    try (var connection = upload.beginPatch(3_000_000).send(payload.slice(0, 2_500_000))) {
      connection.readUntilClosed();
    }
    assertThat(upload.offset()).isEqualTo(2_500_000);
    try (var silent = registry.connect()) {
      silent.readUntilClosed();
    }
    upload.cancel().answers(204);
    registry.isUnharmed();
    registry.leavesNothingBehind();
  }

  @RegistryTest(config = TLS, on = StoreKind.MEMORY)
  void aRequestWithTwoLengthsIsRefused(Registry registry) {
    registry.isUnharmed();
    var upload = registry.repository("team/app").startUpload();
    try (var connection = registry.connect()) {
      connection.request("GET /v2/").read().expect(200);
      connection
          .request("PATCH " + upload.location(), "Content-Length: 5", "Transfer-Encoding: chunked")
          .send("0\r\n\r\n");
      connection.read().expect(400);
      connection.readUntilClosed();
    }
  }

  @RegistryTest(config = TLS, on = StoreKind.MEMORY)
  void keysOfEachFormAreTaken(Registry registry) {
    var rsa = AUTHORITY.server(Keys.RSA);
    var ec = AUTHORITY.server(Keys.EC);
    record Form(Identity identity, String key) {}
    for (var form :
        List.of(
            new Form(rsa, Pem.of(rsa.key())),
            new Form(ec, Pem.of(ec.key())),
            new Form(rsa, Pem.rsa(rsa.key())),
            new Form(ec, Pem.ec(ec.key())))) {
      registry.tls().use(form.identity());
      registry.tls().write("key.pem", form.key());
      registry.reconfigure(TLS);
      for (int i = 0; i < 6; i++) {
        assertThat(certificateOf(registry)).isEqualTo(form.identity().certificate());
      }
      registry.isUnharmed();
    }
  }

  @RegistryTest(config = TLS, on = StoreKind.MEMORY)
  void openConnectionsGoOnWhenTheCertificateIsReplaced(Registry registry) {
    var next = AUTHORITY.server(Keys.EC);
    var payload = Payload.ofSize(200_000);
    var upload = registry.repository("team/app").startUpload();
    try (var idle = registry.connect();
        var sending = upload.beginPatch(200_000).send(payload.slice(0, 100_000))) {
      idle.request("GET /v2/").read().expect(200);
      var before = certificateOf(registry);
      registry.tls().use(next);
      registry.reconfigure(TLS);
      assertThat(before).isNotEqualTo(next.certificate());
      for (int i = 0; i < 6; i++) {
        assertThat(certificateOf(registry)).isEqualTo(next.certificate());
      }
      idle.request("GET /v2/").read().expect(200);
      sending.send(payload.slice(100_000, 200_000)).read().expect(202);
    }
    upload.finish(payload.digest());
  }

  @RegistryTest(config = TLS, on = StoreKind.MEMORY)
  void whatIsNoUsableCertificateChangesNothing(Registry registry) {
    var good = AUTHORITY.server(Keys.EC);
    var other = AUTHORITY.server(Keys.EC);
    var before = certificateOf(registry);
    registry.tls().use(good);

    registry.tls().write("key.pem", Pem.of(other.key()));
    refuses(registry, "http.tls.key: ", "key.pem is not the key of the first certificate in ");
    registry.tls().write("key.pem", Pem.encrypted(good.key(), "open sesame"));
    refuses(
        registry,
        "http.tls.key: ",
        "key.pem has no RSA or EC private key in PEM without a password");
    registry.tls().write("key.pem", Pem.of(good.key()).replace("A", "!"));
    refuses(registry, "http.tls.key: ", "key.pem has no RSA or EC private key");
    registry.tls().delete("key.pem");
    refuses(registry, "http.tls.key: ", "key.pem can't be read: there is no such file");
    registry.tls().use(good);
    registry.tls().write("cert.pem", Pem.of(good.key()));
    refuses(registry, "http.tls.cert: ", "cert.pem has no certificate in PEM");
    registry.tls().write("cert.pem", "");
    refuses(registry, "http.tls.cert: ", "cert.pem has no certificate in PEM");
    registry.tls().write("cert.pem", Pem.of(good.certificate()).substring(0, 200));
    refuses(registry, "http.tls.cert: ", "cert.pem has no certificate in PEM");

    assertThat(certificateOf(registry)).isEqualTo(before);
    registry.tls().use(good);
    registry.reconfigure(TLS);
    assertThat(certificateOf(registry)).isEqualTo(good.certificate());
  }

  private static void refuses(Registry registry, String key, String reason) {
    assertThatThrownBy(() -> registry.reconfigure(TLS))
        .hasMessageStartingWith(key)
        .hasMessageContaining(reason)
        .hasNoCause()
        .message()
        .doesNotContain("BEGIN", "MII", "open sesame");
  }

  private static Certificate certificateOf(Registry registry) {
    try (var connection = registry.connect()) {
      connection.request("GET /v2/").read().expect(200);
      return connection.session().getPeerCertificates()[0];
    } catch (SSLPeerUnverifiedException e) {
      throw new AssertionError(e);
    }
  }
}
