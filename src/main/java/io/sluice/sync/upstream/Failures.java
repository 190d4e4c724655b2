package io.sluice.sync.upstream;

import io.netty.channel.ConnectTimeoutException;
import io.sluice.sync.upstream.UpstreamFailure.Kind;
import io.vertx.core.VertxException;
import io.vertx.core.http.HttpClosedException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/**
 * Puts into words why one upstream did not give what it was asked for.
 *
 * @param upstream how it is called by the operator
 */
record Failures(String upstream) {

  UpstreamFailure notFound(String reason) {
    return of(Kind.NOT_FOUND, reason);
  }

  UpstreamFailure refused(String reason) {
    return of(Kind.REFUSED, reason);
  }

  UpstreamFailure unreachable(String reason) {
    return of(Kind.UNREACHABLE, reason);
  }

  UpstreamFailure failing(String reason) {
    return of(Kind.FAILING, reason);
  }

  UpstreamFailure lying(String reason) {
    return of(Kind.LYING, reason);
  }

  UpstreamFailure limited(Duration left) {
    return new UpstreamFailure(
        Kind.LIMITED,
        upstream,
        upstream + " limits our requests for another " + seconds(left),
        Optional.of(left));
  }

  UpstreamFailure resting(Duration left) {
    return new UpstreamFailure(
        Kind.FAILING,
        upstream,
        upstream + " failed several times and is left alone for another " + seconds(left),
        Optional.of(left));
  }

  /** What a request met on its way to the answer. */
  UpstreamFailure of(Throwable cause, Origin at) {
    return cause instanceof UpstreamFailure known ? known : unreachable(reason(cause, at));
  }

  private String reason(Throwable cause, Origin at) {
    var where = at.name().equals(upstream) ? "" : " (at " + at.name() + ")";
    for (Throwable it = cause; it != null; it = it.getCause()) {
      switch (it) {
        case UnknownHostException _ -> {
          return "has a name that does not resolve" + where;
        }
        case SSLException tls -> {
          return "can't be spoken to by TLS: " + reason(tls) + where;
        }
        case ConnectTimeoutException _ -> {
          return "does not take connections" + where;
        }
        case ConnectException _ -> {
          return "refuses connections" + where;
        }
        case TimeoutException _ -> {
          return "gives no connection in time" + where;
        }
        case HttpClosedException _ -> {
          return "closed the connection before it answered" + where;
        }
        default -> {
          // The next cause may say more.
        }
      }
    }
    return "can't be reached: "
        + (cause instanceof VertxException && cause.getMessage() != null
            ? cause.getMessage()
            : cause.getClass().getSimpleName())
        + where;
  }

  /** The innermost words: those around them only say that it failed. */
  private static String reason(SSLException tls) {
    var words = String.valueOf(tls.getMessage());
    var prefix = "";
    for (Throwable it = tls; it != null; it = it.getCause()) {
      if (it instanceof CertificateException) {
        prefix = "its certificate is not trusted: ";
      }
      if (it.getMessage() != null) {
        words = it.getMessage();
      }
    }
    return prefix + words;
  }

  private UpstreamFailure of(Kind kind, String reason) {
    return new UpstreamFailure(kind, upstream, upstream + " " + reason, Optional.empty());
  }

  private static String seconds(Duration left) {
    return Math.max(1, left.plusMillis(999).toSeconds()) + " s";
  }
}
