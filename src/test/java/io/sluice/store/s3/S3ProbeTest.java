package io.sluice.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.sluice.Await;
import io.sluice.testkit.s3.Bucket;
import io.sluice.testkit.s3.Driver;
import io.sluice.testkit.s3.FaultyS3;
import io.sluice.testkit.s3.Refusal;
import io.sluice.testkit.s3.S3Operation;
import io.sluice.testkit.s3.S3Server;
import io.sluice.testkit.s3.SelfSigned;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an operator reads when the bucket can't be used. */
class S3ProbeTest {
  /** What the probe takes, and a machine that is busy with other tests. */
  private static final Duration BOUND = Duration.ofSeconds(20);

  private final Vertx vertx = Vertx.vertx();
  private final Bucket bucket = S3Server.shared().newBucket();
  private final FaultyS3 s3 = FaultyS3.before(S3Server.shared());

  @AfterEach
  void close() {
    Await.result(vertx.close());
    s3.close();
    bucket.close();
  }

  private Driver driver() {
    return new Driver(bucket, s3.endpoint()).in(bucket, "images");
  }

  private void opens(Driver driver, boolean createBucket) {
    var store =
        Await.on(
            vertx,
            () -> S3ObjectStore.open(vertx, driver.config(), Duration.ofHours(1), createBucket));
    Await.result(store.close());
  }

  /** The message with which it doesn't start. */
  private String failure(Driver driver) {
    long begun = System.nanoTime();
    var thrown = catchThrowable(() -> opens(driver, false));
    assertThat(thrown).isInstanceOf(S3Unusable.class);
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(BOUND);
    assertThat(thrown.getMessage())
        .contains(
            driver.section().get("bucket").asText(),
            driver.section().get("regionendpoint").asText())
        .doesNotContain(bucket.server().secretKey());
    return String.valueOf(thrown.getMessage());
  }

  @Test
  void aBucketThatCanBeUsedIsLeftAsItWas() {
    opens(driver(), false);

    assertThat(bucket.keys()).isEmpty();
    assertThat(s3.requests(S3Operation.PUT_OBJECT)).isOne();
    assertThat(s3.requests(S3Operation.CREATE_BUCKET)).isZero();
  }

  @Test
  void aBucketThatIsNotThere() {
    assertThat(failure(driver().with("bucket", bucket.name() + "-not")))
        .contains("the bucket does not exist", "storageDriver.bucket", "sluice.s3.createBucket");
    assertThat(s3.requests(S3Operation.CREATE_BUCKET)).isZero();
  }

  @Test
  void aBucketThatIsNotThereIsCreatedWhenThatIsWanted() {
    var name = bucket.name() + "-new";

    opens(driver().with("bucket", name), true);
    opens(driver().with("bucket", name), true);

    assertThat(s3.requests(S3Operation.CREATE_BUCKET)).isOne();
  }

  @Test
  void aWrongSecret() {
    assertThat(failure(driver().with("secretkey", "not-the-secret")))
        .contains("does not accept our credentials", "storageDriver.accesskey and secretkey")
        .doesNotContain("not-the-secret");
  }

  @Test
  void anAccessKeyThatNobodyKnows() {
    assertThat(failure(driver().with("accesskey", "AKIANOBODY")))
        .contains("does not accept our credentials", "storageDriver.accesskey and secretkey");
  }

  @Test
  void aTokenThatHasExpired() {
    s3.on().refuse(Refusal.expiredToken());

    assertThat(failure(driver())).contains("does not accept our credentials", "ExpiredToken");
  }

  @Test
  void aBucketInAnotherRegion() {
    s3.on().refuse(Refusal.permanentRedirect("eu-west-1"));

    assertThat(failure(driver()))
        .contains("in another region", "Set storageDriver.region to the bucket's, eu-west-1.");
  }

  @Test
  void aClockThatIsWrong() {
    s3.on().refuse(Refusal.requestTimeTooSkewed());

    assertThat(failure(driver())).contains("the clocks", "differ too much", "NTP");
  }

  @Test
  void aUserWhoMayNotList() {
    s3.on(S3Operation.LIST_OBJECTS_V2).refuse(Refusal.accessDenied());

    assertThat(failure(driver())).contains("does not permit it", "s3:ListBucket");
  }

  @Test
  void aUserWhoMayReadAndNotWrite() {
    s3.on(S3Operation.PUT_OBJECT).refuse(Refusal.accessDenied());

    assertThat(failure(driver()))
        .contains("can't be written", "does not permit it", "docs/operations.md");
  }

  @Test
  void aUserWhoMayNotDelete() {
    s3.on(S3Operation.DELETE_OBJECT).refuse(Refusal.accessDenied());

    assertThat(failure(driver())).contains("can't be deleted", "does not permit it");
  }

  @Test
  void aStoreThatForgetsWhatItWasGiven() {
    s3.on(S3Operation.GET_OBJECT).refuse(Refusal.noSuchUpload());

    assertThat(failure(driver())).contains("can't be read");
  }

  @Test
  void aStoreThatFailsForAMomentIsWaitedFor() {
    s3.on().next(3).refuse(Refusal.serviceUnavailable());

    opens(driver(), false);
  }

  @Test
  void aStoreThatIsNotThereIsWaitedForAndThenReported() throws IOException {
    int port;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }

    assertThat(failure(new Driver(bucket, URI.create("http://127.0.0.1:" + port))))
        .contains("can't be reached", "storageDriver.regionendpoint");
  }

  @Test
  void aHostThatNobodyKnows() {
    assertThat(failure(new Driver(bucket, URI.create("http://no-such-host.invalid:9000"))))
        .contains("can't be reached", "no-such-host.invalid", "storageDriver.regionendpoint");
  }

  @Test
  void aStoreThatNeverAnswers() {
    s3.on().hang();

    assertThat(failure(driver())).contains("can't be reached", "no answer in time");
  }

  @Test
  void httpsWhereTheStoreSpeaksHttp() {
    // Some say so in plain text, some hang up without a word, as if nobody were there.
    var https = URI.create(s3.endpoint().toString().replace("http:", "https:"));

    assertThat(failure(new Driver(bucket, https)))
        .contains("storageDriver.regionendpoint", "http or https");
  }

  @Test
  void httpWhereTheStoreSpeaksHttps() {
    try (var tls = FaultyS3.beforeWithTls(S3Server.shared(), SelfSigned.create())) {
      var http = URI.create(tls.endpoint().toString().replace("https:", "http:"));

      assertThat(failure(new Driver(bucket, http)))
          .contains("can't be reached", "storageDriver.regionendpoint", "http or https");
    }
  }

  @Test
  void aCertificateThatNobodyTrustsUnlessVerificationIsOff() {
    try (var tls = FaultyS3.beforeWithTls(S3Server.shared(), SelfSigned.create())) {
      assertThat(failure(new Driver(bucket, tls.endpoint())))
          .contains("no secure connection", CaBundle.VARIABLE, "skipverify");
      assertThat(tls.requests()).isZero();

      opens(new Driver(bucket, tls.endpoint()).with("skipverify", "true"), false);
    }
  }

  @Test
  void aCertificateThatHasExpired() {
    try (var tls = FaultyS3.beforeWithTls(S3Server.shared(), SelfSigned.expired())) {
      assertThat(failure(new Driver(bucket, tls.endpoint()))).contains("no secure connection");
    }
  }
}
