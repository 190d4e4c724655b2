package io.sluice.store.s3;

import io.sluice.config.S3DriverConfig;
import io.sluice.store.ListRequest;
import io.sluice.store.Listing;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;

/**
 * Proves at start that a bucket can be used: looks at it, then writes, reads, lists and removes an
 * object of its own, and tells what it found. Used once.
 */
final class S3Probe {
  /** Longer than a store takes to answer, shorter than people wait to read what is wrong. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final String FOLDER = "probe/";

  /** What an earlier probe was too unlucky to remove. */
  private static final Duration STALE = Duration.ofHours(1);

  /** S3 refuses requests whose date is off by more than fifteen minutes. */
  private static final Duration TOLERABLE_SKEW = Duration.ofMinutes(1);

  private final S3DriverConfig config;
  private final S3Bucket bucket;
  private final S3ObjectStore store;
  private final List<String> timings = new ArrayList<>();

  S3Probe(S3DriverConfig config, S3Bucket bucket, S3ObjectStore store) {
    this.config = config;
    this.bucket = bucket;
    this.store = store;
  }

  Future<Void> run(boolean createBucket) {
    return look()
        .recover(cause -> createBucket && isMissing(cause) ? create() : Future.failedFuture(cause))
        .recover(cause -> Future.failedFuture(explain(cause)))
        .compose(seen -> exercise().map(seen))
        .onSuccess(this::report)
        .mapEmpty();
  }

  private Future<ListObjectsV2Response> look() {
    return bucket
        .calls()
        .attempt(
            "ListObjectsV2",
            new Window(1, 1),
            PATIENCE,
            () ->
                bucket
                    .clients()
                    .calls()
                    .listObjectsV2(it -> it.bucket(config.bucket()).maxKeys(1)));
  }

  private static boolean isMissing(Throwable cause) {
    return cause instanceof S3Calls.Refused it && it.failure().kind() == S3Failure.Kind.NO_BUCKET;
  }

  private Future<ListObjectsV2Response> create() {
    S3ObjectStore.LOG.atInfo().addKeyValue("bucket", config.bucket()).log("creating the bucket");
    return bucket
        .calls()
        .attempt(
            "CreateBucket",
            new Window(1, 1),
            PATIENCE,
            () -> bucket.clients().calls().createBucket(it -> it.bucket(config.bucket())))
        .recover(cause -> isOurs(cause) ? Future.succeededFuture() : Future.failedFuture(cause))
        .compose(_ -> look());
  }

  /** Another replica was quicker. */
  private static boolean isOurs(Throwable cause) {
    return cause instanceof S3Calls.Refused it
        && it.failure().code().equals("BucketAlreadyOwnedByYou");
  }

  private Future<Void> exercise() {
    var key = FOLDER + UUID.randomUUID();
    var bytes = key.getBytes(StandardCharsets.UTF_8);
    return timed("put", "written", () -> store.put(key, ByteBuffer.wrap(bytes)))
        .compose(_ -> timed("get", "read", () -> store.read(key)))
        .compose(found -> requireSame(found, bytes))
        .compose(_ -> timed("list", "listed", () -> store.list(ListRequest.below(FOLDER))))
        .compose(
            page -> {
              if (page.entries().stream().noneMatch(it -> it.key().equals(key))) {
                return Future.failedFuture(
                    unusable(
                        "lists don't show what was just written; Sluice needs a store that is strongly consistent"));
              }
              var keys = new ArrayList<>(List.of(key));
              page.entries().stream()
                  .filter(it -> it.age().compareTo(STALE) > 0)
                  .map(Listing.Entry::key)
                  .forEach(keys::add);
              return timed("delete", "deleted", () -> store.delete(keys));
            });
  }

  private Future<Void> requireSame(Buffer found, byte[] written) {
    return found.equals(Buffer.buffer(written))
        ? Future.succeededFuture()
        : Future.failedFuture(unusable("what is read is not what was written"));
  }

