package io.sluice.testkit.s3;

import static io.sluice.testkit.Eventually.eventually;
import static io.sluice.testkit.s3.S3Calls.crc32c;
import static io.sluice.testkit.s3.S3Calls.failureOf;
import static io.sluice.testkit.s3.S3Calls.refusalOf;
import static io.sluice.testkit.s3.S3Operation.COMPLETE_MULTIPART_UPLOAD;
import static io.sluice.testkit.s3.S3Operation.CREATE_MULTIPART_UPLOAD;
import static io.sluice.testkit.s3.S3Operation.DELETE_OBJECTS;
import static io.sluice.testkit.s3.S3Operation.GET_OBJECT;
import static io.sluice.testkit.s3.S3Operation.HEAD_BUCKET;
import static io.sluice.testkit.s3.S3Operation.HEAD_OBJECT;
import static io.sluice.testkit.s3.S3Operation.LIST_MULTIPART_UPLOADS;
import static io.sluice.testkit.s3.S3Operation.LIST_OBJECTS_V2;
import static io.sluice.testkit.s3.S3Operation.LIST_PARTS;
import static io.sluice.testkit.s3.S3Operation.PUT_OBJECT;
import static io.sluice.testkit.s3.S3Operation.UPLOAD_PART;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.Payload;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Exception;

class FaultyS3Test {
  private static final int PART = 5 << 20;

  private final Bucket bucket = S3Server.shared().newBucket();
  private final FaultyS3 proxy = FaultyS3.before(S3Server.shared());
  private final S3Calls s3 = new S3Calls(bucket, proxy.endpoint());

  @AfterEach
  void close() {
    s3.close();
    proxy.close();
    bucket.close();
  }

  @Test
  void whatGoesThroughIsUnchangedAndCounted() {
    var content = Payload.ofSize(PART + 1000);
    var id = s3.begin("a/large b+c");
    var first = s3.uploadPart("a/large b+c", id, 1, content.slice(0, PART));
    var second = s3.uploadPart("a/large b+c", id, 2, content.slice(PART, content.size()));
    s3.client()
        .listParts(it -> it.bucket(bucket.name()).key(s3.key("a/large b+c")).uploadId(id))
        .join();
    s3.client().listMultipartUploads(it -> it.bucket(bucket.name())).join();
    s3.complete("a/large b+c", id, first, second);
    s3.put("small", "12345");
    assertThat(s3.keysOf(s3.list(""))).containsExactly("a/large b+c", "small");
    assertThat(s3.getBytes("a/large b+c")).isEqualTo(content.bytes());
    assertThat(s3.get("a/large b+c", "bytes=5-14")).isEqualTo(content.slice(5, 15));
    var head = s3.client().headObject(it -> it.bucket(bucket.name()).key(s3.key("small"))).join();
    assertThat(head.contentLength()).isEqualTo(5);
    s3.client().headBucket(it -> it.bucket(bucket.name())).join();
    s3.client()
        .deleteObjects(
            it ->
                it.bucket(bucket.name())
                    .delete(
                        what ->
                            what.objects(ObjectIdentifier.builder().key(s3.key("small")).build())))
        .join();

    assertThat(bucket.keys()).containsExactly("a/large b+c");
    assertThat(proxy.requestsByOperation())
        .isEqualTo(
            Map.ofEntries(
                Map.entry(CREATE_MULTIPART_UPLOAD, 1L),
                Map.entry(UPLOAD_PART, 2L),
                Map.entry(LIST_PARTS, 1L),
                Map.entry(LIST_MULTIPART_UPLOADS, 1L),
                Map.entry(COMPLETE_MULTIPART_UPLOAD, 1L),
                Map.entry(PUT_OBJECT, 1L),
                Map.entry(LIST_OBJECTS_V2, 1L),
                Map.entry(GET_OBJECT, 2L),
                Map.entry(HEAD_OBJECT, 1L),
                Map.entry(HEAD_BUCKET, 1L),
                Map.entry(DELETE_OBJECTS, 1L)));
    assertThat(proxy.bytesSent(UPLOAD_PART)).isEqualTo(content.size());
    assertThat(proxy.bytesSent(UPLOAD_PART, PUT_OBJECT)).isEqualTo(content.size() + 5);
    assertThat(proxy.bytesAnswered(GET_OBJECT)).isEqualTo(content.size() + 10);
    eventually(proxy::inFlight, it -> assertThat(it).isZero());
    assertThat(proxy.mostInFlight()).isEqualTo(1);

    proxy.reset();
    assertThat(proxy.requests()).isZero();
    assertThat(proxy.bytesSent()).isZero();
  }

