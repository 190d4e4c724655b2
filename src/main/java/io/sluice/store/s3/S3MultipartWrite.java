package io.sluice.store.s3;

import io.sluice.store.MultipartWrite;
import io.sluice.store.ObjectNotFound;
import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.ListPartsResponse;

/**
 * A multipart upload of S3. Any context may use it.
 *
 * <p>A part's receipt is its ETag, and behind a blank its CRC32C; AWS and MinIO list both, others
 * don't. The completion names the receipts, so it fails should a part have been replaced meanwhile,
 * by another registry that took the same upload up.
 */
final class S3MultipartWrite implements MultipartWrite {
  private final S3Bucket bucket;
  private final String key;
  private final String id;
  private final Map<Integer, String> known = new HashMap<>();

  S3MultipartWrite(S3Bucket bucket, String key, String id, List<Part> known) {
    known.forEach(part -> this.known.put(part.number(), part.receipt()));
    this.bucket = bucket;
    this.key = key;
    this.id = id;
  }

  /** Begins one. */
  static Future<S3MultipartWrite> start(S3Bucket bucket, String key) {
    return bucket
        .call(
            "CreateMultipartUpload",
            client ->
                client.createMultipartUpload(
                    request -> {
                      request
                          .bucket(bucket.name())
                          .key(bucket.inBucket(key))
                          .checksumAlgorithm(ChecksumAlgorithm.CRC32_C);
                      bucket.headers().create(request);
                    }))
        .map(created -> new S3MultipartWrite(bucket, key, created.uploadId(), List.of()));
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public Future<Part> write(int number, long offset, ByteBuffer... bytes) {
    return bucket
        .checksum(bytes)
        .compose(
            crc ->
                bucket
                    .callWithPart(
                        "UploadPart",
                        client ->
                            client.uploadPart(
                                it ->
                                    it.bucket(bucket.name())
                                        .key(bucket.inBucket(key))
                                        .uploadId(id)
                                        .partNumber(number)
                                        .checksumCRC32C(crc),
                                S3Bucket.body(bytes)))
                    .map(
                        answer ->
                            new Part(number, S3Bucket.length(bytes), receipt(answer.eTag(), crc))));
  }

  private static String receipt(String etag, String crc) {
    return etag.replace("\"", "") + " " + crc;
  }

  @Override
  public Future<List<Part>> parts() {
    return parts(new ArrayList<>(), 0);
  }

  private Future<List<Part>> parts(List<Part> found, int after) {
    return bucket
        .call(
            "ListParts",
            client ->
                client.listParts(
                    it -> {
                      it.bucket(bucket.name()).key(bucket.inBucket(key)).uploadId(id);
                      if (after > 0) {
                        it.partNumberMarker(after);
                      }
                    }))
        .compose(
            page -> {
              add(found, page);
              return Boolean.TRUE.equals(page.isTruncated())
                  ? parts(found, page.nextPartNumberMarker())
                  : Future.succeededFuture(withoutGap(found));
            });
  }

  /**
   * A part whose checksum neither the store nor the caller can tell can't be named at the
   * completion, so it is as good as not there.
   */
  private void add(List<Part> found, ListPartsResponse page) {
    for (var part : page.parts()) {
      checksum(part)
          .ifPresent(
              crc ->
                  found.add(new Part(part.partNumber(), part.size(), receipt(part.eTag(), crc))));
    }
  }

  private Optional<String> checksum(software.amazon.awssdk.services.s3.model.Part part) {
    var told = part.checksumCRC32C();
    if (told != null && !told.isEmpty()) {
      return Optional.of(told);
    }
    var receipt = known.getOrDefault(part.partNumber(), "").split(" ", -1);
    return receipt.length == 2 && receipt(part.eTag(), receipt[1]).startsWith(receipt[0] + " ")
        ? Optional.of(receipt[1])
        : Optional.empty();
  }

  private static List<Part> withoutGap(List<Part> found) {
    found.sort(Comparator.comparingInt(Part::number));
    int count = 0;
    while (count < found.size() && found.get(count).number() == count + 1) {
      count++;
    }
    return List.copyOf(found.subList(0, count));
  }

  @Override
  public Future<Void> complete(List<Part> parts) {
    if (parts.isEmpty()) {
      return parts()
          .compose(
              _ ->
                  Future.failedFuture(
                      new IllegalArgumentException("S3 knows no object of no parts")));
    }
    var attempts = new AtomicInteger();
    long size = parts.stream().mapToLong(Part::size).sum();
    var completed = parts.stream().map(S3MultipartWrite::completed).toList();
    return bucket
        .call(
            "CompleteMultipartUpload",
            bucket.times().completion(),
            client -> {
              attempts.incrementAndGet();
              return client.completeMultipartUpload(
                  it ->
                      it.bucket(bucket.name())
                          .key(bucket.inBucket(key))
                          .uploadId(id)
                          .multipartUpload(all -> all.parts(completed)));
            })
        .<Void>mapEmpty()
        .recover(
            cause ->
                cause instanceof ObjectNotFound && attempts.get() > 1
                    ? requireCompleted(parts, size, cause)
                    : Future.failedFuture(cause));
  }

  /**
   * The store doesn't know the upload: when it was completed already, by an attempt of ours whose
   * answer was lost, all is well. Without such an attempt another registry has completed it,
   * perhaps with other bytes of the same length; so the checksum counts too, if the store keeps it.
   */
  private Future<Void> requireCompleted(List<Part> parts, long size, Throwable unknown) {
    return bucket
        .call(
            "HeadObject",
            client ->
                client.headObject(
                    it ->
                        it.bucket(bucket.name())
                            .key(bucket.inBucket(key))
                            .checksumMode(ChecksumMode.ENABLED)))
        .recover(_ -> Future.failedFuture(unknown))
        .compose(
            there -> {
              var checksum = there.checksumCRC32C();
              return there.contentLength() == size
                      && (checksum == null || checksum.equals(composite(parts)))
                  ? Future.succeededFuture()
                  : Future.failedFuture(unknown);
            });
  }

  /** The checksum that S3 gives an object of parts: that of their checksums, and their number. */
  static String composite(List<Part> parts) {
    var all = ByteBuffer.allocate(parts.size() * Integer.BYTES);
    for (var part : parts) {
      all.put(Base64.getDecoder().decode(part.receipt().split(" ", -1)[1]));
    }
    return Checksums.crc32c(all.flip()) + "-" + parts.size();
  }

  private static CompletedPart completed(Part part) {
    var receipt = part.receipt().split(" ", -1);
    return CompletedPart.builder()
        .partNumber(part.number())
        .eTag(receipt[0])
        .checksumCRC32C(receipt[1])
        .build();
  }

  /** S3 keeps every part that it acknowledged. */
  @Override
  public Future<Void> suspend() {
    return Future.succeededFuture();
  }

  @Override
  public Future<Void> abort() {
    return bucket
        .call(
            "AbortMultipartUpload",
            client ->
                client.abortMultipartUpload(
                    it -> it.bucket(bucket.name()).key(bucket.inBucket(key)).uploadId(id)))
        .<Void>mapEmpty()
        .recover(
            cause ->
                cause instanceof ObjectNotFound
                    ? Future.succeededFuture()
                    : Future.failedFuture(cause));
  }
}
