package io.sluice.testkit.s3;

import static io.sluice.testkit.s3.S3Calls.crc32c;
import static io.sluice.testkit.s3.S3Calls.refusalOf;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sluice.testkit.Payload;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.Part;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;
import software.amazon.awssdk.services.s3.model.StorageClass;

/** What the layout needs of an S3 server, and so what a store may rely on. */
class S3ServerTest {
  /** The smallest part that S3 takes, but for the last. */
  private static final int PART = 5 << 20;

  /** What AWS says of a wrong checksum, and what MinIO does. */
  private static final List<String> BAD_CHECKSUM =
      List.of("400 BadDigest", "400 XAmzContentChecksumMismatch");

  private final S3Server server = S3Server.shared();
  private final Bucket bucket = server.newBucket();
  private final S3Calls s3 = new S3Calls(bucket, server.endpoint());

  @AfterEach
  void close() {
    s3.close();
    bucket.close();
  }

  @Test
  void whatWasPutIsReadAndListedAtOnce() {
    s3.put("a/b", "content");

    assertThat(s3.get("a/b")).isEqualTo("content");
    assertThat(bucket.keys()).containsExactly("a/b");
    var head = s3.client().headObject(it -> it.bucket(bucket.name()).key(s3.key("a/b"))).join();
    assertThat(head.contentLength()).isEqualTo(7);
  }

  @Test
  void anEmptyObjectIsOne() {
    s3.put("repos/a/_tags/1.4!/01-sha256-ab", "");

    assertThat(s3.get("repos/a/_tags/1.4!/01-sha256-ab")).isEmpty();
    assertThat(bucket.keys()).containsExactly("repos/a/_tags/1.4!/01-sha256-ab");
  }

  @Test
  void rangesAreAnsweredExactly() {
    s3.put("ranges", "0123456789");

    assertThat(s3.get("ranges", "bytes=3-5")).asString(UTF_8).isEqualTo("345");
    assertThat(s3.get("ranges", "bytes=7-")).asString(UTF_8).isEqualTo("789");
    assertThat(refusalOf(() -> s3.get("ranges", "bytes=10-"))).isEqualTo("416 InvalidRange");
  }

  @Test
  void whatIsNotThereSaysSoAndMayBeDeleted() {
    assertThat(refusalOf(() -> s3.get("nothing"))).isEqualTo("404 NoSuchKey");
    s3.client().deleteObject(it -> it.bucket(bucket.name()).key(s3.key("nothing"))).join();
  }

  @Test
  void aListingHasTheOrderOfKeysAndStartsAfterAnyName() {
    for (var name : List.of("t/a!/1", "t/a-b!/1", "t/a/c!/1", "t/a.b!/1", "t/B!/1", "u/x")) {
      s3.put(name, "");
    }

    assertThat(s3.keysOf(s3.list("t/")))
        .containsExactly("t/B!/1", "t/a!/1", "t/a-b!/1", "t/a.b!/1", "t/a/c!/1");
    assertThat(s3.keysOf(s3.list("t/a")))
        .containsExactly("t/a!/1", "t/a-b!/1", "t/a.b!/1", "t/a/c!/1");
    assertThat(s3.keysOf(s3.list("t/", null, "t/a-", null, 1000)))
        .containsExactly("t/a-b!/1", "t/a.b!/1", "t/a/c!/1");
    assertThat(s3.foldersOf(s3.list("t/", "/", null, null, 1000)))
        .containsExactly("t/B!/", "t/a!/", "t/a-b!/", "t/a.b!/", "t/a/");
    assertThat(s3.foldersOf(s3.list("t/", "/", "t/a!0", null, 1000)))
        .containsExactly("t/a-b!/", "t/a.b!/", "t/a/");
  }

  @Test
  void objectsAndFoldersCountTogetherWhenAListingIsCutInPages() {
    for (int i = 0; i < 10; i++) {
      s3.put("p/" + i + (i % 2 == 0 ? "" : "/x"), "");
    }

    var seen = new ArrayList<String>();
    @Nullable String token = null;
    do {
      var page = s3.list("p/", "/", null, token, 3);
      assertThat(page.contents().size() + page.commonPrefixes().size()).isBetween(1, 3);
      seen.addAll(s3.keysOf(page));
      seen.addAll(s3.foldersOf(page));
      assertThat(page.isTruncated()).isEqualTo(page.nextContinuationToken() != null);
      token = page.nextContinuationToken();
    } while (token != null);
    assertThat(seen)
        .containsExactlyInAnyOrder(
            "p/0", "p/1/", "p/2", "p/3/", "p/4", "p/5/", "p/6", "p/7/", "p/8", "p/9/");
  }