  @Test
  void aRuleHoldsForSoManyRequestsAndOnlyForThoseItNames() {
    var rule = proxy.on(PUT_OBJECT).next(2).refuse(Refusal.slowDown());

    assertThat(s3.list("").contents()).isEmpty();
    assertThat(refusalOf(() -> s3.put("a", "1"))).isEqualTo("503 SlowDown");
    assertThat(refusalOf(() -> s3.put("a", "1"))).isEqualTo("503 SlowDown");
    s3.put("a", "2");

    assertThat(rule.hits()).isEqualTo(2);
    assertThat(s3.get("a")).isEqualTo("2");
    assertThat(proxy.requests(PUT_OBJECT)).isEqualTo(3);
  }

  @Test
  void aRuleHoldsUntilItIsRemovedAndMayLookAtKeys() {
    var rule = proxy.on().where(it -> it.key().endsWith("data/x")).refuse(Refusal.internalError());

    for (int i = 0; i < 3; i++) {
      assertThat(refusalOf(() -> s3.put("data/x", "1"))).isEqualTo("500 InternalError");
    }
    s3.put("data/y", "1");
    rule.remove();

    s3.put("data/x", "1");
    assertThat(bucket.keys()).containsExactly("data/x", "data/y");
  }

  static List<Refusal> refusals() {
    return List.of(
        Refusal.slowDown(),
        Refusal.serviceUnavailable(),
        Refusal.internalError(),
        Refusal.expiredToken(),
        Refusal.requestTimeTooSkewed(),
        Refusal.invalidAccessKeyId(),
        Refusal.signatureDoesNotMatch(),
        Refusal.accessDenied(),
        Refusal.permanentRedirect("eu-west-1"),
        Refusal.noSuchBucket(),
        Refusal.noSuchUpload());
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void aRefusalReadsLikeThatOfS3(Refusal refusal) {
    proxy.on(LIST_OBJECTS_V2, HEAD_BUCKET, UPLOAD_PART).refuse(refusal);

    assertThat(refusalOf(() -> s3.list(""))).isEqualTo(refusal.status() + " " + refusal.code());
    var head = failureOf(() -> s3.client().headBucket(it -> it.bucket(bucket.name())).join());
    assertThat(head)
        .isInstanceOfSatisfying(
            S3Exception.class, it -> assertThat(it.statusCode()).isEqualTo(refusal.status()));
    assertThat(refusalOf(() -> s3.uploadPart("a", "some-upload", 1, new byte[PART])))
        .isEqualTo(refusal.status() + " " + refusal.code());
  }

  @Test
  void aRedirectNamesTheRegion() {
    proxy.on().refuse(Refusal.permanentRedirect("eu-west-1"));

    assertThat(failureOf(() -> s3.list("")))
        .isInstanceOfSatisfying(
            S3Exception.class,
            it ->
                assertThat(
                        it.awsErrorDetails()
                            .sdkHttpResponse()
                            .firstMatchingHeader("x-amz-bucket-region"))
                    .hasValue("eu-west-1"));
  }

  @Test
  void aCompletionFailsThatInTruthSucceeded() {
    var id = s3.begin("done");
    var part = s3.uploadPart("done", id, 1, "content".getBytes(UTF_8));
    proxy.on(COMPLETE_MULTIPART_UPLOAD).next(1).refuseAfterwards(Refusal.internalError());

    assertThat(refusalOf(() -> s3.complete("done", id, part))).isEqualTo("500 InternalError");

    assertThat(s3.get("done")).isEqualTo("content");
    assertThat(bucket.unfinished()).isEmpty();
  }

  @Test
  void aCompletionFailsAfterItBeganToAnswerWithSuccess() {
    var id = s3.begin("not-done");
    var part = s3.uploadPart("not-done", id, 1, "content".getBytes(UTF_8));
    proxy.on(COMPLETE_MULTIPART_UPLOAD).next(1).refuse(Refusal.internalErrorAfterStatus200());

    assertThat(failureOf(() -> s3.complete("not-done", id, part)))
        .isInstanceOfSatisfying(
            S3Exception.class,
            it -> assertThat(it.awsErrorDetails().errorCode()).isEqualTo("InternalError"));
    assertThat(bucket.keys()).isEmpty();
  }

  @Test
  void aPartIsCutInTheMiddle() {
    var id = s3.begin("cut");
    proxy.on(UPLOAD_PART).next(1).cutRequestAfter(1_000_000);

    assertThat(failureOf(() -> s3.uploadPart("cut", id, 1, new byte[PART])))
        .hasRootCauseInstanceOf(IOException.class);

    assertThat(proxy.bytesSent(UPLOAD_PART)).isEqualTo(1_000_000);
    var part = s3.uploadPart("cut", id, 1, new byte[PART]);
    s3.complete("cut", id, part);
    assertThat(bucket.keys()).containsExactly("cut");
    eventually(proxy::inFlight, it -> assertThat(it).isZero());
  }

  @Test
  void anAnswerIsCutInTheMiddle() {
    var content = Payload.ofSize(PART);
    s3.putting("cut", content.bytes()).join();
    proxy.on(GET_OBJECT).next(1).cutAnswerAfter(1_000_000);

    assertThat(failureOf(() -> s3.get("cut"))).hasRootCauseInstanceOf(IOException.class);

    assertThat(proxy.bytesAnswered(GET_OBJECT)).isEqualTo(1_000_000);
    assertThat(s3.getBytes("cut")).isEqualTo(content.bytes());
  }

  @Test
  void aConnectionIsCutBeforeTheAnswerToWhatWasDone() {
    proxy.on(PUT_OBJECT).next(1).cutAnswerAfter(0);

    assertThat(failureOf(() -> s3.put("a", "1"))).hasRootCauseInstanceOf(IOException.class);

    assertThat(bucket.keys()).containsExactly("a");
  }

  @Test
  void aDelayHoldsARequestBackAndThenAnotherRuleApplies() {
    proxy.on(PUT_OBJECT).delay(Duration.ofMillis(100));
    proxy.on(PUT_OBJECT).delay(Duration.ofMillis(100));
    proxy.on(PUT_OBJECT).next(1).refuse(Refusal.slowDown());

    long begin = System.nanoTime();
    assertThat(refusalOf(() -> s3.put("a", "1"))).isEqualTo("503 SlowDown");
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(195));

    s3.put("a", "2");
    assertThat(bucket.keys()).containsExactly("a");
  }

