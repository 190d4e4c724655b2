package io.sluice.testkit.s3;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.zip.CRC32C;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/** The calls of a store, plainly made, in one bucket and by way of one endpoint. */
final class S3Calls implements AutoCloseable {
  private final Bucket bucket;
  private final S3AsyncClient client;

  S3Calls(Bucket bucket, URI by) {
    this(bucket, bucket.server().client(by));
  }

  S3Calls(Bucket bucket, S3AsyncClient client) {
    this.bucket = bucket;
    this.client = client;
  }

  S3AsyncClient client() {
    return client;
  }

  String key(String name) {
    return bucket.prefix() + name;
  }

  void put(String name, String content) {
    putting(name, content.getBytes(UTF_8)).join();
  }

  CompletableFuture<?> putting(String name, byte[] content) {
    return client.putObject(
        it -> it.bucket(bucket.name()).key(key(name)), AsyncRequestBody.fromBytes(content));
  }

  void putWithChecksum(String name, String content, String crc) {
    client
        .putObject(
            it -> it.bucket(bucket.name()).key(key(name)).checksumCRC32C(crc),
            AsyncRequestBody.fromString(content))
        .join();
  }

  String get(String name) {
    return new String(getting(name, null).join(), UTF_8);
  }

  byte[] getBytes(String name) {
    return getting(name, null).join();
  }

  byte[] get(String name, String range) {
    return getting(name, range).join();
  }

  CompletableFuture<byte[]> getting(String name, @Nullable String range) {
    return client
        .getObject(
            it -> it.bucket(bucket.name()).key(key(name)).range(range),
            AsyncResponseTransformer.toBytes())
        .thenApply(it -> it.asByteArray());
  }

  ListObjectsV2Response list(String prefix) {
    return list(prefix, null, null, null, 1000);
  }

  ListObjectsV2Response list(
      String prefix,
      @Nullable String delimiter,
      @Nullable String startAfter,
      @Nullable String token,
      int limit) {
    return client
        .listObjectsV2(
            it ->
                it.bucket(bucket.name())
                    .prefix(key(prefix))
                    .delimiter(delimiter)
                    .startAfter(startAfter == null ? null : key(startAfter))
                    .continuationToken(token)
                    .maxKeys(limit))
        .join();
  }

  List<String> keysOf(ListObjectsV2Response page) {
    return page.contents().stream().map(S3Object::key).map(this::nameOf).toList();
  }

  List<String> foldersOf(ListObjectsV2Response page) {
    return page.commonPrefixes().stream().map(CommonPrefix::prefix).map(this::nameOf).toList();
  }

  private String nameOf(String key) {
    return key.substring(bucket.prefix().length());
  }

  /** Begins a multipart upload of which each part carries its CRC32C; answers its id. */
  String begin(String name) {
    return client
        .createMultipartUpload(
            it ->
                it.bucket(bucket.name())
                    .key(key(name))
                    .checksumAlgorithm(ChecksumAlgorithm.CRC32_C))
        .join()
        .uploadId();
  }

  CompletedPart uploadPart(String name, String upload, int number, byte[] content) {
    return uploadPart(name, upload, number, content, crc32c(content));
  }

  CompletedPart uploadPart(String name, String upload, int number, byte[] content, String crc) {
    return uploadingPart(name, upload, number, content, crc).join();
  }

  CompletableFuture<CompletedPart> uploadingPart(
      String name, String upload, int number, byte[] content, String crc) {
    return client
        .uploadPart(
            it ->
                it.bucket(bucket.name())
                    .key(key(name))
                    .uploadId(upload)
                    .partNumber(number)
                    .checksumCRC32C(crc),
            AsyncRequestBody.fromBytesUnsafe(content))
        .thenApply(
            it ->
                CompletedPart.builder()
                    .partNumber(number)
                    .eTag(it.eTag())
                    .checksumCRC32C(crc)
                    .build());
  }

  void complete(String name, String upload, CompletedPart... parts) {
    client
        .completeMultipartUpload(
            it ->
                it.bucket(bucket.name())
                    .key(key(name))
                    .uploadId(upload)
                    .multipartUpload(all -> all.parts(parts)))
        .join();
  }

  void abort(String name, String upload) {
    client
        .abortMultipartUpload(it -> it.bucket(bucket.name()).key(key(name)).uploadId(upload))
        .join();
  }

  static String crc32c(byte[] content) {
    var crc = new CRC32C();
    crc.update(content);
    return Base64.getEncoder()
        .encodeToString(ByteBuffer.allocate(Integer.BYTES).putInt((int) crc.getValue()).array());
  }

  /** What S3 answered to a call that it refused, as {@code 404 NoSuchKey}. */
  static String refusalOf(ThrowingCallable call) {
    var thrown = failureOf(call);
    if (thrown instanceof S3Exception refused) {
      return refused.statusCode() + " " + refused.awsErrorDetails().errorCode();
    }
    throw new AssertionError("not an answer of S3", thrown);
  }

  /** What a call failed with. */
  static Throwable failureOf(ThrowingCallable call) {
    try {
      call.call();
    } catch (CompletionException e) {
      return e.getCause() == null ? e : e.getCause();
    } catch (Throwable e) {
      return e;
    }
    throw new AssertionError("the call succeeded");
  }

  @Override
  public void close() {
    client.close();
  }
}
