package io.sluice.sync;

import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.sluice.sync.upstream.UpstreamFailure;
import io.sluice.sync.upstream.UpstreamFailure.Kind;
import java.time.Duration;
import java.util.Optional;

/** What a client is told of an upstream's failure. */
final class Failures {
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final long MOST_SECONDS = 3600;

  private Failures() {}

  /**
   * The answer to a client.
   *
   * @param notFound what it is told when the upstream doesn't have it
   */
  static RegistryException toClient(Throwable cause, RegistryError notFound) {
    return switch (cause) {
      case RegistryException known -> known;
      case UpstreamFailure failure -> new RegistryException(error(failure, notFound));
      default -> throw new IllegalStateException("an upstream's client failed by a defect", cause);
    };
  }

  private static RegistryError error(UpstreamFailure failure, RegistryError notFound) {
    var upstream = failure.upstream();
    var reason = String.valueOf(failure.getMessage());
    return switch (failure.kind()) {
      case NOT_FOUND -> notFound;
      case REFUSED, UNREACHABLE, LYING -> new RegistryError.UpstreamFailed(upstream, reason);
      case FAILING ->
          failure.retryAfter().isEmpty()
              ? new RegistryError.UpstreamFailed(upstream, reason)
              : new RegistryError.UpstreamUnavailable(upstream, reason, seconds(failure));
      case LIMITED -> new RegistryError.UpstreamLimited(upstream, reason, seconds(failure));
    };
  }

  private static int seconds(UpstreamFailure failure) {
    // Rounded up: whoever comes a moment too early would only be sent away again.
    long seconds = failure.retryAfter().orElse(SOON).plusMillis(999).toSeconds();
    return (int) Math.clamp(seconds, 1, MOST_SECONDS);
  }

  /** Whether it is an upstream's doing. */
  static boolean isUpstreams(Throwable cause) {
    return cause instanceof UpstreamFailure;
  }

  /** For people: who failed, and how. */
  static String reason(Throwable cause) {
    return String.valueOf(cause.getMessage());
  }

  static boolean isNotFound(Throwable cause) {
    return cause instanceof UpstreamFailure failure
        && failure.kind() == UpstreamFailure.Kind.NOT_FOUND;
  }

  /** Whether it may be gone when it is tried again. */
  static boolean isPassing(Throwable cause) {
    return cause instanceof UpstreamFailure failure
        && switch (failure.kind()) {
          case UNREACHABLE, FAILING, LIMITED -> true;
          case NOT_FOUND, REFUSED, LYING -> false;
        };
  }

  /** For how long the upstream wants to be left alone, or has to be; empty if it can be asked. */
  static Optional<Duration> rest(Throwable cause) {
    return switch (cause) {
      case UpstreamFailure failure ->
          failure
              .retryAfter()
              .or(() -> failure.kind() == Kind.LIMITED ? Optional.of(SOON) : Optional.empty());
      case RegistryException known ->
          switch (known.error()) {
            case RegistryError.UpstreamLimited limited ->
                Optional.of(Duration.ofSeconds(limited.retryAfterSeconds()));
            case RegistryError.UpstreamUnavailable unavailable ->
                Optional.of(Duration.ofSeconds(unavailable.retryAfterSeconds()));
            default -> Optional.empty();
          };
      default -> Optional.empty();
    };
  }
}
