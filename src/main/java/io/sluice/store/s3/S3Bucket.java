package io.sluice.store.s3;

import io.sluice.config.S3DriverConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** A bucket, what of it is ours, and how calls to it are made. Thread safe. */
final class S3Bucket {

  /** Where everything of ours lies. */
  static final String FOLDER = "_sluice/";

  /** Pieces in which a part goes to the network: what TLS encrypts ahead of the socket. */
  private static final int PIECE = 256 << 10;

  /** A checksum of more than this is computed on a worker. */
  private static final int CHECKSUM_HERE = 64 << 10;

  private static final int PARALLEL_CALLS = 128;
  private static final int PARALLEL_PARTS = 48;

  private final Vertx vertx;
  private final S3DriverConfig config;
  private final S3Clients clients;
  private final S3Calls calls;
  private final Headers headers;
  private final Times times;
  private final String prefix;
  private final Window small = new Window(4, PARALLEL_CALLS);
  private final Window parts = new Window(1, PARALLEL_PARTS);
  private final Window reads = new Window(4, Integer.MAX_VALUE);

  /**
   * How long calls may take in all, with their repetitions.
   *
   * @param call any but these
   * @param part the upload of one part
   * @param completion putting the parts together, which AWS takes its time for
   * @param check the readiness of the store
   */
  record Times(Duration call, Duration part, Duration completion, Duration check) {
    /**
     * The times that leave a writer its rules: a call ends before a quarter of the grace has passed
     * (docs/architecture.md, "What this assumes of a store").
     */
    static Times within(Duration grace) {
      var quarter = grace.dividedBy(4).minus(min(Duration.ofSeconds(1), grace.dividedBy(16)));
      return new Times(
          min(Duration.ofSeconds(45), quarter),
          Duration.ofMinutes(2),
          min(Duration.ofMinutes(5), quarter),
          Duration.ofSeconds(5));
    }

    private static Duration min(Duration a, Duration b) {
      return a.compareTo(b) < 0 ? a : b;
    }
  }

  S3Bucket(Vertx vertx, S3DriverConfig config, S3Clients clients, Times times) {
    this.vertx = vertx;
    this.config = config;
    this.clients = clients;
    this.calls = new S3Calls(vertx, clients.credentials(), !config.logLevel().equals("off"));
    this.headers = new Headers(config);
    this.times = times;
    this.prefix = prefix(config.rootDirectory());
  }

  /** A root directory, as Zot's drivers want it with a slash in front, and below it our folder. */
  private static String prefix(String rootDirectory) {
    var root = rootDirectory.replaceAll("^/+|/+$", "");
    return root.isEmpty() ? FOLDER : root + "/" + FOLDER;
  }

  String name() {
    return config.bucket();
  }

  /** What one of our keys is called in the bucket. */
  String inBucket(String key) {
    return prefix + key;
  }

  /** Which of our keys this is in the bucket. */
  String ours(String inBucket) {
    return inBucket.substring(prefix.length());
  }

  boolean isOurs(String inBucket) {
    return inBucket.startsWith(prefix);
  }

  Times times() {
    return times;
  }

  Headers headers() {
    return headers;
  }

  S3Clients clients() {
    return clients;
  }

  /** For the probe, which wants to know how exactly the store refuses. */
  S3Calls calls() {
    return calls;
  }

  /**
   * A call with little in it.
   *
   * @param what the operation by S3's name
   */
  <T> Future<T> call(String what, Function<S3AsyncClient, CompletableFuture<T>> attempt) {
    return call(what, times.call(), attempt);
  }

  <T> Future<T> call(
      String what, Duration within, Function<S3AsyncClient, CompletableFuture<T>> attempt) {
    return calls.run(what, small, within, () -> attempt.apply(clients.calls()));
  }

  /** The upload of a part. */
  <T> Future<T> callWithPart(String what, Function<S3AsyncClient, CompletableFuture<T>> attempt) {
    return calls.run(what, parts, times.part(), () -> attempt.apply(clients.calls()));
  }

  /** A read that lasts as long as the reader likes; only its beginning is waited for. */
  <T> Future<T> callForRead(String what, Function<S3AsyncClient, CompletableFuture<T>> attempt) {
    return calls.run(what, reads, times.call(), () -> attempt.apply(clients.reads()));
  }

  /** The CRC32C of what will be sent; on a worker when it is much. */
  Future<String> checksum(ByteBuffer... bytes) {
    return length(bytes) <= CHECKSUM_HERE
        ? Future.succeededFuture(Checksums.crc32c(bytes))
        : vertx.executeBlocking(() -> Checksums.crc32c(bytes), false);
  }

  static long length(ByteBuffer... bytes) {
    long length = 0;
    for (var buffer : bytes) {
      length += buffer.remaining();
    }
    return length;
  }

  /**
   * A body that is sent from these buffers without a copy; they must not change before the call has
   * ended, in all its repetitions.
   */
  static AsyncRequestBody body(ByteBuffer... bytes) {
    var pieces = new ArrayList<ByteBuffer>();
    for (var buffer : bytes) {
      for (int at = buffer.position(); at < buffer.limit(); at += PIECE) {
        pieces.add(buffer.duplicate().position(at).limit(Math.min(buffer.limit(), at + PIECE)));
      }
    }
    return pieces.isEmpty()
        ? AsyncRequestBody.empty()
        : AsyncRequestBody.fromRemainingByteBuffersUnsafe(pieces.toArray(ByteBuffer[]::new));
  }
}
