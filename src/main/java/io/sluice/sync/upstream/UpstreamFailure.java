package io.sluice.sync.upstream;

import java.time.Duration;
import java.util.Optional;

/**
 * Why an upstream did not give what it was asked for. An answer, not a defect: it has no stack
 * trace. Its message is for people, names the upstream, and holds no secret, no token and no query
 * of a URL.
 */
public final class UpstreamFailure extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** What it means for whoever asked. */
  public enum Kind {
    /** It answered, and doesn't have it. */
    NOT_FOUND,
    /** It doesn't let us: our credentials are missing or wrong there (401, 403). */
    REFUSED,
    /** It limits us (429), for as long as {@link #retryAfter} says. */
    LIMITED,
    /** It can't be reached: no such host, no connection, no TLS, no answer in time, or cut. */
    UNREACHABLE,
    /** It failed (5xx), or is left alone for a while because it did ({@link #retryAfter}). */
    FAILING,
    /** What it sent is not what it should be: no manifest, another digest, too long, too short. */
    LYING
  }

  private final Kind kind;
  private final String upstream;
  private final transient Optional<Duration> retryAfter;

  public UpstreamFailure(Kind kind, String upstream, String reason, Optional<Duration> retryAfter) {
    super(reason, null, false, false);
    this.kind = kind;
    this.upstream = upstream;
    this.retryAfter = retryAfter;
  }

  public Kind kind() {
    return kind;
  }

  /** Its host, with the port if that is not the usual one. */
  public String upstream() {
    return upstream;
  }

  /** When it is worth to ask again, as far as that is known. */
  public Optional<Duration> retryAfter() {
    return retryAfter;
  }
}
