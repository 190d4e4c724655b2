package io.sluice.store.s3;

import io.sluice.config.S3DriverConfig;
import io.sluice.store.ObjectStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;

/**
 * An {@link S3ObjectStore} that gives calls up after some seconds, for tests of what comes then.
 */
public final class ImpatientS3 {
  private static final S3Bucket.Times TIMES =
      new S3Bucket.Times(
          Duration.ofSeconds(4),
          Duration.ofSeconds(6),
          Duration.ofSeconds(4),
          Duration.ofSeconds(2));

  private ImpatientS3() {}

  /** Connects to a bucket, without a probe. */
  public static Future<ObjectStore> open(Vertx vertx, S3DriverConfig config) {
    return vertx.executeBlocking(() -> S3ObjectStore.over(vertx, config, TIMES), false);
  }
}
