package io.sluice.store.s3;

import io.sluice.config.S3DriverConfig;
import io.sluice.oci.RegistryError.StoreUnavailable;
import io.sluice.oci.RegistryException;
import io.sluice.store.Content;
import io.sluice.store.ListRequest;
import io.sluice.store.Listing;
import io.sluice.store.MultipartWrite;
import io.sluice.store.ObjectNotFound;
import io.sluice.store.ObjectStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.reactivestreams.Publisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.Delete;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsResponse;
import software.amazon.awssdk.services.s3.model.ListPartsResponse;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Error;
import software.amazon.awssdk.services.s3.model.S3Response;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/**
 * Objects in a bucket of S3. Thread safe.
 *
 * <p>All keys lie below {@code _sluice/}, after the configured root directory: no repository of
 * Zot's, which may share the bucket, can have such a name.
 */
public final class S3ObjectStore implements ObjectStore {
  static final Logger LOG = LoggerFactory.getLogger(S3ObjectStore.class);

  /** Where everything of ours lies. */
  static final String FOLDER = "_sluice/";

  /** Large enough that a part's cost is its bytes, small enough that a dozen fit into memory. */
  private static final int PART_SIZE = 8 << 20;

  /** What S3 wants of every part but the last. */
  private static final int SMALLEST_PART = 5 << 20;

  private static final int MOST_PARTS = 10_000;

  /*
   * With 10,000 parts of 8 MiB an object ends at 78 GiB, so parts grow: by 8 MiB for every thousand parts before. That
   * makes 430 GiB in all, and a part is at most a twentieth larger than the object needs it to be when it is reached.
   */
  private static final int GROW_EVERY = 1000;

  /** Content up to here is read at once; it costs less than a stream. */
  private static final int AT_ONCE = 64 << 10;

  /** Pieces in which a part goes to the network: what TLS encrypts ahead of the socket. */
  private static final int PIECE = 256 << 10;

  /** A checksum of more than this is computed on a worker. */
  private static final int CHECKSUM_HERE = 64 << 10;

  /** S3's limit for keys in one DeleteObjects, and in one page of a list. */
  private static final int BATCH = 1000;

  /** Sorts after everything that a key may continue with. */
  private static final String LAST = new String(Character.toChars(0x10FFFD));

  private static final int PARALLEL_CALLS = 128;
  private static final int PARALLEL_PARTS = 48;

