package io.sluice.api;

import io.sluice.access.Caller;
import io.sluice.bus.Bus;
import io.sluice.bus.Command;
import io.sluice.config.AccessControlConfig.Action;
import io.sluice.events.Event;
import io.sluice.events.EventPublisher;
import io.sluice.events.Occasion;
import io.sluice.oci.Digest;
import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.sluice.oci.RepositoryName;
import io.sluice.ulid.Ulids;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request and its answer, with what every handler needs for it. Confined to the request's
 * context.
 */
final class Exchange {
  private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);
  private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9._:-]{1,128}");

  private static final List<CharSequence> OF_CONTENT =
      List.of(
          HttpHeaders.CONTENT_LENGTH,
          HttpHeaders.CONTENT_RANGE,
          HttpHeaders.ACCEPT_RANGES,
          HttpHeaders.ETAG,
          HttpHeaders.CACHE_CONTROL,
          Headers.CONTENT_DIGEST);

  /** RFC 9113, 7. */
  private static final long INTERNAL_ERROR = 2;

  /** What all requests of a verticle share. */
  record Shared(
      Vertx vertx,
      Bus bus,
      EventPublisher events,
      Ulids ulids,
      ApiSettings settings,
      Supplier<InForce> inForce,
      Connections connections) {}

  private final Shared shared;
  private final InForce inForce;
  private final HttpServerRequest request;
  private final RequestBody body;
  private final String requestId;
  private final AccessLog log;
  private final long start = System.nanoTime();
  private Caller caller = new Caller.Anonymous();
  private String claimed = "";
  private Optional<Admission.Wanted> wanted = Optional.empty();
  private Optional<Digest> digest = Optional.empty();
  private Optional<String> refusal = Optional.empty();

  Exchange(Shared shared, HttpServerRequest request) {
    this.shared = shared;
    this.inForce = shared.inForce().get();
    this.request = request;
    var activity = shared.connections().begun(request.connection());
    this.body = new RequestBody(shared.vertx(), request, activity);
    var given = request.getHeader(Headers.REQUEST_ID);
    this.requestId =
        given != null && REQUEST_ID.matcher(given).matches()
            ? given
            : shared.ulids().next().value();
    request
        .response()
        .putHeader(Headers.REQUEST_ID, requestId)
        .putHeader(Headers.CONTENT_TYPE_OPTIONS, Headers.NOSNIFF)
        .putHeader(Headers.CONTENT_SECURITY_POLICY, Headers.NO_CONTENT);
    this.log = new AccessLog(this);
    log.whenOver(activity::end);
    log.whenOver(() -> AuditLog.note(this));
    log.watch();
  }

  HttpServerRequest request() {
    return request;
  }

  HttpServerResponse response() {
    return request.response();
  }

  RequestBody body() {
    return body;
  }

  Vertx vertx() {
    return shared.vertx();
  }

  ApiSettings settings() {
    return shared.settings();
  }

  /** What was in force when the request came. */
  InForce inForce() {
    return inForce;
  }

  String requestId() {
    return requestId;
  }

  String clientAddress() {
    return inForce.forwarded().clientAddress(request);
  }

  /** The client's certificate, if it has shown one and they are of interest. */
  Optional<X509Certificate> certificate() {
    return inForce.access().takesCertificates()
        ? shared.connections().certificate(request.connection())
        : Optional.empty();
  }

  /** It is known now who asks. */
  void isFrom(Caller known) {
    caller = known;
  }

  /** Somebody says so who could not prove it. */
  void claimsToBe(String user) {
    claimed = user;
  }

  /** For the record: who asks, or else whom they claimed to be; empty for anonymous. */
  String subject() {
    return caller.isAnonymous() ? claimed : caller.name();
  }

  /** Who asks; anonymous until somebody has looked. */
  Caller caller() {
    return caller;
  }

  /** The user's name for the record, empty for anonymous. */
  String actor() {
    return caller.name();
  }

  boolean may(Action action, RepositoryName repository) {
    return inForce.access().policy().allows(caller, action, repository);
  }

  void wants(Optional<Admission.Wanted> known) {
    wanted = known;
  }

  /** What is asked for, once the path was read; empty if it is of no repository. */
  Optional<Admission.Wanted> wanted() {
    return wanted;
  }

  /** The answer is about this content. */
  void concerns(Digest known) {
    digest = Optional.of(known);
  }

  Optional<Digest> digest() {
    return digest;
  }

  /** Why the request was refused, if it was. */
  Optional<String> refusal() {
    return refusal;
  }

  /** Whether a client only asks whether it has to log in. */
  boolean isFirstQuestion() {
    return request.getHeader(HttpHeaders.AUTHORIZATION) == null
        && ("/v2/".equals(request.path()) || "/v2".equals(request.path()));
  }

  String userAgent() {
    var header = request.getHeader(HttpHeaders.USER_AGENT);
    return header == null ? "" : header;
  }

  HttpMethod method() {
    return request.method();
  }

  boolean isHead() {
    return request.method().equals(HttpMethod.HEAD);
  }

  Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - start);
  }

  <R> Future<R> ask(Command<R> command) {
    return shared.bus().request(command);
  }

  /**
   * Runs something when the answer was given, or when the client has gone. (The response's own
   * handlers are taken: there is one of each.)
   */
  void whenOver(Runnable action) {
    log.whenOver(action);
  }

  /** Publishes an event that this request caused. */
  void publish(Function<Occasion, Event> event) {
    shared
        .events()
        .publish(
            event.apply(
                new Occasion(
                    shared.ulids().next(),
                    Instant.now(),
                    requestId,
                    actor(),
                    clientAddress(),
                    userAgent())));
  }

  /** The first value of a query parameter. */
  Optional<String> parameter(String name) {
    return parameters(name).stream().findFirst();
  }

  /** Every value of a query parameter. */
  List<String> parameters(String name) {
    try {
      return request.params().getAll(name);
    } catch (IllegalArgumentException e) {
      var query = request.query();
      throw new RegistryException(
          new RegistryError.RequestInvalid(
              "query", query == null ? "" : query, "percent-encoded UTF-8"));
    }
  }

  /**
   * A path of ours as a {@code Location}: as it is, or with what the client calls us by in front.
   */
  String location(String path) {
    if (!settings().absoluteUrls()) {
      return path;
    }
    return settings()
            .externalUrl()
            .map(Object::toString)
            .orElseGet(() -> inForce.forwarded().base(request))
        + path;
  }

  /** Ends the answer without a body. */
  Future<Void> end(int status) {
    var response = response().setStatusCode(status);
    if (status != 204
        && status != 304
        && !response.headers().contains(HttpHeaders.CONTENT_LENGTH)) {
      response.putHeader(HttpHeaders.CONTENT_LENGTH, "0");
    }
    return finish(response.end());
  }

  /** Ends the answer with a body, of which HEAD only gets the length. */
  Future<Void> end(int status, CharSequence contentType, Buffer content) {
    var response = response().setStatusCode(status);
    response.putHeader(HttpHeaders.CONTENT_TYPE, contentType);
    response.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(content.length()));
    return finish(isHead() ? response.end() : response.end(content));
  }

  private Future<Void> finish(Future<Void> ended) {
    body.discard();
    return ended;
  }

  /**
   * Answers with what went wrong, in the specification's form; when the answer has begun, only
   * cutting it is honest. A refusal waits for {@code http.auth.failDelay}.
   */
  void fail(Throwable cause) {
    if (cause instanceof RegistryException expected && refused(expected.error())) {
      long millis = inForce.access().failDelay().toMillis();
      if (millis > 0) {
        vertx().setTimer(millis, _ -> answerFailure(cause));
        return;
      }
    }
    answerFailure(cause);
  }

  /**
   * Records a refusal, and tells of it.
   *
   * @return whether it is one that shall wait: whoever has not tried yet is sent to log in at once
   */
  private boolean refused(RegistryError error) {
    var reason =
        switch (error) {
          case RegistryError.Unauthorized(_, boolean tried) ->
              tried ? Event.Reason.WRONG_CREDENTIALS : Event.Reason.DENIED;
          case RegistryError.Denied _ -> Event.Reason.DENIED;
          case RegistryError.TooManyRequests _ -> Event.Reason.LIMITED;
          default -> null;
        };
    if (reason == null) {
      return false;
    }
    refusal = Optional.of(error.message());
    if (isFirstQuestion()) {
      return false;
    }
    publish(
        occasion ->
            new Event.Refused(
                occasion,
                wanted.map(Admission.Wanted::repository),
                reason,
                wanted.map(it -> it.action().key()).orElse("")));
    return !(error instanceof RegistryError.Unauthorized(_, boolean tried) && !tried)
        && reason != Event.Reason.LIMITED;
  }

  private void answerFailure(Throwable cause) {
    var response = response();
    if (response.ended() || response.closed()) {
      return;
    }
    if (cause instanceof ClientGone) {
      LOG.atDebug()
          .addKeyValue("requestId", requestId)
          .addKeyValue("error", cause.getMessage())
          .log("a client went away");
      cut();
      return;
    }
    if (response.headWritten()) {
      LOG.atWarn()
          .addKeyValue("requestId", requestId)
          .addKeyValue("error", cause.toString())
          .log("an answer was cut");
      cut();
      return;
    }
    var answer = answerTo(cause);
    // What was said of the content that could not be sent is not true of the error.
    OF_CONTENT.forEach(response.headers()::remove);
    if (body.mustClose()) {
      response.putHeader(HttpHeaders.CONNECTION, "close");
    }
    if (cause instanceof RegistryException expected) {
      addHeaders(expected.error());
    }
    end(answer.status(), Headers.JSON, Buffer.buffer(answer.body()));
  }

  /** Ends the answer so that nobody can take it for complete; other answers are not touched. */
  private void cut() {
    if (request.version() == HttpVersion.HTTP_2) {
      response().reset(INTERNAL_ERROR);
    } else {
      request.connection().close();
    }
  }

  private ErrorResponses.ErrorResponse answerTo(Throwable cause) {
    if (cause instanceof RegistryException expected) {
      return ErrorResponses.of(expected.error());
    }
    LOG.atError()
        .addKeyValue("requestId", requestId)
        .addKeyValue("path", request.path())
        .setCause(cause)
        .log("a request failed by a defect");
    return ErrorResponses.unexpected(requestId);
  }

  private void addHeaders(RegistryError error) {
    var headers = response().headers();
    switch (error) {
      case RegistryError.MethodNotAllowed e ->
          headers.set(HttpHeaders.ALLOW, String.join(", ", e.allowed()));
      case RegistryError.RangeNotSatisfiable e ->
          headers.set(HttpHeaders.CONTENT_RANGE, "bytes */" + e.size());
      case RegistryError.TooManyRequests e ->
          headers.set(HttpHeaders.RETRY_AFTER, Integer.toString(e.retryAfterSeconds()));
      case RegistryError.UpstreamLimited e ->
          headers.set(HttpHeaders.RETRY_AFTER, Integer.toString(e.retryAfterSeconds()));
      case RegistryError.UpstreamUnavailable e ->
          headers.set(HttpHeaders.RETRY_AFTER, Integer.toString(e.retryAfterSeconds()));
      case RegistryError.Unauthorized _ -> {
        if (!Admission.asksForItself(this)) {
          headers.set(Headers.WWW_AUTHENTICATE, inForce.access().challenge());
        }
      }
      case RegistryError.ShuttingDown _ -> headers.set(HttpHeaders.RETRY_AFTER, "5");
      default -> {}
    }
  }
}
