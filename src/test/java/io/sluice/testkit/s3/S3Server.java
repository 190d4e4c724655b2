package io.sluice.testkit.s3;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3AsyncClientBuilder;

/**
 * The S3 server of the tests: one for the whole JVM, started when it is first asked for.
 *
 * <p>It is in this process, unless {@code SLUICE_TEST_S3_ENDPOINT} names another; then {@code
 * SLUICE_TEST_S3_BUCKET}, {@code _REGION}, {@code _ACCESS_KEY} and {@code _SECRET_KEY} belong to
 * it. Tests rely only on what every S3 does; where the two differ, {@link #isEmbedded} tells them
 * apart.
 */
public final class S3Server {
  private static @Nullable S3Server shared;

  private final URI endpoint;
  private final String region;
  private final String accessKey;
  private final String secretKey;
  private final @Nullable String givenBucket;
  private final S3AsyncClient housekeeping;

  private S3Server(
      URI endpoint,
      String region,
      String accessKey,
      String secretKey,
      @Nullable String givenBucket) {
    this.endpoint = endpoint;
    this.region = region;
    this.accessKey = accessKey;
    this.secretKey = secretKey;
    this.givenBucket = givenBucket;
    this.housekeeping = client(endpoint, accessKey, secretKey);
  }

  /** The one that all tests of this JVM use; it ends with the JVM. */
  public static synchronized S3Server shared() {
    if (shared == null) {
      var given = System.getenv("SLUICE_TEST_S3_ENDPOINT");
      shared = given == null || given.isBlank() ? embedded() : external(URI.create(given));
    }
    return shared;
  }

  private static S3Server embedded() {
    var server = EmbeddedS3.inFolder(0, temporaryFolder());
    return new S3Server(
        server.endpoint(), EmbeddedS3.REGION, EmbeddedS3.ACCESS_KEY, EmbeddedS3.SECRET_KEY, null);
  }

  private static Path temporaryFolder() {
    try {
      var parent = Files.createDirectories(Path.of(System.getProperty("java.io.tmpdir")));
      return Files.createTempDirectory(parent, "s3");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static S3Server external(URI endpoint) {
    return new S3Server(
        endpoint,
        environment("REGION"),
        environment("ACCESS_KEY"),
        environment("SECRET_KEY"),
        environment("BUCKET"));
  }

  private static String environment(String name) {
    var value = System.getenv("SLUICE_TEST_S3_" + name);
    if (value == null || value.isBlank()) {
      throw new IllegalStateException(
          "SLUICE_TEST_S3_ENDPOINT is set, SLUICE_TEST_S3_" + name + " is not");
    }
    return value;
  }

  /** Where it listens, without a bucket: clients have to use path-style addresses. */
  public URI endpoint() {
    return endpoint;
  }

  public String region() {
    return region;
  }

  public String accessKey() {
    return accessKey;
  }

  public String secretKey() {
    return secretKey;
  }

  /** Whether this is the server in the process, and not one that the environment named. */
  public boolean isEmbedded() {
    return givenBucket == null;
  }

  /**
   * A place for one test, empty: a bucket, or a prefix in the bucket that the environment named.
   */
  public Bucket newBucket() {
    var id = UUID.randomUUID().toString();
    if (givenBucket != null) {
      return new Bucket(this, givenBucket, "sluice-tests/" + id + "/");
    }
    var name = "test-" + id;
    housekeeping.createBucket(it -> it.bucket(name)).join();
    return new Bucket(this, name, "");
  }

  /** The client with which buckets look after themselves; never goes through a proxy. */
  S3AsyncClient housekeeping() {
    return housekeeping;
  }

  /**
   * A client with the right keys, by way of an endpoint such as a proxy's; the caller closes it.
   */
  public S3AsyncClient client(URI by) {
    return client(by, accessKey, secretKey);
  }

  /** A client with keys of the caller's choice. It tries once and adds no checksums by itself. */
  public S3AsyncClient client(URI by, String accessKey, String secretKey) {
    return builder(by, accessKey, secretKey).build();
  }

  /** A client with the right keys and an HTTP client of the caller's choice, who closes both. */
  S3AsyncClient client(URI by, SdkAsyncHttpClient http) {
    return builder(by, accessKey, secretKey).httpClient(http).build();
  }

  private S3AsyncClientBuilder builder(URI by, String accessKey, String secretKey) {
    return S3AsyncClient.builder()
        .endpointOverride(by)
        .region(Region.of(region))
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKey, secretKey)))
        .forcePathStyle(true)
        .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
        .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
        .overrideConfiguration(it -> it.retryStrategy(retries -> retries.maxAttempts(1)));
  }
}
