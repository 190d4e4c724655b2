package io.sluice.testkit.s3;

import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.S3Exceptions;
import org.gaul.s3proxy.blobstore.SdkRequests;
import org.gaul.s3proxy.blobstore.SdkResponses;
import org.gaul.s3proxy.blobstore.domain.MultipartUpload;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.services.s3.model.BucketCannedACL;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.CopyObjectResponse;
import software.amazon.awssdk.services.s3.model.CreateBucketRequest;
import software.amazon.awssdk.services.s3.model.CreateBucketResponse;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectResponse;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadBucketRequest;
import software.amazon.awssdk.services.s3.model.HeadBucketResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListBucketsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.ObjectCannedACL;
import software.amazon.awssdk.services.s3.model.Part;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.s3.model.StorageClass;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/**
 * What the S3 server of the tests keeps, by key and in order.
 *
 * <p>An object made of parts <em>is</em> its parts: completing one copies nothing, as with a real
 * S3. (S3Proxy's own stores copy and hash every byte then, 3 s for 1 GB, and answer 500 when a
 * folder is removed while something is written to it.) What keys there are is known in memory only,
 * so nothing outlives the process.
 */
final class PiecewiseStore implements BlobStore {
  private static final long SMALLEST_PART = 5 << 20;

  private record Stored(
      List<Piece> pieces, long size, String eTag, Instant modified, GetObjectResponse headers) {
    void remove() {
      pieces.forEach(Piece::remove);
    }
  }

  private record StoredPart(Piece piece, String eTag, Instant modified) {}

  private record Upload(
      CreateMultipartUploadRequest request,
      Instant initiated,
      ConcurrentSkipListMap<Integer, StoredPart> parts) {}

  private final @Nullable Path folder;
  private final Map<String, ConcurrentSkipListMap<String, Stored>> buckets =
      new ConcurrentHashMap<>();
  private final Map<String, Upload> uploads = new ConcurrentHashMap<>();

  /**
   * @param folder where pieces that aren't small are kept; none keeps all on the heap
   */
  PiecewiseStore(@Nullable Path folder) {
    this.folder = folder;
  }

  // ---- buckets

  @Override
  public ListBucketsResponse list() {
    return ListBucketsResponse.builder()
        .buckets(
            buckets.keySet().stream().map(it -> SdkResponses.bucket(it, Instant.EPOCH)).toList())
        .build();
  }

  @Override
  public HeadBucketResponse headBucket(HeadBucketRequest request) {
    objects(request.bucket());
    return HeadBucketResponse.builder().build();
  }

  @Override
  public CreateBucketResponse createContainer(CreateBucketRequest request) {
    if (buckets.putIfAbsent(request.bucket(), new ConcurrentSkipListMap<>()) != null) {
      throw S3Exceptions.bucketAlreadyOwnedByYou(request.bucket());
    }
    return CreateBucketResponse.builder().build();
  }

  @Override
  public void deleteBucket(String bucket) {
    if (!objects(bucket).isEmpty()) {
      throw S3Exceptions.bucketNotEmpty(bucket);
    }
    buckets.remove(bucket);
  }

  private ConcurrentSkipListMap<String, Stored> objects(String bucket) {
    var objects = buckets.get(bucket);
    if (objects == null) {
      throw S3Exceptions.noSuchBucket(bucket, "");
    }
    return objects;
  }

  @Override
  public BucketCannedACL getContainerAccess(String bucket) {
    return BucketCannedACL.PRIVATE;
  }

  @Override
  public void setContainerAccess(String bucket, BucketCannedACL access) {}

  @Override
  public ObjectCannedACL getBlobAccess(String bucket, String key) {
    return ObjectCannedACL.PRIVATE;
  }

  @Override
  public void setBlobAccess(String bucket, String key, ObjectCannedACL access) {}

  // ---- listings

