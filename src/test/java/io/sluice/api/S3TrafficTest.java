package io.sluice.api;

import static io.sluice.testkit.s3.S3Operation.COMPLETE_MULTIPART_UPLOAD;
import static io.sluice.testkit.s3.S3Operation.COPY_OBJECT;
import static io.sluice.testkit.s3.S3Operation.CREATE_MULTIPART_UPLOAD;
import static io.sluice.testkit.s3.S3Operation.GET_OBJECT;
import static io.sluice.testkit.s3.S3Operation.PUT_OBJECT;
import static io.sluice.testkit.s3.S3Operation.UPLOAD_PART;
import static io.sluice.testkit.s3.S3Operation.UPLOAD_PART_COPY;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.sluice.events.Event;
import io.sluice.testkit.OverS3;
import io.sluice.testkit.Payload;
import io.sluice.testkit.Registry;
import io.sluice.testkit.s3.FaultyS3;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.LoggerFactory;

/** What pushes and pulls cost at S3, counted there. */
class S3TrafficTest {
  private static final int SIZE = 30_000_000;

  /** What is in {@code digests/}: the key of a link, in bytes at most. */
  private static final long HINT = 1000;

  /** Only with a driver; which one is the test's affair. */
  private static final String REDIRECT =
      "{storage: {redirectBlobURL: true, storageDriver: {name: s3, region: us-east-1, bucket: b}}}";

  @OverS3
  void aLargePushSendsEveryByteOnceAndReadsNothingBack(Registry registry, FaultyS3 s3) {
    var app = registry.repository("team/app");
    var payload = Payload.ofSize(SIZE);
    var upload = app.startUpload();
    s3.reset();

    upload.put(payload.digest()).body(payload).answers(201);

    assertThat(s3.requests(GET_OBJECT, COPY_OBJECT, UPLOAD_PART_COPY)).isZero();
    assertThat(s3.requests(CREATE_MULTIPART_UPLOAD)).isOne();
    assertThat(s3.requests(COMPLETE_MULTIPART_UPLOAD)).isOne();
    assertThat(s3.requests(UPLOAD_PART)).isEqualTo(4);
    assertThat(s3.bytesSent()).isBetween((long) SIZE, SIZE / 100L * 101);
    // The parts, and besides: is it there already, begin, record it, complete, link, forget.
    assertThat(s3.requests()).as("%s", s3.requestsByOperation()).isLessThanOrEqualTo(4 + 10);
  }

  @OverS3
  void aMountCopiesNothing(Registry registry, FaultyS3 s3) {
    var app = registry.repository("team/app");
    var payload = Payload.ofSize(SIZE);
    app.push(payload);
    s3.reset();

    registry.repository("team/b").mount(payload.digest(), app).answers(201);

    requireNothingCopied(s3);
    registry.repository("team/b").getBlob(payload.digest()).answers(200).expectBody(payload);
  }

  @OverS3(config = "{storage: {dedupe: true}}")
  void whatIsInAnotherRepositoryIsLinkedWithoutACopy(Registry registry, FaultyS3 s3) {
    var payload = Payload.ofSize(SIZE);
    registry.repository("team/a").push(payload);
    s3.reset();

    registry.post("/v2/team/b/blobs/uploads/?mount=" + payload.digest()).answers(201);

    requireNothingCopied(s3);
    registry.repository("team/b").getBlob(payload.digest()).answers(200).expectBody(payload);
  }

  @OverS3(config = "{storage: {dedupe: true}}")
  void aSecondPushOfTheSameContentIsStoredOnce(Registry registry, FaultyS3 s3) {
    var payload = Payload.ofSize(SIZE);
    registry.repository("team/a").push(payload);
    s3.reset();

    registry.repository("team/b").push(payload);

    assertThat(s3.requests(COPY_OBJECT, UPLOAD_PART_COPY, COMPLETE_MULTIPART_UPLOAD)).isZero();
    assertThat(s3.bytesAnswered(GET_OBJECT)).isLessThan(HINT);
    assertThat(registry.storage().keys().stream().filter(it -> it.startsWith("/data/")).count())
        .isOne();
    registry.repository("team/b").getBlob(payload.digest()).answers(200).expectBody(payload);
  }

  private static void requireNothingCopied(FaultyS3 s3) {
    assertThat(s3.requests(COPY_OBJECT, UPLOAD_PART, UPLOAD_PART_COPY)).isZero();
    assertThat(s3.bytesAnswered(GET_OBJECT)).isLessThan(HINT);
    assertThat(s3.bytesSent(PUT_OBJECT)).isLessThan(HINT);
  }

  @OverS3(config = REDIRECT)
  void largeBlobsAreFetchedFromTheStoreByAUrlThatNoLogTells(Registry registry, FaultyS3 s3)
      throws IOException, InterruptedException {
    var app = registry.repository("team/app");
    var payload = Payload.ofSize(SIZE);
    app.push(payload);
    s3.reset();
    try (var log = new Everything();
        var http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      var answer = app.getBlob(payload.digest()).answers(307);
      registry.events().await(Event.Pulled.class);

      assertThat(s3.requests(GET_OBJECT)).isZero();
      var location = answer.header("Location");
      assertThat(location).startsWith(s3.endpoint().toString()).contains("X-Amz-Signature=");
      var fetched =
          http.send(
              HttpRequest.newBuilder(URI.create(location)).build(), BodyHandlers.ofByteArray());
      assertThat(fetched.statusCode()).isEqualTo(200);
      assertThat(fetched.body()).isEqualTo(payload.bytes());
      assertThat(log.lines()).as("lines of the log").isNotEmpty();
      assertThat(log.lines()).noneMatch(it -> it.contains("X-Amz"));
      assertThat(registry.events().all().toString()).doesNotContain("X-Amz");
    }
  }

  @OverS3(config = REDIRECT)
  void smallBlobsRangesAndHeadsAreAnsweredHere(Registry registry, FaultyS3 s3) {
    var app = registry.repository("team/app");
    var small = Payload.ofSize(1000);
    var large = Payload.ofSize(1_000_000);
    app.push(small);
    app.push(large);

    app.getBlob(small.digest()).answers(200).expectBody(small);
    app.headBlob(large.digest()).answers(200);
    app.getBlob(large.digest())
        .header("Range", "bytes=10-500009")
        .answers(206)
        .expectBody(large.slice(10, 500_010));
  }

  /** Every line of ours, also those that nobody usually sees. */
  private static final class Everything extends AppenderBase<ILoggingEvent>
      implements AutoCloseable {
    private final Logger ours = (Logger) LoggerFactory.getLogger("io.sluice");
    private final Queue<String> lines = new ConcurrentLinkedQueue<>();

    Everything() {
      setContext((LoggerContext) LoggerFactory.getILoggerFactory());
      start();
      ours.setLevel(Level.TRACE);
      ours.addAppender(this);
    }

    @Override
    protected void append(ILoggingEvent event) {
      lines.add(event.getFormattedMessage() + " " + event.getKeyValuePairs());
    }

    Queue<String> lines() {
      return lines;
    }

    @Override
    public void close() {
      ours.detachAppender(this);
      ours.setLevel(null);
      stop();
    }
  }
}
