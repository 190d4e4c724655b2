package io.sluice.upload;

import static io.sluice.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Await;
import io.sluice.store.ObjectStore;
import io.sluice.store.s3.S3ObjectStore;
import io.sluice.testkit.s3.Bucket;
import io.sluice.testkit.s3.Driver;
import io.sluice.testkit.s3.S3Server;
import io.vertx.core.Vertx;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Multipart uploads that a crash left in S3, of which there is no record. */
class S3OrphansTest {
  private static final String KEY = "data/7Z/01JZ0000000000000000000000";

  private final Vertx vertx = Vertx.vertx();
  private final Bucket bucket = S3Server.shared().newBucket();
  private final ObjectStore store = open("images");

  private ObjectStore open(String folder) {
    var driver = new Driver(bucket, bucket.server().endpoint()).in(bucket, folder);
    return Await.on(
        vertx, () -> S3ObjectStore.open(vertx, driver.config(), Duration.ofHours(1), false));
  }

  @AfterEach
  void close() {
    Await.result(store.close());
    Await.result(vertx.close());
    bucket.close();
  }

  private String orphan(ObjectStore in) {
    return Await.on(
        vertx,
        () ->
            in.startMultipart(KEY)
                .compose(
                    write -> write.write(1, 0, ByteBuffer.wrap(new byte[100])).map(write.id())));
  }

  @Test
  void theStoreTellsWhatIsUnfinishedAndHowOldItIs() {
    var id = orphan(store);

    var pending = Await.on(vertx, store::pendingMultiparts);

    assertThat(pending)
        .singleElement()
        .satisfies(
            it -> {
              assertThat(it.key()).isEqualTo(KEY);
              assertThat(it.multipartId()).isEqualTo(id);
              // Dates of HTTP have no fractions of a second.
              assertThat(it.age()).isBetween(Duration.ofSeconds(-1), Duration.ofMinutes(1));
            });
  }

  @Test
  void anOrphanGoesWhenItIsOldEnough() {
    orphan(store);
    var patient = new UploadsFixture(vertx, store, 8, Duration.ofHours(1));
    var strict = new UploadsFixture(vertx, store, 8, Duration.ofMillis(1));

    assertThat(patient.expire()).isZero();
    assertThat(bucket.unfinished()).hasSize(1);

    eventually(strict::expire, dropped -> assertThat(dropped).isOne());
    assertThat(bucket.unfinished()).isEmpty();
    assertThat(strict.expire()).isZero();
  }

  @Test
  void whatOthersHaveInTheBucketIsNotTouched() {
    var other = open("elsewhere");
    orphan(other);
    Await.result(other.close());
    orphan(store);
    var strict = new UploadsFixture(vertx, store, 8, Duration.ofMillis(1));

    eventually(strict::expire, dropped -> assertThat(dropped).isOne());

    assertThat(bucket.unfinished()).containsExactly("elsewhere/_sluice/" + KEY);
  }
}