  @Override
  public ListObjectsV2Response list(ListObjectsV2Request request) {
    var prefix = request.prefix() == null ? "" : request.prefix();
    var delimiter = request.delimiter();
    var token = request.continuationToken();
    var after = token != null ? token : request.startAfter() != null ? request.startAfter() : "";
    int limit = request.maxKeys() == null ? 1000 : request.maxKeys();
    var found = new ArrayList<S3Object>();
    var folders = new ArrayList<CommonPrefix>();
    @Nullable String last = null;
    var objects = objects(request.bucket());
    // Steps over a folder as a whole, however much is in it.
    for (var entry = start(objects, prefix, after);
        entry != null && entry.getKey().startsWith(prefix); ) {
      var key = entry.getKey();
      int end =
          delimiter == null || delimiter.isEmpty() ? -1 : key.indexOf(delimiter, prefix.length());
      var name = end < 0 ? key : key.substring(0, end + delimiter.length());
      // A page that ended with a folder goes on behind it.
      boolean seen = end >= 0 && name.equals(token);
      if (!seen) {
        if (found.size() + folders.size() == limit) {
          return SdkResponses.objectsPage(found, folders, last);
        }
        if (end < 0) {
          var stored = entry.getValue();
          found.add(
              SdkResponses.objectEntry(
                  key, stored.eTag(), stored.modified(), stored.size(), StorageClass.STANDARD));
        } else {
          folders.add(SdkResponses.commonPrefix(name));
        }
        last = name;
      }
      entry = end < 0 ? objects.higherEntry(key) : objects.higherEntry(name + Character.MAX_VALUE);
    }
    return SdkResponses.objectsPage(found, folders, null);
  }

  private static Map.@Nullable Entry<String, Stored> start(
      ConcurrentSkipListMap<String, Stored> objects, String prefix, String after) {
    return after.compareTo(prefix) < 0 || after.isEmpty()
        ? objects.ceilingEntry(prefix)
        : objects.higherEntry(after);
  }

  // ---- objects

  @Override
  public PutObjectResponse putBlob(PutObjectRequest request, InputStream body) {
    var objects = objects(request.bucket());
    var piece = read(body, request.contentLength());
    var headers =
        GetObjectResponse.builder()
            .contentType(request.contentType())
            .metadata(request.metadata())
            .storageClass(request.storageClass())
            .serverSideEncryption(request.serverSideEncryption())
            .ssekmsKeyId(request.ssekmsKeyId())
            .build();
    return SdkResponses.putResponse(put(objects, request.key(), List.of(piece), headers).eTag());
  }

