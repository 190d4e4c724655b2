package io.sluice.store.s3;

import static io.sluice.testkit.Eventually.eventually;
import static io.sluice.testkit.s3.S3Operation.UPLOAD_PART;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Await;
import io.sluice.store.MultipartWrite;
import io.sluice.testkit.s3.Bucket;
import io.sluice.testkit.s3.Driver;
import io.sluice.testkit.s3.FaultyS3;
import io.sluice.testkit.s3.Refusal;
import io.sluice.testkit.s3.S3Server;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A store that says that it is too busy gets fewer calls at once. */
class S3BackOffTest {
  private static final int ALL = 48;

  private final Vertx vertx = Vertx.vertx();
  private final Bucket bucket = S3Server.shared().newBucket();
  private final FaultyS3 s3 = FaultyS3.before(S3Server.shared());

  @AfterEach
  void close() {
    Await.result(vertx.close());
    s3.close();
    bucket.close();
  }

  @Test
  void fewerPartsAreInFlightAfterTheStoreWasTooBusy() {
    var driver = new Driver(bucket, s3.endpoint());
    var store =
        Await.on(
            vertx, () -> S3ObjectStore.open(vertx, driver.config(), Duration.ofHours(1), false));
    var upload = Await.on(vertx, () -> store.startMultipart("data/x"));
    s3.on(UPLOAD_PART).delay(Duration.ofMillis(200));
    var busy = s3.on(UPLOAD_PART).next(ALL).refuse(Refusal.slowDown());

    var first = parts(upload, 1);
    eventually(busy::hits, it -> assertThat(it).isEqualTo(ALL));
    assertThat(s3.mostInFlight()).isEqualTo(ALL);
    Await.result(first);
    s3.reset();
    Await.result(parts(upload, ALL + 1));

    // Half of them, and what good answers have added since.
    assertThat(s3.mostInFlight()).isLessThanOrEqualTo(ALL * 3 / 4);
    Await.result(upload.abort());
    Await.result(store.close());
  }

  private Future<?> parts(MultipartWrite upload, int from) {
    var parts = new ArrayList<Future<?>>();
    for (int number = from; number < from + ALL; number++) {
      parts.add(upload.write(number, number, ByteBuffer.wrap(new byte[1])));
    }
    return Future.all(parts);
  }
}