  private <T> Future<T> timed(String name, String action, Supplier<Future<T>> call) {
    long start = System.nanoTime();
    return call.get()
        .onSuccess(
            _ ->
                timings.add(
                    name + " " + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start) + " ms"))
        .recover(
            cause ->
                Future.failedFuture(
                    new S3Unusable(
                        where()
                            + " can be looked at, but objects below "
                            + S3Bucket.FOLDER
                            + " can't be "
                            + action
                            + ": "
                            + cause.getMessage()
                            + "; docs/operations.md lists the permissions that are needed",
                        cause)));
  }

  private void report(ListObjectsV2Response seen) {
    var answer = seen.sdkHttpResponse();
    var skew = date(answer).map(date -> Duration.between(Instant.now(), date));
    S3ObjectStore.LOG
        .atInfo()
        .addKeyValue("bucket", config.bucket())
        .addKeyValue("endpoint", endpoint())
        .addKeyValue("server", answer.firstMatchingHeader("Server").orElse("unknown"))
        .addKeyValue("latency", String.join(", ", timings))
        .log("the bucket can be used");
    skew.filter(it -> it.abs().compareTo(TOLERABLE_SKEW) > 0)
        .ifPresent(
            it ->
                S3ObjectStore.LOG
                    .atWarn()
                    .addKeyValue("seconds", it.toSeconds())
                    .log(
                        "the store's clock differs from this machine's; S3 refuses what is 15 minutes off"));
  }

  /** The {@code Date} of an answer. */
  static Optional<Instant> date(SdkHttpResponse answer) {
    return answer
        .firstMatchingHeader("Date")
        .flatMap(
            text -> {
              try {
                return Optional.of(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text, Instant::from));
              } catch (DateTimeException e) {
                return Optional.empty();
              }
            });
  }

  private String endpoint() {
    return S3Clients.endpoint(config).map(Object::toString).orElse("AWS, " + config.region());
  }

  private String where() {
    return "the bucket '" + config.bucket() + "' at " + endpoint();
  }

  private S3Unusable unusable(String reason) {
    return new S3Unusable(where() + " can't be used: " + reason, null);
  }

  /** What is wrong with the bucket, and what to change. */
  private Throwable explain(Throwable cause) {
    if (!(cause instanceof S3Calls.Refused refused)) {
      return cause;
    }
    var failure = refused.failure();
    var said =
        failure.code().isEmpty() ? failure.detail() : failure.code() + ": " + failure.detail();
    return new S3Unusable(
        where()
            + " can't be used: "
            + failure.kind().reason
            + " ("
            + said
            + "). "
            + advice(failure),
        cause);
  }

  private String advice(S3Failure failure) {
    return switch (failure.kind()) {
      case NO_BUCKET, NOT_FOUND ->
          "Create it, correct storageDriver.bucket, or set sluice.s3.createBucket to true.";
      case CREDENTIALS ->
          config.accessKey().isPresent()
              ? "Check storageDriver.accesskey and secretkey."
              : "Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, the web identity or the profile; or set storageDriver.accesskey and secretkey.";
      case FORBIDDEN ->
          "The user needs s3:ListBucket on the bucket, and what else docs/operations.md lists.";
      case SKEWED -> "Set the clock of this machine, or of the store: NTP.";
      case REGION -> "Set storageDriver.region to the bucket's" + region(failure) + ".";
      case TLS ->
          "Check that storageDriver.regionendpoint and secure say what the store speaks (http or https); let "
              + CaBundle.VARIABLE
              + " name its CA's certificate as a PEM file; or set skipverify to true.";
      case UNREACHABLE ->
          "Check storageDriver.regionendpoint, whether the store speaks http or https as it says, and whether the store runs and can be reached from here.";
      case THROTTLED, FAULTY, DAMAGED -> "Look at the store's own log, and start again.";
      case REFUSED -> "Check storageDriver: forcepathstyle, bucket and regionendpoint most of all.";
    };
  }

  private static String region(S3Failure failure) {
    return failure.region().map(it -> ", " + it).orElse("");
  }
}
