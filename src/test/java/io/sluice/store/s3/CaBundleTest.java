package io.sluice.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.testkit.s3.FaultyS3;
import io.sluice.testkit.s3.S3Server;
import io.sluice.testkit.s3.SelfSigned;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaBundleTest {

  /** The status of an answer by way of TLS with a certificate, trusting what a bundle has. */
  private static int status(SelfSigned presented, Path bundle)
      throws GeneralSecurityException, IOException, InterruptedException {
    var context = SSLContext.getInstance("TLS");
    context.init(null, CaBundle.of(bundle).trustManagers(), null);
    try (var s3 = FaultyS3.beforeWithTls(S3Server.shared(), presented);
        var http = HttpClient.newBuilder().sslContext(context).build()) {
      return http.send(
              HttpRequest.newBuilder(s3.endpoint().resolve("/-/counts")).build(),
              BodyHandlers.discarding())
          .statusCode();
    }
  }

  @Test
  void whatIsInTheBundleIsTrusted() throws Exception {
    var certificate = SelfSigned.create();

    assertThat(status(certificate, certificate.certificate())).isEqualTo(200);
  }

  @Test
  void whatIsNotInItIsRefused() {
    var other = SelfSigned.create().certificate();

    assertThatThrownBy(() -> status(SelfSigned.create(), other))
        .isInstanceOf(SSLHandshakeException.class);
  }

  @Test
  void whatIsForAnotherHostIsRefusedAllTheSame() {
    var elsewhere = SelfSigned.forAnotherHost();

    assertThatThrownBy(() -> status(elsewhere, elsewhere.certificate()))
        .isInstanceOf(SSLHandshakeException.class);
  }

  @Test
  void aFileThatIsNoBundleSaysWhichAndWhatIsWrong(@TempDir Path folder) throws IOException {
    var empty = Files.createFile(folder.resolve("empty.pem"));
    var missing = folder.resolve("missing.pem");
    var broken =
        Files.writeString(
            folder.resolve("broken.pem"),
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");

    for (var file : new Path[] {empty, missing, broken}) {
      assertThatThrownBy(() -> CaBundle.of(file))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContainingAll(CaBundle.VARIABLE, file.toString());
    }
  }
}
