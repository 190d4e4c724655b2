package io.sluice.testkit.s3;

import static io.sluice.testkit.s3.S3Calls.failureOf;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.http.SdkHttpConfigurationOption;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.utils.AttributeMap;

class FaultyS3TlsTest {
  private final Bucket bucket = S3Server.shared().newBucket();

  @AfterEach
  void close() {
    bucket.close();
  }

  @Test
  void aClientThatDoesNotTrustTheCertificateSaysSo() {
    try (var proxy = FaultyS3.beforeWithTls(S3Server.shared(), SelfSigned.create());
        var s3 = new S3Calls(bucket, proxy.endpoint())) {
      assertThat(failureOf(() -> s3.put("a", "1"))).hasStackTraceContaining("PKIX path");
      assertThat(proxy.requests()).isZero();
    }
  }

  @Test
  void aClientThatTrustsAllGoesThrough() {
    var all =
        AttributeMap.builder().put(SdkHttpConfigurationOption.TRUST_ALL_CERTIFICATES, true).build();
    try (var proxy = FaultyS3.beforeWithTls(S3Server.shared(), SelfSigned.create());
        var http = NettyNioAsyncHttpClient.builder().buildWithDefaults(all);
        var s3 = new S3Calls(bucket, S3Server.shared().client(proxy.endpoint(), http))) {
      s3.put("a", "1");

      assertThat(s3.get("a")).isEqualTo("1");
      assertThat(proxy.requests(S3Operation.PUT_OBJECT)).isOne();
    }
  }

  @Test
  void certificatesAreAsTheySay() throws Exception {
    read(SelfSigned.create()).checkValidity();
    assertThat(failureOf(() -> read(SelfSigned.expired()).checkValidity()))
        .isInstanceOf(CertificateExpiredException.class);
    assertThat(read(SelfSigned.forAnotherHost()).getSubjectAlternativeNames().toString())
        .contains("elsewhere.example");
  }

  private static X509Certificate read(SelfSigned made) throws IOException, CertificateException {
    try (var in = Files.newInputStream(made.certificate())) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }
}
