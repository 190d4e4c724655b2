package io.sluice.store.s3;

import io.sluice.store.ListRequest;
import io.sluice.store.Listing;
import io.sluice.store.ObjectStore.PendingMultipart;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Response;

/** Lists what of a bucket is ours. Thread safe. */
final class S3Lister {

  /** S3's limit for one page. */
  private static final int PAGE = 1000;

  /** Sorts after everything that a key may continue with. */
  private static final String LAST = new String(Character.toChars(0x10FFFD));

  private final S3Bucket bucket;

  S3Lister(S3Bucket bucket) {
    this.bucket = bucket;
  }

  /** A page of keys, as {@link io.sluice.store.ObjectStore#list} promises. */
  Future<Listing> list(ListRequest request) {
    var after = startAfter(request);
    return bucket
        .call(
            "ListObjectsV2",
            client ->
                client.listObjectsV2(
                    it -> {
                      it.bucket(bucket.name())
                          .prefix(bucket.inBucket(request.prefix()))
                          .maxKeys(Math.min(request.limit(), PAGE));
                      if (request.byFolder()) {
                        it.delimiter("/");
                      }
                      if (!after.isEmpty()) {
                        it.startAfter(bucket.inBucket(after));
                      }
                    }))
        .compose(page -> listing(page, request));
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

  private Future<Listing> listing(ListObjectsV2Response page, ListRequest request) {
    var now = now(page);
    var entries =
        page.contents().stream()
            .map(it -> Listing.entry(bucket.ours(it.key()), it.size(), it.lastModified(), now))
            .filter(it -> it.key().compareTo(request.startAfter()) > 0)
            .toList();
    var folders =
        page.commonPrefixes().stream()
            .map(it -> bucket.ours(it.prefix()))
            .filter(it -> it.compareTo(request.startAfter()) > 0)
            .toList();
    if (!Boolean.TRUE.equals(page.isTruncated())) {
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

  /** What the store's clock showed when it answered. */
  private static Instant now(S3Response answer) {
    return S3Probe.date(answer.sdkHttpResponse()).orElseGet(Instant::now);
  }

  /** The multipart uploads that the store tells of; MinIO forgets some when it is restarted. */
  Future<List<PendingMultipart>> pending() {
    return pending(new ArrayList<>(), Optional.empty());
  }

  private Future<List<PendingMultipart>> pending(
      List<PendingMultipart> found, Optional<ListMultipartUploadsResponse> before) {
    return bucket
        .call(
            "ListMultipartUploads",
            client ->
                client.listMultipartUploads(
                    it -> {
                      // Without a prefix: MinIO takes one for the whole key of an upload.
                      it.bucket(bucket.name());
                      before.ifPresent(
                          page ->
                              it.keyMarker(page.nextKeyMarker())
                                  .uploadIdMarker(page.nextUploadIdMarker()));
                    }))
        .compose(
            page -> {
              add(found, page);
              return Boolean.TRUE.equals(page.isTruncated())
                  ? pending(found, Optional.of(page))
                  : Future.succeededFuture(found);
            });
  }

  private void add(List<PendingMultipart> found, ListMultipartUploadsResponse page) {
    var now = now(page);
    for (var upload : page.uploads()) {
      if (bucket.isOurs(upload.key())) {
        found.add(
            new PendingMultipart(
                bucket.ours(upload.key()),
                upload.uploadId(),
                Duration.between(upload.initiated(), now)));
      }
    }
  }
}