  @Test
  void aRequestThatHangsIsInFlightUntilTheClientGivesUp() {
    proxy.on(PUT_OBJECT).hang();

    var put =
        s3.client()
            .putObject(
                it ->
                    it.bucket(bucket.name())
                        .key(s3.key("a"))
                        .overrideConfiguration(how -> how.apiCallTimeout(Duration.ofSeconds(20))),
                AsyncRequestBody.fromString("content"));

    eventually(proxy::inFlight, it -> assertThat(it).isOne());
    eventually(() -> proxy.bytesSent(PUT_OBJECT), it -> assertThat(it).isEqualTo(7));
    assertThat(put).isNotDone();
    put.cancel(true);
    eventually(proxy::inFlight, it -> assertThat(it).isZero());
    assertThat(bucket.keys()).isEmpty();
  }

  @Test
  void inAnOutageNothingGoesThroughAndAfterItAllDoes() {
    var id = s3.begin("through");
    var hanging = proxy.on(UPLOAD_PART).next(1).hang();
    var part = s3.uploadingPart("through", id, 1, new byte[PART], crc32c(new byte[PART]));
    eventually(hanging::hits, it -> assertThat(it).isOne());

    proxy.outage();

    assertThat(failureOf(() -> part.get(10, TimeUnit.SECONDS)))
        .hasRootCauseInstanceOf(IOException.class);
    assertThat(failureOf(() -> s3.list(""))).hasRootCauseInstanceOf(IOException.class);
    eventually(proxy::inFlight, it -> assertThat(it).isZero());

    proxy.recover();

    s3.complete("through", id, s3.uploadPart("through", id, 1, new byte[PART]));
    assertThat(s3.keysOf(s3.list(""))).containsExactly("through");
  }

  @Test
  void manyAreInFlightAtOnce() {
    var delay = proxy.on(PUT_OBJECT).delay(Duration.ofMillis(200));
    var puts = new ArrayList<CompletableFuture<?>>();
    for (int i = 0; i < 10; i++) {
      puts.add(s3.putting("p/" + i, new byte[1000]));
    }
    puts.forEach(CompletableFuture::join);
    delay.remove();

    assertThat(proxy.mostInFlight()).isEqualTo(10);
    assertThat(proxy.bytesSent(PUT_OBJECT)).isEqualTo(10_000);
    eventually(proxy::inFlight, it -> assertThat(it).isZero());
  }

  @Test
  void healingRemovesAllRules() {
    proxy.on().refuse(Refusal.internalError());
    proxy.outage();

    proxy.heal();

    s3.put("a", "1");
  }

  @Test
  void countsCanBeAskedForByHttp() throws Exception {
    s3.put("a", "12345");

    try (var http = HttpClient.newHttpClient()) {
      var counts =
          http.send(
              HttpRequest.newBuilder(proxy.endpoint().resolve("/-/counts")).build(),
              BodyHandlers.ofString());
      var json = new JsonObject(counts.body());
      assertThat(json.getJsonObject("requests").getInteger("PutObject")).isOne();
      assertThat(json.getJsonObject("bytesSent").getInteger("PutObject")).isEqualTo(5);

      var reset =
          http.send(
              HttpRequest.newBuilder(proxy.endpoint().resolve("/-/reset")).build(),
              BodyHandlers.ofString());
      assertThat(reset.statusCode()).isEqualTo(204);
      assertThat(proxy.requests()).isZero();
    }
  }
}
