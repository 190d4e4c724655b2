package io.sluice.sync.upstream;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How it stands with an upstream.
 *
 * @param host with the port if that is not the usual one
 * @param until when it is asked again, if it isn't now
 * @param requests that were sent there
 * @param failures of what was asked for; what isn't there is none
 * @param rateLimit as its answers told it last
 * @param mirrors the same for each of its mirrors
 */
public record UpstreamStatus(
    String host,
    State state,
    Optional<Instant> until,
    Optional<LastError> lastError,
    long requests,
    long failures,
    Optional<RateLimit> rateLimit,
    List<UpstreamStatus> mirrors) {

  /** Whether it is asked. */
  public enum State {
    OPEN,
    /** It failed several times, and is left alone for a while. */
    RESTING,
    /** It said that we asked too much. */
    LIMITED
  }

  /** What went wrong last, in words for people. */
  public record LastError(String text, Instant time) {}

  /**
   * Docker Hub's {@code ratelimit-limit} and {@code ratelimit-remaining}.
   *
   * @param limit -1 if it doesn't say
   */
  public record RateLimit(long remaining, long limit) {}
}
