package io.sluice.store.s3;

import io.sluice.config.S3DriverConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * The credentials that calls are signed with: those of the configuration, or what the SDK's chain
 * finds (environment, web identity, profile, container, instance). Thread safe.
 */
final class Credentials implements AwsCredentialsProvider {

  /*
   * The SDK waits for its credentials on the thread that makes the call, though its interface is asynchronous, and the
   * chain reads files and asks servers. So they are looked up on a worker before a call is made, and the SDK is given
   * what was found. What was found is looked up again after some seconds, while it is in use still: the chain keeps it
   * itself for as long as it is good.
   */
  private static final Logger LOG = LoggerFactory.getLogger(Credentials.class);

  private static final long BELIEVED_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final Duration MARGIN = Duration.ofMinutes(1);

  private final Vertx vertx;
  private final AwsCredentialsProvider source;
  private final boolean fixed;
  private volatile @Nullable Known known;
  private volatile @Nullable Future<Known> lookup;

  private record Known(AwsCredentials credentials, long atNanos) {
    boolean isYoung() {
      return System.nanoTime() - atNanos < BELIEVED_NANOS;
    }

    boolean isGood() {
      return credentials
          .expirationTime()
          .map(end -> Instant.now().plus(MARGIN).isBefore(end))
          .orElse(true);
    }
  }

  Credentials(Vertx vertx, S3DriverConfig config) {
    this.vertx = vertx;
    if (config.accessKey().isPresent() && config.secretKey().isPresent()) {
      var access = config.accessKey().get().value();
      var secret = config.secretKey().get().value();
      var given =
          config.sessionToken().isPresent()
              ? AwsSessionCredentials.create(access, secret, config.sessionToken().get().value())
              : AwsBasicCredentials.create(access, secret);
      this.source = StaticCredentialsProvider.create(given);
      this.fixed = true;
      this.known = new Known(given, System.nanoTime());
    } else {
      this.source = DefaultCredentialsProvider.builder().build();
      this.fixed = false;
    }
  }

  /** Completes when there are credentials that a call can be signed with. */
  Future<Void> ready() {
    var now = known;
    if (now == null || !now.isGood()) {
      return lookUp().mapEmpty();
    }
    if (!fixed && !now.isYoung()) {
      lookUp()
          .onFailure(
              e -> LOG.atWarn().addKeyValue("error", e.getMessage()).log("no newer credentials"));
    }
    return Future.succeededFuture();
  }

  /** The store didn't accept them: there may be others. */
  void doubt() {
    if (!fixed) {
      known = null;
    }
  }

  private Future<Known> lookUp() {
    var before = lookup;
    if (before != null && !before.isComplete()) {
      return before;
    }
    var begun =
        vertx
            .executeBlocking(() -> new Known(source.resolveCredentials(), System.nanoTime()), false)
            .onSuccess(found -> known = found);
    lookup = begun;
    return begun;
  }

  /** What {@link #ready} has found; never waits. */
  @Override
  public AwsCredentials resolveCredentials() {
    var now = known;
    if (now == null) {
      throw SdkClientException.create("there are no credentials yet");
    }
    return now.credentials();
  }

  void close() {
    if (source instanceof SdkAutoCloseable closeable) {
      closeable.close();
    }
  }
}