  private final Vertx vertx;
  private final S3DriverConfig config;
  private final S3Clients clients;
  private final S3Calls calls;
  private final Headers headers;
  private final Times times;
  private final String prefix;
  private final int partSize;
  private final Window small = new Window(4, PARALLEL_CALLS);
  private final Window parts = new Window(1, PARALLEL_PARTS);
  private final Window reading = new Window(4, Integer.MAX_VALUE);

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
     * (docs/architecture.md, "What the rules assume of a store").
     */
    static Times within(Duration grace) {
      var quarter = grace.dividedBy(4).minusSeconds(1);
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

  S3ObjectStore(Vertx vertx, S3DriverConfig config, S3Clients clients, Times times) {
    this.vertx = vertx;
    this.config = config;
    this.clients = clients;
    this.calls = new S3Calls(vertx, clients.credentials(), !config.logLevel().equals("off"));
    this.headers = new Headers(config);
    this.times = times;
    this.prefix = prefix(config.rootDirectory());
    this.partSize = config.chunkSize().map(size -> Math.toIntExact(size.bytes())).orElse(PART_SIZE);
  }

  /** A root directory, as Zot's drivers want it with a slash in front, and below it our folder. */
  private static String prefix(String rootDirectory) {
    var root = rootDirectory.replaceAll("^/+|/+$", "");
    return root.isEmpty() ? FOLDER : root + "/" + FOLDER;
  }

  /**
   * Connects to a bucket and proves that it can be used; see {@link S3Probe}. Fails with {@link
   * S3Unusable}, which says what to change.
   *
   * @param grace {@code gcDelay}: no call lasts longer than a quarter of it
   * @param createBucket make the bucket if there is none
   */
  public static Future<ObjectStore> open(
      Vertx vertx, S3DriverConfig config, Duration grace, boolean createBucket) {
    return vertx
        .executeBlocking(() -> new S3Clients(vertx, config), false)
        .compose(
            clients -> {
              var store = new S3ObjectStore(vertx, config, clients, Times.within(grace));
              return new S3Probe(config, clients.calls(), store)
                  .run(createBucket)
                  .<ObjectStore>map(store)
                  .recover(cause -> store.close().transform(_ -> Future.failedFuture(cause)));
            });
  }

  // --- one object

  @Override
  public Future<Void> put(String key, ByteBuffer... content) {
    var crc = Checksums.crc32c(content);
    return done(
        "PutObject",
        small,
        times.call(),
        () ->
            clients
                .calls()
                .putObject(
                    request -> {
                      request.bucket(config.bucket()).key(prefix + key).checksumCRC32C(crc);
                      headers.put(request);
                    },
                    body(content)));
  }

  @Override
  public Future<Buffer> read(String key) {
    return calls
        .run(
            "GetObject",
            small,
            times.call(),
            () -> clients.calls().getObject(get(key).build(), AsyncResponseTransformer.toBytes()))
        .map(S3ObjectStore::buffer);
  }

  private static Buffer buffer(ResponseBytes<GetObjectResponse> bytes) {
    return Buffer.buffer(bytes.asByteArrayUnsafe());
  }

  @Override
  public Future<Content> open(String key, long offset, long length) {
    if (length == 0) {
      return Future.succeededFuture(new Content.InMemory(Buffer.buffer()));
    }
    if (length <= AT_ONCE) {
      var range = range(key, offset, length);
      return calls
          .run(
              "GetObject",
              small,
              times.call(),
              () -> clients.calls().getObject(range, AsyncResponseTransformer.toBytes()))
          .map(bytes -> new Content.InMemory(buffer(bytes)));
    }
    return publisher(key, offset, length)
        .map(
            first -> {
              var stream =
                  new S3Stream(
                      vertx, length, first, at -> publisher(key, offset + at, length - at));
              return new Content.Streamed(stream, length, stream::close);
            });
  }

  private Future<Publisher<ByteBuffer>> publisher(String key, long offset, long length) {
    var range = range(key, offset, length);
    return calls.run(
        "GetObject", reading, times.call(), () -> clients.reads().getObject(range, new Answer()));
  }

  private GetObjectRequest.Builder get(String key) {
    return GetObjectRequest.builder().bucket(config.bucket()).key(prefix + key);
  }

  private GetObjectRequest range(String key, long offset, long length) {
    return get(key).range("bytes=" + offset + "-" + (offset + length - 1)).build();
  }

  /** What the store tells of an object, with its checksum if it keeps one. */
  Future<HeadObjectResponse> head(String key) {
    return calls.run(
        "HeadObject",
        small,
        times.call(),
        () ->
            clients
                .calls()
                .headObject(
                    it ->
                        it.bucket(config.bucket())
                            .key(prefix + key)
                            .checksumMode(ChecksumMode.ENABLED)));
  }

  @Override
  public Future<Void> delete(Collection<String> keys) {
    if (keys.isEmpty()) {
      return Future.succeededFuture();
    }
    if (keys.size() == 1) {
      var key = prefix + keys.iterator().next();
      return done(
          "DeleteObject",
          small,
          times.call(),
          () -> clients.calls().deleteObject(it -> it.bucket(config.bucket()).key(key)));
    }
    var all = List.copyOf(keys);
    Future<Void> deleted = Future.succeededFuture();
    for (int from = 0; from < all.size(); from += BATCH) {
      var batch = all.subList(from, Math.min(all.size(), from + BATCH));
      deleted = deleted.compose(_ -> deleteBatch(batch, true));
    }
    return deleted;
  }

  private Future<Void> deleteBatch(List<String> keys, boolean again) {
    var objects =
        keys.stream().map(it -> ObjectIdentifier.builder().key(prefix + it).build()).toList();
    return calls
        .run(
            "DeleteObjects",
            small,
            times.call(),
            () ->
                clients
                    .calls()
                    .deleteObjects(
                        it ->
                            it.bucket(config.bucket())
                                .delete(Delete.builder().objects(objects).quiet(true).build())))
        .compose(
            answer -> {
              var left = answer.errors().stream().filter(S3ObjectStore::isLeft).toList();
              if (left.isEmpty()) {
                return Future.succeededFuture();
              }
              if (again) {
                var rest = left.stream().map(it -> it.key().substring(prefix.length())).toList();
                return deleteBatch(rest, false);
              }
              LOG.atWarn()
                  .addKeyValue("objects", left.size())
                  .addKeyValue("code", left.getFirst().code())
                  .addKeyValue("error", left.getFirst().message())
                  .log("S3 did not delete all objects");
              return Future.failedFuture(
                  new RegistryException(new StoreUnavailable("the store did not delete it")));
            });
  }

  private static boolean isLeft(S3Error error) {
    return !"NoSuchKey".equals(error.code());
  }

  // --- lists

  @Override
  public Future<Listing> list(ListRequest request) {
    var after = startAfter(request);
    return calls
        .run(
            "ListObjectsV2",
            small,
            times.call(),
            () ->
                clients
                    .calls()
                    .listObjectsV2(
                        it -> {
                          it.bucket(config.bucket())
                              .prefix(prefix + request.prefix())
                              .maxKeys(Math.min(request.limit(), BATCH));
                          if (request.byFolder()) {
                            it.delimiter("/");
                          }
                          if (!after.isEmpty()) {
                            it.startAfter(prefix + after);
                          }
                        }))
        .compose(
            page -> {
              var now = now(page);
              var entries =
                  page.contents().stream()
                      .map(it -> Listing.entry(own(it.key()), it.size(), it.lastModified(), now))
                      .filter(it -> it.key().compareTo(request.startAfter()) > 0)
                      .toList();
              var folders =
                  page.commonPrefixes().stream()
                      .map(it -> own(it.prefix()))
                      .filter(it -> it.compareTo(request.startAfter()) > 0)
                      .toList();
              return next(page.isTruncated(), entries, folders, request);
            });
  }

  private Future<Listing> next(
      Boolean truncated, List<Listing.Entry> entries, List<String> folders, ListRequest request) {
    if (!Boolean.TRUE.equals(truncated)) {
      return Future.succeededFuture(new Listing(entries, folders, Optional.empty()));
    }
    var lastEntry = entries.isEmpty() ? "" : entries.getLast().key();
    var lastFolder = folders.isEmpty() ? "" : folders.getLast();
    var last = lastEntry.compareTo(lastFolder) > 0 ? lastEntry : lastFolder;
    return last.isEmpty()
        ? Future.failedFuture(
            new IllegalStateException("S3 has more below " + request.prefix() + " but lists none"))
        : Future.succeededFuture(new Listing(entries, folders, Optional.of(last)));
  }

  /** S3 looks at keys, not at folders: after a folder means after all that it may have. */
  private static String startAfter(ListRequest request) {
    var after = request.startAfter();
    int from = request.prefix().length();
    if (!request.byFolder() || after.length() <= from || !after.startsWith(request.prefix())) {
      return after;
    }
    int slash = after.indexOf('/', from);
    return slash < 0 ? after : after.substring(0, slash + 1) + LAST;
  }

  private String own(String key) {
    return key.substring(prefix.length());
  }

  /** What the store's clock showed when it answered. */
  private static Instant now(S3Response answer) {
    return S3Probe.date(answer.sdkHttpResponse()).orElseGet(Instant::now);
  }

  // --- objects that come in parts

  @Override
  public Future<MultipartWrite> startMultipart(String key) {
    return calls
        .run(
            "CreateMultipartUpload",
            small,
            times.call(),
            () ->
                clients
                    .calls()
                    .createMultipartUpload(
                        request -> {
                          request
                              .bucket(config.bucket())
                              .key(prefix + key)
                              .checksumAlgorithm(ChecksumAlgorithm.CRC32_C);
                          headers.create(request);
                        }))
        .map(created -> new S3MultipartWrite(this, key, created.uploadId(), List.of()));
  }

  @Override
  public MultipartWrite resumeMultipart(
      String key, String multipartId, List<MultipartWrite.Part> known) {
    return new S3MultipartWrite(this, key, multipartId, known);
  }

  /** The checksum of a part; on a worker, since a part is megabytes. */
  Future<String> checksum(ByteBuffer... bytes) {
    return length(bytes) <= CHECKSUM_HERE
        ? Future.succeededFuture(Checksums.crc32c(bytes))
        : vertx.executeBlocking(() -> Checksums.crc32c(bytes), false);
  }

  Future<UploadPartResponse> uploadPart(
      String key, String id, int number, String crc, ByteBuffer... bytes) {
    return calls.run(
        "UploadPart",
        parts,
        times.part(),
        () ->
            clients
                .calls()
                .uploadPart(
                    it ->
                        it.bucket(config.bucket())
                            .key(prefix + key)
                            .uploadId(id)
                            .partNumber(number)
                            .checksumCRC32C(crc),
                    body(bytes)));
  }

  Future<ListPartsResponse> listParts(String key, String id, int after) {
    return calls.run(
        "ListParts",
        small,
        times.call(),
        () ->
            clients
                .calls()
                .listParts(
                    it -> {
                      it.bucket(config.bucket()).key(prefix + key).uploadId(id);
                      if (after > 0) {
                        it.partNumberMarker(after);
                      }
                    }));
  }

  /**
   * Puts the parts together.
   *
   * @param attempts counts how often the store was asked
   */
  Future<Void> completeMultipart(
      String key, String id, List<CompletedPart> completed, AtomicInteger attempts) {
    return done(
        "CompleteMultipartUpload",
        small,
        times.completion(),
        () -> {
          attempts.incrementAndGet();
          return clients
              .calls()
              .completeMultipartUpload(
                  it ->
                      it.bucket(config.bucket())
                          .key(prefix + key)
                          .uploadId(id)
                          .multipartUpload(all -> all.parts(completed)));
        });
  }

  Future<Void> abortMultipart(String key, String id) {
    return done(
            "AbortMultipartUpload",
            small,
            times.call(),
            () ->
                clients
                    .calls()
                    .abortMultipartUpload(
                        it -> it.bucket(config.bucket()).key(prefix + key).uploadId(id)))
        .recover(
            cause ->
                cause instanceof ObjectNotFound
                    ? Future.succeededFuture()
                    : Future.failedFuture(cause));
  }

  @Override
  public Future<List<PendingMultipart>> pendingMultiparts() {
    return pending(new ArrayList<>(), Optional.empty());
  }

  private Future<List<PendingMultipart>> pending(
      List<PendingMultipart> found, Optional<ListMultipartUploadsResponse> before) {
    return calls
        .run(
            "ListMultipartUploads",
            small,
            times.call(),
            () ->
                clients
                    .calls()
                    .listMultipartUploads(
                        it -> {
                          // Without a prefix: MinIO takes one for the whole key of an upload.
                          it.bucket(config.bucket());
                          before.ifPresent(
                              page ->
                                  it.keyMarker(page.nextKeyMarker())
                                      .uploadIdMarker(page.nextUploadIdMarker()));
                        }))
        .compose(
            page -> {
              var now = now(page);
              for (var upload : page.uploads()) {
                if (upload.key().startsWith(prefix)) {
                  found.add(
                      new PendingMultipart(
                          own(upload.key()),
                          upload.uploadId(),
                          Duration.between(upload.initiated(), now)));
                }
              }
              return Boolean.TRUE.equals(page.isTruncated())
                  ? pending(found, Optional.of(page))
                  : Future.succeededFuture(found);
            });
  }

  @Override
  public int partSize() {
    return partSize;
  }

  @Override
  public int partScale(int number) {
    return 1 + (number - 1) / GROW_EVERY;
  }

  @Override
  public int mostParts() {
    return MOST_PARTS;
  }

  @Override
  public int smallestPartSize() {
    return SMALLEST_PART;
  }

  // --- the rest

  @Override
  public Future<Optional<URI>> directUrl(String key, Duration valid) {
    return clients
        .credentials()
        .ready()
        .compose(_ -> vertx.executeBlocking(() -> Optional.of(presigned(key, valid)), false));
  }

  private URI presigned(String key, Duration valid) {
    var signed =
        clients
            .presigner()
            .presignGetObject(it -> it.signatureDuration(valid).getObjectRequest(get(key).build()));
    return URI.create(signed.url().toString());
  }

  /** A list rather than a HEAD, whose answer would have no body to say what is wrong. */
  @Override
  public Future<Void> check() {
    return done(
        "ListObjectsV2",
        small,
        times.check(),
        () ->
            clients
                .calls()
                .listObjectsV2(it -> it.bucket(config.bucket()).prefix(prefix).maxKeys(1)));
  }

  @Override
  public Future<Void> close() {
    return vertx
        .<Boolean>executeBlocking(
            () -> {
              clients.close();
              return true;
            },
            false)
        .mapEmpty();
  }

  /** For the probe: the calls themselves. */
  S3Calls calls() {
    return calls;
  }

  /** Gives the SDK's own future to the call: to cancel one derived from it would cancel nothing. */
  private <T> Future<Void> done(
      String what, Window window, Duration within, Supplier<CompletableFuture<T>> attempt) {
    return calls.run(what, window, within, attempt).mapEmpty();
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
  private static AsyncRequestBody body(ByteBuffer... bytes) {
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

  /** How long ago in the process something was, for logs. */
  static long millisSince(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
  }
}