  @Test
  void aLongListingComesInPages() {
    var puts = new ArrayList<CompletableFuture<?>>();
    for (int i = 0; i < 250; i++) {
      puts.add(s3.putting("many/%04d".formatted(i), new byte[0]));
      if (puts.size() == 32) {
        puts.forEach(CompletableFuture::join);
        puts.clear();
      }
    }
    puts.forEach(CompletableFuture::join);

    var first = s3.list("many/", null, null, null, 200);
    assertThat(first.contents()).hasSize(200);
    assertThat(first.isTruncated()).isTrue();
    var second = s3.list("many/", null, null, first.nextContinuationToken(), 200);
    assertThat(s3.keysOf(second)).hasSize(50).startsWith("many/0200").endsWith("many/0249");
    assertThat(second.isTruncated()).isFalse();
    assertThat(bucket.keys()).hasSize(250).isSorted();
  }

  @Test
  void aListingTellsSizesAndAgesByTheServersClock() {
    s3.put("aged", "12345");

    var listing = s3.list("aged");
    var object = listing.contents().getFirst();
    assertThat(object.size()).isEqualTo(5);
    assertThat(clockOf(listing))
        .hasValueSatisfying(
            now ->
                assertThat(Duration.between(object.lastModified(), now).abs())
                    .isLessThan(Duration.ofSeconds(10)));
  }

  private static Optional<Instant> clockOf(ListObjectsV2Response listing) {
    return listing
        .sdkHttpResponse()
        .firstMatchingHeader("Date")
        .map(DateTimeFormatter.RFC_1123_DATE_TIME::parse)
        .map(Instant::from);
  }

  @Test
  void manyObjectsAreDeletedAtOnceWhetherTheyAreThereOrNot() {
    s3.put("d/1", "");
    s3.put("d/2", "");
    s3.put("d/3", "");
    var these =
        List.of("d/1", "d/2", "gone").stream()
            .map(it -> ObjectIdentifier.builder().key(s3.key(it)).build())
            .toList();

    var answer =
        s3.client()
            .deleteObjects(it -> it.bucket(bucket.name()).delete(what -> what.objects(these)))
            .join();

    assertThat(answer.errors()).isEmpty();
    assertThat(bucket.keys()).containsExactly("d/3");
  }

  @Test
  void partsInAnyOrderBecomeOneObjectWhichIsThereOnlyWhenCompleted() {
    var content = Payload.ofSize(2 * PART + 1000);
    var id = s3.begin("large");
    var third = s3.uploadPart("large", id, 3, content.slice(2 * PART, content.size()));
    var first = s3.uploadPart("large", id, 1, content.slice(0, PART));
    var second = s3.uploadPart("large", id, 2, content.slice(PART, 2 * PART));

    assertThat(bucket.keys()).isEmpty();
    assertThat(bucket.unfinished()).containsExactly("large");
    var parts =
        s3.client()
            .listParts(it -> it.bucket(bucket.name()).key(s3.key("large")).uploadId(id))
            .join()
            .parts();
    assertThat(parts).extracting(Part::partNumber).containsExactly(1, 2, 3);
    assertThat(parts).extracting(Part::size).containsExactly((long) PART, (long) PART, 1000L);
    assertThat(parts)
        .extracting(Part::eTag)
        .containsExactly(first.eTag(), second.eTag(), third.eTag());

    s3.complete("large", id, first, second, third);

    assertThat(bucket.unfinished()).isEmpty();
    assertThat(bucket.keys()).containsExactly("large");
    assertThat(s3.getBytes("large")).isEqualTo(content.bytes());
    assertThat(s3.get("large", "bytes=" + (PART - 3) + "-" + (PART + 2)))
        .isEqualTo(content.slice(PART - 3, PART + 3));
  }

  @Test
  void aPartThatIsSentAgainReplacesTheFirst() {
    var id = s3.begin("again");
    s3.uploadPart("again", id, 1, "one".getBytes(UTF_8));
    var part = s3.uploadPart("again", id, 1, "two".getBytes(UTF_8));

    s3.complete("again", id, part);

    assertThat(s3.get("again")).isEqualTo("two");
  }

  @Test
  void anAbortedUploadIsGone() {
    var id = s3.begin("aborted");
    var part = s3.uploadPart("aborted", id, 1, "one".getBytes(UTF_8));

    s3.abort("aborted", id);

    assertThat(bucket.unfinished()).isEmpty();
    assertThat(refusalOf(() -> s3.complete("aborted", id, part))).isEqualTo("404 NoSuchUpload");
    assertThat(refusalOf(() -> s3.uploadPart("aborted", id, 2, new byte[1])))
        .isEqualTo("404 NoSuchUpload");
    assertThat(refusalOf(() -> s3.abort("aborted", id))).isEqualTo("404 NoSuchUpload");
  }

