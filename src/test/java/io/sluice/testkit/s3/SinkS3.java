package io.sluice.testkit.s3;

import io.netty.buffer.Unpooled;
import io.sluice.Await;
import io.sluice.testkit.s3.SinkBucket.Stored;
import io.sluice.testkit.s3.SinkBucket.Upload;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.internal.buffer.BufferInternal;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * An S3 server that costs next to nothing, to measure what uses it rather than itself: of what is
 * larger than a limit it keeps the length only, and answers a read with as many bytes of a pattern.
 * It checks no signatures, and checksums only if asked to. Path-style addresses, nothing encoded in
 * chunks.
 */
final class SinkS3 implements AutoCloseable {
  private static final int PATTERN = 64 << 10;
  private static final int WRITE_QUEUE = 256 << 10;
  private static final int MOST_KEYS = 1000;
  private static final Buffer[] PATTERNS = patterns();
  private static final Pattern PART = Pattern.compile("<PartNumber>\\s*(\\d+)\\s*</PartNumber>");
  private static final Pattern KEY = Pattern.compile("<Key>([^<]*)</Key>");
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d*)-(\\d*)");
  private static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.RFC_1123_DATE_TIME.withZone(ZoneOffset.UTC);

  private final Vertx vertx;
  private final int keep;
  private final boolean checksums;
  private final Map<String, SinkBucket> buckets = new ConcurrentHashMap<>();
  private final int port;
  private volatile int actualPort;

  /**
   * @param port 0 for a free one
   * @param keep content of up to so many bytes is kept
   * @param checksums whether CRC32C checksums of what is sent are verified
   */
  SinkS3(int port, int keep, boolean checksums) {
    this.keep = keep;
    this.checksums = checksums;
    // To Vert.x, 0 would be another port for each listener, and -1 is one that they share.
    this.port = port == 0 ? -1 : port;
    int loops = Math.max(2, Runtime.getRuntime().availableProcessors());
    this.vertx =
        Vertx.vertx(new VertxOptions().setEventLoopPoolSize(loops).setPreferNativeTransport(true));
    Await.result(vertx.deployVerticle(Listener::new, new DeploymentOptions().setInstances(loops)));
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + actualPort);
  }

  void createBucket(String name) {
    buckets.computeIfAbsent(name, _ -> new SinkBucket(keep));
  }

  @Override
  public void close() {
    Await.result(vertx.close());
  }

  private final class Listener extends VerticleBase {
    @Override
    public Future<HttpServer> start() {
      return vertx
          .createHttpServer(
              new HttpServerOptions()
                  .setHandle100ContinueAutomatically(true)
                  .setMaxHeaderSize(64 << 10)
                  .setMaxInitialLineLength(16 << 10))
          .requestHandler(SinkS3.this::handle)
          .exceptionHandler(_ -> {})
          .listen(port, "127.0.0.1")
          .onSuccess(server -> actualPort = server.actualPort());
    }
  }

  // ---- requests

  private void handle(HttpServerRequest request) {
    request.exceptionHandler(_ -> {});
    request.response().exceptionHandler(_ -> {});
    request.response().putHeader("Date", HTTP_DATE.format(Instant.now()));
    var asked = S3Request.of(request);
    var parameters = parameters(request);
    if (asked.operation() == S3Operation.CREATE_BUCKET) {
      createBucket(asked.bucket());
      request.response().end();
      return;
    }
    var bucket = buckets.get(asked.bucket());
    if (bucket == null) {
      fail(request, 404, "NoSuchBucket");
      return;
    }
    if (request.headers().contains("x-amz-decoded-content-length")) {
      fail(request, 501, "NotImplemented");
      return;
    }
    var upload = bucket.upload(parameters.getOrDefault("uploadId", ""));
    if (upload == null && parameters.containsKey("uploadId")) {
      fail(request, 404, "NoSuchUpload");
      return;
    }
    if (upload == null) {
      object(request, asked, bucket, parameters);
    } else {
      part(request, asked.operation(), bucket, upload, parameters);
    }
  }

  private void object(
      HttpServerRequest request,
      S3Request asked,
      SinkBucket bucket,
      Map<String, String> parameters) {
    var key = asked.key();
    switch (asked.operation()) {
      case HEAD_BUCKET -> request.response().end();
      case GET_BUCKET_LOCATION ->
          xml(request, "<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"/>");
      case LIST_OBJECTS_V2 -> list(request, bucket, parameters, true);
      case LIST_MULTIPART_UPLOADS ->
          uploads(request, bucket, parameters.getOrDefault("prefix", ""));
      case DELETE_OBJECTS ->
          text(
              request,
              body -> {
                var keys = KEY.matcher(body);
                while (keys.find()) {
                  bucket.delete(unescaped(keys.group(1)));
                }
                xml(request, "<DeleteResult></DeleteResult>");
              });
      case PUT_OBJECT ->
          receive(
              request,
              bucket,
              stored -> {
                bucket.put(key, stored);
                tag(request.response(), stored).end();
              });
      case COPY_OBJECT ->
          copy(
              request,
              bucket,
              copied -> {
                bucket.put(key, copied);
                xml(request, "<CopyObjectResult>" + described(copied) + "</CopyObjectResult>");
              });
      case GET_OBJECT -> send(request, bucket.get(key), true);
      case HEAD_OBJECT -> send(request, bucket.get(key), false);
      case DELETE_OBJECT -> {
        bucket.delete(key);
        request.response().setStatusCode(204).end();
      }
      case CREATE_MULTIPART_UPLOAD ->
          xml(
              request,
              "<InitiateMultipartUploadResult>"
                  + element("Bucket", asked.bucket())
                  + element("Key", key)
                  + element("UploadId", bucket.begin(key).id())
                  + "</InitiateMultipartUploadResult>");
      default -> {
        // The first version of lists has no parameter that tells it.
        if (key.isEmpty() && request.method().name().equals("GET")) {
          list(request, bucket, parameters, false);
        } else {
          fail(request, 501, "NotImplemented");
        }
      }
    }
  }

  private void part(
      HttpServerRequest request,
      S3Operation operation,
      SinkBucket bucket,
      Upload upload,
      Map<String, String> parameters) {
    int number = Integer.parseInt(parameters.getOrDefault("partNumber", "0"));
    switch (operation) {
      case UPLOAD_PART ->
          receive(
              request,
              bucket,
              stored -> {
                upload.parts().put(number, stored);
                tag(request.response(), stored).end();
              });
      case UPLOAD_PART_COPY ->
          copy(
              request,
              bucket,
              copied -> {
                upload.parts().put(number, copied);
                xml(request, "<CopyPartResult>" + described(copied) + "</CopyPartResult>");
              });
      case LIST_PARTS -> parts(request, upload, parameters);
      case COMPLETE_MULTIPART_UPLOAD ->
          text(request, body -> complete(request, bucket, upload, body));
      case ABORT_MULTIPART_UPLOAD -> {
        bucket.abort(upload);
        request.response().setStatusCode(204).end();
      }
      default -> fail(request, 501, "NotImplemented");
    }
  }

  private static void complete(
      HttpServerRequest request, SinkBucket bucket, Upload upload, String body) {
    var numbers = new ArrayList<Integer>();
    var found = PART.matcher(body);
    while (found.find()) {
      numbers.add(Integer.valueOf(found.group(1)));
    }
    if (numbers.isEmpty() || !upload.parts().keySet().containsAll(numbers)) {
      fail(request, 400, "InvalidPart");
      return;
    }
    var whole = bucket.complete(upload, numbers);
    xml(
        request,
        "<CompleteMultipartUploadResult>"
            + element("Key", upload.key())
            + element("ETag", quoted(whole))
            + "</CompleteMultipartUploadResult>");
  }

  // ---- content

  private void receive(HttpServerRequest request, SinkBucket bucket, Consumer<Stored> then) {
    var body = bucket.receive();
    var crc = Optional.ofNullable(request.getHeader("x-amz-checksum-crc32c"));
    @Nullable CRC32C computed = checksums && crc.isPresent() ? new CRC32C() : null;
    request.handler(
        buffer -> {
          body.add(buffer);
          if (computed != null) {
            computed.update(buffer.getBytes());
          }
        });
    request.endHandler(
        _ -> {
          if (computed != null && !crc.get().equals(base64((int) computed.getValue()))) {
            fail(request, 400, "BadDigest");
          } else {
            then.accept(body.stored(crc));
          }
        });
  }

  private static String base64(int value) {
    return Base64.getEncoder().encodeToString(ByteBuffer.allocate(4).putInt(value).array());
  }

  private void copy(HttpServerRequest request, SinkBucket bucket, Consumer<Stored> then) {
    var name = URLDecoder.decode(request.getHeader("x-amz-copy-source"), StandardCharsets.UTF_8);
    var path = name.startsWith("/") ? name.substring(1) : name;
    var from = buckets.get(path.substring(0, path.indexOf('/')));
    var source = from == null ? null : from.get(path.substring(path.indexOf('/') + 1));
    if (source == null) {
      fail(request, 404, "NoSuchKey");
      return;
    }
    var range =
        RANGE.matcher(Optional.ofNullable(request.getHeader("x-amz-copy-source-range")).orElse(""));
    boolean whole = !range.matches();
    then.accept(
        bucket.copy(
            source,
            whole ? 0 : Long.parseLong(range.group(1)),
            whole ? source.size() - 1 : Long.parseLong(range.group(2))));
  }

  private static void send(HttpServerRequest request, @Nullable Stored object, boolean withBody) {
    if (object == null) {
      fail(request, 404, "NoSuchKey");
      return;
    }
    var response =
        tag(request.response(), object)
            .putHeader("Last-Modified", HTTP_DATE.format(object.modified()))
            .putHeader("Accept-Ranges", "bytes")
            .putHeader("Content-Type", "application/octet-stream");
    var range = RANGE.matcher(Optional.ofNullable(request.getHeader("Range")).orElse(""));
    long from = 0;
    long to = object.size();
    if (range.matches()) {
      if (range.group(1).isEmpty()) {
        from = Math.max(0, object.size() - Long.parseLong(range.group(2)));
      } else {
        from = Long.parseLong(range.group(1));
        to = range.group(2).isEmpty() ? to : Math.min(to, Long.parseLong(range.group(2)) + 1);
      }
      if (from >= object.size()) {
        fail(request, 416, "InvalidRange");
        return;
      }
      response
          .setStatusCode(206)
          .putHeader("Content-Range", "bytes " + from + "-" + (to - 1) + "/" + object.size());
    }
    response.putHeader("Content-Length", Long.toString(to - from));
    if (!withBody || to == from) {
      response.end();
    } else if (object.content() != null) {
      response.end(object.content().slice((int) from, (int) to));
    } else {
      response.setWriteQueueMaxSize(WRITE_QUEUE);
      new Pump(response, from, to).run();
    }
  }

  /** Sends the pattern as fast as the client takes it. Confined to the request's event loop. */
  private static final class Pump {
    private final HttpServerResponse response;
    private final long end;
    private long at;

    Pump(HttpServerResponse response, long from, long end) {
      this.response = response;
      this.at = from;
      this.end = end;
      response.drainHandler(_ -> run());
    }

    void run() {
      while (at < end && !response.writeQueueFull() && !response.closed()) {
        int from = (int) (at % PATTERN);
        int length = (int) Math.min(PATTERN - from, end - at);
        var pattern = PATTERNS[(int) (at / PATTERN % PATTERNS.length)];
        at += length;
        response.write(length == PATTERN ? pattern : pattern.slice(from, from + length));
      }
      if (at == end && !response.ended() && !response.closed()) {
        response.end();
      }
    }
  }

  /** In direct memory, which goes to the socket without another copy; never released. */
  private static Buffer[] patterns() {
    var bytes = new byte[PATTERN];
    var random = new Random(1);
    var patterns = new Buffer[4];
    for (int i = 0; i < patterns.length; i++) {
      random.nextBytes(bytes);
      patterns[i] =
          BufferInternal.buffer(
              Unpooled.wrappedBuffer(ByteBuffer.allocateDirect(PATTERN).put(bytes).flip()));
    }
    return patterns;
  }

  private static void text(HttpServerRequest request, Consumer<String> then) {
    request.body().onSuccess(body -> then.accept(body.toString(StandardCharsets.UTF_8)));
  }

  // ---- answers

  private static void list(
      HttpServerRequest request,
      SinkBucket bucket,
      Map<String, String> parameters,
      boolean second) {
    var prefix = parameters.getOrDefault("prefix", "");
    int most =
        Math.min(MOST_KEYS, Integer.parseInt(parameters.getOrDefault("max-keys", "" + MOST_KEYS)));
    var after =
        second
            ? parameters.getOrDefault(
                "continuation-token", parameters.getOrDefault("start-after", ""))
            : parameters.getOrDefault("marker", "");
    boolean encoded = "url".equals(parameters.get("encoding-type"));
    var page = bucket.list(prefix, parameters.getOrDefault("delimiter", ""), after, most);
    var answer = new StringBuilder("<ListBucketResult>");
    answer
        .append(element("Prefix", encoded(prefix, encoded)))
        .append(element("MaxKeys", Integer.toString(most)))
        .append(element("KeyCount", "" + (page.objects().size() + page.folders().size())))
        .append(element("IsTruncated", Boolean.toString(page.next().isPresent())));
    if (encoded) {
      answer.append(element("EncodingType", "url"));
    }
    page.next()
        .ifPresent(
            next ->
                answer.append(
                    second
                        ? element("NextContinuationToken", next)
                        : element("NextMarker", encoded(next, encoded))));
    for (var entry : page.objects()) {
      answer
          .append("<Contents>")
          .append(element("Key", encoded(entry.getKey(), encoded)))
          .append(described(entry.getValue()))
          .append(element("Size", Long.toString(entry.getValue().size())))
          .append(element("StorageClass", "STANDARD"))
          .append("</Contents>");
    }
    for (var folder : page.folders()) {
      answer
          .append("<CommonPrefixes>")
          .append(element("Prefix", encoded(folder, encoded)))
          .append("</CommonPrefixes>");
    }
    xml(request, answer.append("</ListBucketResult>").toString());
  }

  private static void uploads(HttpServerRequest request, SinkBucket bucket, String prefix) {
    var answer =
        new StringBuilder("<ListMultipartUploadsResult>").append(element("IsTruncated", "false"));
    for (var upload : bucket.uploads(prefix)) {
      answer
          .append("<Upload>")
          .append(element("Key", upload.key()))
          .append(element("UploadId", upload.id()))
          .append(element("Initiated", instant(upload.begun())))
          .append("</Upload>");
    }
    xml(request, answer.append("</ListMultipartUploadsResult>").toString());
  }

  private static void parts(
      HttpServerRequest request, Upload upload, Map<String, String> parameters) {
    int after = Integer.parseInt(parameters.getOrDefault("part-number-marker", "0"));
    var rest = List.copyOf(upload.parts().tailMap(after, false).entrySet());
    var page = rest.subList(0, Math.min(MOST_KEYS, rest.size()));
    var answer =
        new StringBuilder("<ListPartsResult>")
            .append(element("Key", upload.key()))
            .append(element("UploadId", upload.id()))
            .append(element("IsTruncated", Boolean.toString(page.size() < rest.size())));
    if (page.size() < rest.size()) {
      answer.append(element("NextPartNumberMarker", page.getLast().getKey().toString()));
    }
    for (var part : page) {
      answer
          .append("<Part>")
          .append(element("PartNumber", part.getKey().toString()))
          .append(described(part.getValue()))
          .append(element("Size", Long.toString(part.getValue().size())))
          .append(part.getValue().crc().map(it -> element("ChecksumCRC32C", it)).orElse(""))
          .append("</Part>");
    }
    xml(request, answer.append("</ListPartsResult>").toString());
  }

  private static String described(Stored stored) {
    return element("LastModified", instant(stored.modified())) + element("ETag", quoted(stored));
  }

  private static HttpServerResponse tag(HttpServerResponse response, Stored stored) {
    stored.crc().ifPresent(it -> response.putHeader("x-amz-checksum-crc32c", it));
    return response.putHeader("ETag", quoted(stored));
  }

  private static String quoted(Stored stored) {
    return '"' + stored.etag() + '"';
  }

  private static String instant(Instant time) {
    return time.truncatedTo(ChronoUnit.MILLIS).toString();
  }

  private static void xml(HttpServerRequest request, String document) {
    request
        .response()
        .putHeader("Content-Type", "application/xml")
        .end("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + document);
  }

  private static void fail(HttpServerRequest request, int status, String code) {
    request.response().setStatusCode(status);
    if (request.method().name().equals("HEAD")) {
      request.response().end();
    } else {
      xml(request, "<Error>" + element("Code", code) + element("Message", code) + "</Error>");
    }
  }

  private static String element(String name, String text) {
    return "<" + name + ">" + escaped(text) + "</" + name + ">";
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  private static String unescaped(String text) {
    return text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#34;", "\"")
        .replace("&amp;", "&");
  }

  private static String encoded(String text, boolean wanted) {
    return wanted ? URLEncoder.encode(text, StandardCharsets.UTF_8) : text;
  }

  private static Map<String, String> parameters(HttpServerRequest request) {
    var all = new HashMap<String, String>();
    var query = request.query();
    if (query != null) {
      for (var pair : query.split("&")) {
        int equals = pair.indexOf('=');
        all.put(
            equals < 0 ? pair : pair.substring(0, equals),
            equals < 0
                ? ""
                : URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
      }
    }
    return all;
  }
}
