package io.sluice.store.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.store.ObjectStore;
import io.sluice.store.ObjectStoreContract;
import io.sluice.testkit.s3.Bucket;
import io.sluice.testkit.s3.Driver;
import io.sluice.testkit.s3.S3Server;
import java.nio.ByteBuffer;
import java.time.Duration;
import net.jqwik.api.Example;
import net.jqwik.api.lifecycle.AfterTry;
import org.jspecify.annotations.Nullable;

/** {@link S3ObjectStore} in a bucket of its own. */
class S3ObjectStoreTest extends ObjectStoreContract {
  private static final Duration GRACE = Duration.ofHours(1);

  private @Nullable Bucket bucket;

  @Override
  protected ObjectStore create() {
    bucket = S3Server.shared().newBucket();
    return reopen();
  }

  @Override
  protected ObjectStore reopen() {
    var driver = new Driver(bucket(), bucket().server().endpoint()).in(bucket(), "images");
    return await(() -> S3ObjectStore.open(vertx(), driver.config(), GRACE, false));
  }

  private Bucket bucket() {
    return java.util.Objects.requireNonNull(bucket);
  }

  @AfterTry
  void removeBucket() {
    bucket().close();
  }

  /** System properties are a part of the chain that a test can set. */
  @Example
  void withoutKeysInTheConfigurationTheSdkIsAskedForThem() {
    System.setProperty("aws.accessKeyId", bucket().server().accessKey());
    System.setProperty("aws.secretAccessKey", bucket().server().secretKey());
    try {
      var driver =
          new Driver(bucket(), bucket().server().endpoint()).without("accesskey", "secretkey");
      var other = await(() -> S3ObjectStore.open(vertx(), driver.config(), GRACE, false));
      await(() -> other.put("x", ByteBuffer.allocate(1)));
      await(other::close);
    } finally {
      System.clearProperty("aws.accessKeyId");
      System.clearProperty("aws.secretAccessKey");
    }
    assertThat(bucket().keys()).containsExactly("_sluice/x");
  }

  @Example
  void everythingLiesInAFolderThatNoRepositoryOfZotsCanHave() {
    put("data/7Z/x", "hello");

    assertThat(bucket().keys()).containsExactly("images/_sluice/data/7Z/x");
  }
}
