package io.sluice.sync.upstream;

import io.sluice.oci.Digest;
import io.sluice.sync.upstream.UpstreamHost.OpenBlob;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** What is asked for blobs. Confined to one context. */
final class BlobRequests {
  private static final Pattern CONTENT_RANGE =
      Pattern.compile("bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\\*)");

  private BlobRequests() {}

  static Future<Long> size(UpstreamHost host, String repository, Digest digest) {
    return host.repository(repository)
        .compose(
            name ->
                host.ask(
                    ask(HttpMethod.HEAD, name, digest),
                    answer -> {
                      answer.drop();
                      var problem = problem(answer);
                      if (!problem.isEmpty()) {
                        return Future.failedFuture(host.failures().lying(problem));
                      }
                      return answer.length().isPresent()
                          ? Future.succeededFuture(answer.length().getAsLong())
                          : Future.failedFuture(
                              host.failures().lying("does not say how long a blob is"));
                    }));
  }

  static Future<BlobStream> open(UpstreamHost host, String repository, Digest digest, long offset) {
    return host.repository(repository)
        .compose(
            name -> {
              var ask = ask(HttpMethod.GET, name, digest);
              if (offset > 0) {
                ask.with("Range", "bytes=" + offset + "-");
              }
              return host.open(ask, answer -> read(host.failures(), answer, offset));
            });
  }

  private static Ask ask(HttpMethod method, String repository, Digest digest) {
    return Ask.of(method, repository, "/blobs/" + digest, "blob " + digest)
        .with(HttpHeaders.ACCEPT, "*/*");
  }

  private static Future<OpenBlob> read(Failures failures, Answer answer, long offset) {
    var problem = problem(answer);
    if (problem.isEmpty()) {
      return answer.status() == 206
          ? part(failures, answer, offset)
          : whole(failures, answer, offset);
    }
    answer.drop();
    return Future.failedFuture(failures.lying(problem));
  }

  private static String problem(Answer answer) {
    if (answer.isEncoded()) {
      return "sends a blob in another coding than it has";
    }
    return ManifestRequests.isPage(answer) ? "sends a web page for a blob" : "";
  }

  private static Future<OpenBlob> part(Failures failures, Answer answer, long offset) {
    var range = CONTENT_RANGE.matcher(answer.header("Content-Range").orElse("").strip());
    if (!range.matches() || Long.parseLong(range.group(1)) != offset) {
      answer.drop();
      return Future.failedFuture(
          failures.lying("sends another part of a blob than from " + offset + " on"));
    }
    long end = Long.parseLong(range.group(2)) + 1;
    var total =
        range.group(3).equals("*")
            ? OptionalLong.empty()
            : OptionalLong.of(Long.parseLong(range.group(3)));
    if (answer.length().orElse(end - offset) != end - offset || total.orElse(end) != end) {
      answer.drop();
      return Future.failedFuture(
          failures.lying("contradicts itself about how much of a blob it sends"));
    }
    return Future.succeededFuture(opened(answer.body(0, end - offset), offset, total));
  }

  /** What was not asked for is dropped here, if the server knows no ranges. */
  private static Future<OpenBlob> whole(Failures failures, Answer answer, long offset) {
    var total = answer.length();
    if (total.orElse(offset) < offset) {
      answer.drop();
      return Future.failedFuture(
          failures.lying("has only " + total.getAsLong() + " bytes of a blob, not " + offset));
    }
    return Future.succeededFuture(opened(answer.body(offset, total.orElse(-1)), offset, total));
  }

  private static OpenBlob opened(AnswerBody body, long offset, OptionalLong total) {
    return new OpenBlob(new BlobStream(body, offset, total, body::cancel), body);
  }
}
