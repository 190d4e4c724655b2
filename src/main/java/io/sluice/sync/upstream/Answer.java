package io.sluice.sync.upstream;

import io.sluice.oci.MediaTypes;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/** The header of an answer; whoever gets it takes its body, or drops it. */
final class Answer {

  /** What is read of an answer whose body nobody wants, so that its connection can be kept. */
  private static final int MOST_DROPPED = 64 << 10;

  /** What is hashed and parsed at once. */
  static final int SMALL = 64 << 10;

  private final Vertx vertx;
  private final Failures failures;
  private final Duration idle;
  private final HttpClientResponse response;
  private final Url from;

  /**
   * @param response paused
   * @param from whose answer it is, after redirects
   */
  Answer(Vertx vertx, Failures failures, Duration idle, HttpClientResponse response, Url from) {
    this.vertx = vertx;
    this.failures = failures;
    this.idle = idle;
    this.response = response;
    this.from = from;
  }

  int status() {
    return response.statusCode();
  }

  Url from() {
    return from;
  }

  MultiMap headers() {
    return response.headers();
  }

  Optional<String> header(String name) {
    return Optional.ofNullable(response.getHeader(name));
  }

  List<String> allOf(String name) {
    return response.headers().getAll(name);
  }

  /** Without parameters; empty text if it doesn't say. */
  String mediaType() {
    return header("Content-Type").map(MediaTypes::essence).orElse("");
  }

  OptionalLong length() {
    return header("Content-Length")
        .filter(text -> text.matches("[0-9]{1,18}"))
        .map(text -> OptionalLong.of(Long.parseLong(text)))
        .orElse(OptionalLong.empty());
  }

  /** Whether its bytes are other ones than those that were asked for. */
  boolean isEncoded() {
    return header("Content-Encoding")
        .filter(it -> !it.strip().equalsIgnoreCase("identity"))
        .isPresent();
  }

  AnswerBody body(long skip, long expected) {
    return new AnswerBody(vertx, failures, response, skip, expected, idle);
  }

  AnswerBody body() {
    return body(0, length().orElse(-1));
  }

  /**
   * Reads all of the body, and makes something of it: on a worker if it is large.
   *
   * @param most bytes that it may have
   */
  <T> Future<T> read(int most, Function<Buffer, T> parse) {
    return body()
        .collect(most)
        .compose(
            bytes ->
                bytes.length() > SMALL
                    ? vertx.executeBlocking(() -> parse.apply(bytes), /* ordered= */ false)
                    : Future.succeededFuture(parse.apply(bytes)));
  }

  void drop() {
    var _ = body(0, -1).collect(MOST_DROPPED);
  }
}
