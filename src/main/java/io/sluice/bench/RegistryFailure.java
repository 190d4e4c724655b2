package io.sluice.bench;

import io.vertx.core.http.HttpClosedException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/**
 * A request that did not end as it should. The message is the kind under which it is counted, as in
 * {@code PATCH upload: 500} or {@code GET blob: connection closed}.
 */
final class RegistryFailure extends Exception {
  private final String kind;
  private final int status;
  private final Duration pause;

  private RegistryFailure(String step, String kind, int status, Duration pause) {
    super(step + ": " + kind, null, false, false);
    this.kind = kind;
    this.status = status;
    this.pause = pause;
  }

  /** The registry answered, but not what was hoped for. */
  static RegistryFailure answered(String step, int status) {
    return new RegistryFailure(step, String.valueOf(status), status, Duration.ZERO);
  }

  /** The registry wants to be left alone for a while: 429, or 503 with {@code Retry-After}. */
  static RegistryFailure later(String step, int status, Duration pause) {
    return new RegistryFailure(step, String.valueOf(status), status, pause);
  }

  /** The registry answered something that can't be used. */
  static RegistryFailure wrong(String step, String what) {
    return new RegistryFailure(step, what, 0, Duration.ZERO);
  }

  /** There was no answer, or no end of it. */
  static RegistryFailure of(String step, Throwable cause) {
    return cause instanceof RegistryFailure known
        ? known
        : new RegistryFailure(step, kindOf(cause), 0, Duration.ZERO);
  }

  /** In a few words, without what differs each time (ports), since kinds are counted. */
  private static String kindOf(Throwable cause) {
    return switch (cause) {
      case HttpClosedException _ -> "connection closed";
      case UnknownHostException _ -> "unknown host";
      // Netty's timeout of connecting is one of these, too.
      case ConnectException e when String.valueOf(e.getMessage()).contains("timed out") ->
          "connecting timed out";
      case ConnectException _ -> "connection refused";
      case TimeoutException _ -> "timeout";
      case SSLException e -> "TLS: " + e.getMessage();
      default ->
          String.valueOf(cause.getMessage()).contains("reset")
              ? "connection reset"
              : cause.getClass().getSimpleName() + ": " + cause.getMessage();
    };
  }

  /** What went wrong, without the step. */
  String kind() {
    return kind;
  }

  /** 0 when there was no answer. */
  int status() {
    return status;
  }

  /** How long the registry wants to be left alone. */
  Duration pause() {
    return pause;
  }
}