  private Piece read(InputStream body, @Nullable Long size) {
    try (body) {
      return Piece.read(body, size, folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Stored put(
      ConcurrentSkipListMap<String, Stored> objects,
      String key,
      List<Piece> pieces,
      GetObjectResponse headers) {
    long size = pieces.stream().mapToLong(Piece::size).sum();
    var stored = new Stored(pieces, size, newETag(), now(), headers);
    var before = objects.put(key, stored);
    if (before != null) {
      before.remove();
    }
    return stored;
  }

  private static String newETag() {
    return "\"" + UUID.randomUUID().toString().replace("-", "") + "\"";
  }

  /** S3 tells ages to the second. */
  private static Instant now() {
    return Instant.now().truncatedTo(ChronoUnit.SECONDS);
  }

  private Stored get(String bucket, String key) {
    var stored = objects(bucket).get(key);
    if (stored == null) {
      throw S3Exceptions.noSuchKey(bucket, key, "");
    }
    return stored;
  }

  @Override
  public HeadObjectResponse blobMetadata(HeadObjectRequest request) {
    var stored = get(request.bucket(), request.key());
    return SdkResponses.toHead(headersOf(stored).contentLength(stored.size()).build());
  }

  private static GetObjectResponse.Builder headersOf(Stored stored) {
    return stored.headers().toBuilder().eTag(stored.eTag()).lastModified(stored.modified());
  }

  @Override
  public ResponseInputStream<GetObjectResponse> getBlob(GetObjectRequest request) {
    var stored = get(request.bucket(), request.key());
    var headers = headersOf(stored);
    long from = 0;
    long to = stored.size();
    if (request.range() != null) {
      var range = SdkRequests.parseRange(request.range());
      @Nullable Long first = range.first();
      @Nullable Long last = range.last();
      if (first == null) {
        from = Math.max(0, to - (last == null ? 0 : last));
      } else {
        from = first;
        to = last == null ? to : Math.min(to, last + 1);
      }
      if (from >= stored.size()) {
        throw S3Exceptions.fromStatusCode(416);
      }
      headers.contentRange("bytes " + from + "-" + (to - 1) + "/" + stored.size());
    }
    return SdkResponses.getResponse(
        headers.contentLength(to - from).build(), open(stored.pieces(), from, to - from));
  }

  private static InputStream open(List<Piece> pieces, long offset, long length) {
    var streams = new ArrayList<InputStream>();
    long skip = offset;
    long left = length;
    for (var piece : pieces) {
      if (left > 0 && skip < piece.size()) {
        streams.add(new Section(piece, skip, Math.min(left, piece.size() - skip)));
        left -= Math.min(left, piece.size() - skip);
      }
      skip = Math.max(0, skip - piece.size());
    }
    return new SequenceInputStream(Collections.enumeration(streams));
  }

  @Override
  public CopyObjectResponse copyBlob(CopyObjectRequest request) {
    throw S3Exceptions.fromStatusCode(501);
  }

  @Override
  public DeleteObjectResponse removeBlob(DeleteObjectRequest request) {
    var removed = objects(request.bucket()).remove(request.key());
    if (removed != null) {
      removed.remove();
    }
    return DeleteObjectResponse.builder().build();
  }

  // ---- multipart uploads

  @Override
  public MultipartUpload initiateMultipartUpload(CreateMultipartUploadRequest request) {
    objects(request.bucket());
    var id = UUID.randomUUID().toString();
    uploads.put(id, new Upload(request, now(), new ConcurrentSkipListMap<>()));
    return new MultipartUpload(id, request);
  }

  private Upload upload(MultipartUpload which) {
    return known(uploads.get(which.id()));
  }

  private static Upload known(@Nullable Upload upload) {
    if (upload == null) {
      throw refusal(404, "NoSuchUpload", "The specified multipart upload does not exist.");
    }
    return upload;
  }

  @Override
  public UploadPartResponse uploadMultipartPart(
      MultipartUpload which, UploadPartRequest request, InputStream body) {
    var upload = upload(which);
    var part = new StoredPart(read(body, request.contentLength()), newETag(), now());
    var before = upload.parts().put(request.partNumber(), part);
    if (before != null) {
      before.piece().remove();
    }
    if (!uploads.containsKey(which.id())) {
      part.piece().remove();
      upload(which);
    }
    return SdkResponses.uploadedPart(part.eTag());
  }

  @Override
  public List<Part> listMultipartUpload(MultipartUpload which) {
    return upload(which).parts().entrySet().stream()
        .map(
            it ->
                SdkResponses.part(
                    it.getKey(),
                    it.getValue().piece().size(),
                    it.getValue().eTag(),
                    it.getValue().modified()))
        .toList();
  }

  @Override
  public List<software.amazon.awssdk.services.s3.model.MultipartUpload> listMultipartUploads(
      String bucket) {
    return uploads.entrySet().stream()
        .filter(it -> it.getValue().request().bucket().equals(bucket))
        .map(
            it ->
                SdkResponses.upload(
                    it.getValue().request().key(), it.getKey(), it.getValue().initiated()))
        .toList();
  }

  @Override
  public void abortMultipartUpload(MultipartUpload which) {
    known(uploads.remove(which.id())).parts().values().forEach(it -> it.piece().remove());
  }

  @Override
  public CompleteMultipartUploadResponse completeMultipartUpload(
      MultipartUpload which, CompleteMultipartUploadRequest request) {
    var upload = upload(which);
    var pieces = new ArrayList<Piece>();
    for (var named : request.multipartUpload().parts()) {
      var part = upload.parts().get(named.partNumber());
      if (part == null || !unquoted(part.eTag()).equals(unquoted(named.eTag()))) {
        throw refusal(400, "InvalidPart", "One or more of the specified parts could not be found.");
      }
      pieces.add(part.piece());
    }
    known(uploads.remove(which.id()));
    var headers =
        GetObjectResponse.builder()
            .contentType(upload.request().contentType())
            .metadata(upload.request().metadata())
            .storageClass(upload.request().storageClass())
            .serverSideEncryption(upload.request().serverSideEncryption())
            .ssekmsKeyId(upload.request().ssekmsKeyId())
            .build();
    var stored = put(objects(upload.request().bucket()), upload.request().key(), pieces, headers);
    return SdkResponses.completeResponse(stored.eTag());
  }

  private static String unquoted(String eTag) {
    return eTag.replace("\"", "");
  }

  /** Encrypts nothing, but remembers that it was asked to. */
  @Override
  public boolean supportsServerSideEncryption() {
    return true;
  }

  @Override
  public long getMinimumMultipartPartSize() {
    return SMALLEST_PART;
  }

  private static S3Exception refusal(int status, String code, String message) {
    return (S3Exception)
        S3Exception.builder()
            .statusCode(status)
            .message(message)
            .awsErrorDetails(
                AwsErrorDetails.builder()
                    .errorCode(code)
                    .errorMessage(message)
                    .sdkHttpResponse(SdkHttpResponse.builder().statusCode(status).build())
                    .build())
            .build();
  }

  @Override
  public void close() {
    buckets.values().forEach(objects -> objects.values().forEach(Stored::remove));
    uploads.values().forEach(it -> it.parts().values().forEach(part -> part.piece().remove()));
  }
}