  /** Some answer a repeated completion with the object, some with NoSuchUpload. */
  @Test
  void anUploadIsCompletedOnce() {
    var id = s3.begin("once");
    var part = s3.uploadPart("once", id, 1, "one".getBytes(UTF_8));
    s3.complete("once", id, part);

    assertThat(refusalOf(() -> s3.uploadPart("once", id, 2, new byte[1])))
        .isEqualTo("404 NoSuchUpload");
    assertThat(s3.get("once")).isEqualTo("one");
  }

  /** A prefix that isn't a whole key is not asked for here: with MinIO that finds nothing. */
  @Test
  void uploadsAreListedWithTheirAge() {
    var id = s3.begin("data/aa/1");
    s3.begin("data/ab/1");
    s3.begin("other");

    assertThat(bucket.unfinished()).containsExactly("data/aa/1", "data/ab/1", "other");
    var uploads =
        s3.client()
            .listMultipartUploads(it -> it.bucket(bucket.name()).prefix(s3.key("data/aa/1")))
            .join()
            .uploads();
    assertThat(uploads).extracting(MultipartUpload::uploadId).containsExactly(id);
    assertThat(Duration.between(uploads.getFirst().initiated(), Instant.now()).abs())
        .isLessThan(Duration.ofMinutes(1));
  }

  @Test
  void theUploadsOfAPrefixAreListedInPages() {
    assumeTrue(server.isEmbedded());
    for (int i = 0; i < 5; i++) {
      s3.begin("data/" + i);
      s3.begin("other/" + i);
    }

    var page =
        s3.client()
            .listMultipartUploads(
                it -> it.bucket(bucket.name()).prefix(s3.key("data/")).maxUploads(3))
            .join();
    assertThat(page.uploads())
        .extracting(MultipartUpload::key)
        .containsExactly("data/0", "data/1", "data/2");
    assertThat(page.isTruncated()).isTrue();
    var rest =
        s3.client()
            .listMultipartUploads(
                it ->
                    it.bucket(bucket.name())
                        .prefix("data/")
                        .keyMarker(page.nextKeyMarker())
                        .uploadIdMarker(page.nextUploadIdMarker()))
            .join();
    assertThat(rest.uploads()).extracting(MultipartUpload::key).containsExactly("data/3", "data/4");
  }

  @Test
  void aWrongChecksumOfAnObjectIsRefused() {
    var wrong = crc32c("other".getBytes(UTF_8));
    var right = crc32c("content".getBytes(UTF_8));

    assertThat(refusalOf(() -> s3.putWithChecksum("sum", "content", wrong))).isIn(BAD_CHECKSUM);
    assertThat(bucket.keys()).isEmpty();

    s3.putWithChecksum("sum", "content", right);
    assertThat(bucket.keys()).containsExactly("sum");
  }

  @Test
  void aWrongChecksumOfAPartIsRefused() {
    var id = s3.begin("sums");
    var wrong = crc32c("other".getBytes(UTF_8));

    assertThat(refusalOf(() -> s3.uploadPart("sums", id, 1, "content".getBytes(UTF_8), wrong)))
        .isIn(BAD_CHECKSUM);
  }

  @Test
  void whatWasAskedForAnObjectIsToldOfIt() {
    assumeTrue(server.isEmbedded());
    s3.client()
        .putObject(
            it ->
                it.bucket(bucket.name())
                    .key("asked")
                    .serverSideEncryption(ServerSideEncryption.AES256)
                    .storageClass(StorageClass.STANDARD_IA),
            AsyncRequestBody.fromString("content"))
        .join();

    var head = s3.client().headObject(it -> it.bucket(bucket.name()).key("asked")).join();
    assertThat(head.serverSideEncryption()).isEqualTo(ServerSideEncryption.AES256);
    assertThat(head.storageClass()).isEqualTo(StorageClass.STANDARD_IA);
  }

  @Test
  void wrongKeysAreToldApart() {
    try (var wrongSecret =
            new S3Calls(
                bucket, server.client(server.endpoint(), server.accessKey(), "wrong-secret"));
        var wrongKey =
            new S3Calls(
                bucket, server.client(server.endpoint(), "AKIANOBODY", server.secretKey()))) {
      assertThat(refusalOf(() -> wrongSecret.list(""))).isEqualTo("403 SignatureDoesNotMatch");
      assertThat(refusalOf(() -> wrongKey.list(""))).isEqualTo("403 InvalidAccessKeyId");
    }
  }

  @Test
  void aBucketThatIsNotThereSaysSo() {
    assertThat(
            refusalOf(() -> s3.client().listObjectsV2(it -> it.bucket("nobody-made-this")).join()))
        .isEqualTo("404 NoSuchBucket");
    assertThat(refusalOf(() -> s3.client().headBucket(it -> it.bucket("nobody-made-this")).join()))
        .startsWith("404");
  }
}
