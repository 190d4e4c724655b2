package io.sluice.store.s3;

import io.sluice.config.S3DriverConfig;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.ResolveIdentityRequest;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * The credentials that calls are signed with: those of the configuration, or what the SDK's chain
 * finds (environment, web identity, profile, container, instance). Thread safe.
 *
 * <p>The chain reads files and makes calls of its own, so it is asked on a worker; what it said is
 * used for some seconds without asking again.
 */
final class Credentials implements AwsCredentialsProvider, SdkAutoCloseable {
  private static final long BELIEVED_NANOS = TimeUnit.SECONDS.toNanos(20);

  private final Vertx vertx;
  private final DefaultCredentialsProvider chain;
  private volatile @Nullable Known known;

  private record Known(AwsCredentials credentials, long atNanos) {
    boolean isGood() {
      return System.nanoTime() - atNanos < BELIEVED_NANOS
          && credentials.expirationTime().map(Instant.now()::isBefore).orElse(true);
    }
  }

  private Credentials(Vertx vertx) {
    this.vertx = vertx;
    this.chain = DefaultCredentialsProvider.builder().build();
  }

  static AwsCredentialsProvider of(Vertx vertx, S3DriverConfig config) {
    if (config.accessKey().isEmpty() || config.secretKey().isEmpty()) {
      return new Credentials(vertx);
    }
    var access = config.accessKey().get().value();
    var secret = config.secretKey().get().value();
    return StaticCredentialsProvider.create(
        config.sessionToken().isPresent()
            ? AwsSessionCredentials.create(access, secret, config.sessionToken().get().value())
            : AwsBasicCredentials.create(access, secret));
  }

  @Override
  public AwsCredentials resolveCredentials() {
    var found = chain.resolveCredentials();
    known = new Known(found, System.nanoTime());
    return found;
  }

  @Override
  public CompletableFuture<AwsCredentialsIdentity> resolveIdentity(ResolveIdentityRequest request) {
    var now = known;
    return now != null && now.isGood()
        ? CompletableFuture.completedFuture(now.credentials())
        : vertx
            .<AwsCredentialsIdentity>executeBlocking(this::resolveCredentials, false)
            .toCompletionStage()
            .toCompletableFuture();
  }

  @Override
  public void close() {
    chain.close();
  }
}
