package io.sluice.store.s3;

import io.sluice.config.S3DriverConfig;
import io.sluice.oci.RegistryError.StoreUnavailable;
import io.sluice.oci.RegistryException;
import io.sluice.store.Content;
import io.sluice.store.ListRequest;
import io.sluice.store.Listing;
import io.sluice.store.MultipartWrite;
import io.sluice.store.ObjectStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.reactivestreams.Publisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.services.s3.model.Delete;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Error;

/**
 * Objects in a bucket of S3. Thread safe.
 *
 * <p>All keys lie below {@code _sluice/}, after the configured root directory: no repository of
 * Zot's, which may share the bucket, can have such a name.
 */
public final class S3ObjectStore implements ObjectStore {
  static final Logger LOG = LoggerFactory.getLogger(S3ObjectStore.class);

  /** Large enough that a part's cost is its bytes, small enough that a dozen fit into memory. */
  private static final int PART_SIZE = 8 << 20;

  /** What S3 wants of every part but the last. */
  private static final int SMALLEST_PART = 5 << 20;

  private static final int MOST_PARTS = 10_000;

  /*
   * With 10,000 parts of 8 MiB an object ends at 78 GiB, so parts grow: by 8 MiB for every thousand parts before, which
   * makes 430 GiB in all.
   */
  private static final int GROW_EVERY = 1000;

  /** Content up to here is read at once; it costs less than a stream. */
  private static final int AT_ONCE = 64 << 10;

  /** S3's limit for keys in one DeleteObjects. */
  private static final int BATCH = 1000;

  private final Vertx vertx;
  private final S3Bucket bucket;
  private final S3Lister lister;
  private final int partSize;

  S3ObjectStore(Vertx vertx, S3Bucket bucket, int partSize) {
    this.vertx = vertx;
    this.bucket = bucket;
    this.lister = new S3Lister(bucket);
    this.partSize = partSize;
  }

  /** Over a bucket, of which nothing has been proved; blocks for a moment. */
  static S3ObjectStore over(Vertx vertx, S3DriverConfig config, S3Bucket.Times times) {
    return new S3ObjectStore(
        vertx,
        new S3Bucket(vertx, config, new S3Clients(vertx, config), times),
        config.chunkSize().map(size -> Math.toIntExact(size.bytes())).orElse(PART_SIZE));
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
        .executeBlocking(() -> over(vertx, config, S3Bucket.Times.within(grace)), false)
        .compose(
            store ->
                new S3Probe(config, store.bucket, store)
                    .run(createBucket)
                    .<ObjectStore>map(store)
                    .recover(cause -> store.close().transform(_ -> Future.failedFuture(cause))));
  }

  // --- one object

  @Override
  public Future<Void> put(String key, ByteBuffer... content) {
    return bucket
        .checksum(content)
        .compose(
            crc ->
                bucket.call(
                    "PutObject",
                    client ->
                        client.putObject(
                            request -> {
                              request
                                  .bucket(bucket.name())
                                  .key(bucket.inBucket(key))
                                  .checksumCRC32C(crc);
                              bucket.headers().put(request);
                            },
                            S3Bucket.body(content))))
        .mapEmpty();
  }

  @Override
  public Future<Buffer> read(String key) {
    return bytes(get(key).build());
  }

  private Future<Buffer> bytes(GetObjectRequest request) {
    return bucket
        .call("GetObject", client -> client.getObject(request, AsyncResponseTransformer.toBytes()))
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
      return bytes(range(key, offset, length)).map(Content.InMemory::new);
    }
    return stream(key, offset, length)
        .map(
            first -> {
              var stream =
                  new S3Stream(vertx, length, first, at -> stream(key, offset + at, length - at));
              return new Content.Streamed(stream, length, stream::close);
            });
  }

  private Future<Publisher<ByteBuffer>> stream(String key, long offset, long length) {
    var range = range(key, offset, length);
    return bucket.callForRead("GetObject", client -> client.getObject(range, new Answer()));
  }

  private GetObjectRequest.Builder get(String key) {
    return GetObjectRequest.builder().bucket(bucket.name()).key(bucket.inBucket(key));
  }

  private GetObjectRequest range(String key, long offset, long length) {
    return get(key).range("bytes=" + offset + "-" + (offset + length - 1)).build();
  }

  @Override
  public Future<Optional<URI>> directUrl(String key, Duration valid) {
    return bucket
        .clients()
        .credentials()
        .ready()
        .compose(_ -> vertx.executeBlocking(() -> Optional.of(presigned(key, valid)), false));
  }

  private URI presigned(String key, Duration valid) {
    var signed =
        bucket
            .clients()
            .presigner()
            .presignGetObject(it -> it.signatureDuration(valid).getObjectRequest(get(key).build()));
    return URI.create(signed.url().toString());
  }

  // --- deletion

  @Override
  public Future<Void> delete(Collection<String> keys) {
    if (keys.isEmpty()) {
      return Future.succeededFuture();
    }
    if (keys.size() == 1) {
      var key = bucket.inBucket(keys.iterator().next());
      return bucket
          .call(
              "DeleteObject",
              client -> client.deleteObject(it -> it.bucket(bucket.name()).key(key)))
          .mapEmpty();
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
        keys.stream()
            .map(it -> ObjectIdentifier.builder().key(bucket.inBucket(it)).build())
            .toList();
    var delete = Delete.builder().objects(objects).quiet(true).build();
    return bucket
        .call(
            "DeleteObjects",
            client -> client.deleteObjects(it -> it.bucket(bucket.name()).delete(delete)))
        .compose(
            answer -> {
              var left = answer.errors().stream().filter(S3ObjectStore::isLeft).toList();
              if (left.isEmpty()) {
                return Future.succeededFuture();
              }
              if (again) {
                return deleteBatch(left.stream().map(it -> bucket.ours(it.key())).toList(), false);
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
    return lister.list(request);
  }

  @Override
  public Future<List<PendingMultipart>> pendingMultiparts() {
    return lister.pending();
  }

  // --- objects that come in parts

  @Override
  public Future<MultipartWrite> startMultipart(String key) {
    return S3MultipartWrite.start(bucket, key).map(write -> write);
  }

  @Override
  public MultipartWrite resumeMultipart(
      String key, String multipartId, List<MultipartWrite.Part> known) {
    return new S3MultipartWrite(bucket, key, multipartId, known);
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

  /** A list rather than a HEAD, whose answer would have no body to say what is wrong. */
  @Override
  public Future<Void> check() {
    return bucket
        .call(
            "ListObjectsV2",
            bucket.times().check(),
            client ->
                client.listObjectsV2(
                    it -> it.bucket(bucket.name()).prefix(bucket.inBucket("")).maxKeys(1)))
        .mapEmpty();
  }

  @Override
  public Future<Void> close() {
    return vertx
        .<Boolean>executeBlocking(
            () -> {
              bucket.clients().close();
              return true;
            },
            false)
        .mapEmpty();
  }
}
