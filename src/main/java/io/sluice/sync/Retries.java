package io.sluice.sync;

import io.sluice.oci.Reference;
import io.sluice.oci.RepositoryName;
import io.sluice.sync.SyncCommands.PullManifest;
import io.sluice.sync.upstream.UpstreamFailure;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Tries again, behind a client that got an upstream's failure for an answer, so that the image is
 * here when the client comes again; where {@code maxRetries} says so. Confined to the sync
 * verticle's context.
 */
final class Retries {
  private static final int MOST = 1_000;

  private final Remotes remotes;
  private final Function<PullManifest, Future<?>> pull;
  private final Timers timers;
  private final Set<Key> running = new HashSet<>();

  private record Key(RepositoryName repository, Reference reference) {}

  /**
   * @param pull what is done again
   */
  Retries(Vertx vertx, Remotes remotes, Function<PullManifest, Future<?>> pull) {
    this.remotes = remotes;
    this.pull = pull;
    this.timers = new Timers(vertx);
  }

  /** A client's request has failed. */
  void after(PullManifest command, Throwable cause) {
    var key = new Key(command.repository(), command.reference());
    if (!isWorthIt(command, cause, 0) || running.size() >= MOST || !running.add(key)) {
      return;
    }
    again(command, cause, 0).onComplete(_ -> running.remove(key));
  }

  private Future<?> again(PullManifest command, Throwable cause, int tries) {
    var pause = Backoff.of(remote(command, cause).orElseThrow().config(), tries);
    var wanted = Failures.rest(cause).orElse(Duration.ZERO);
    return timers
        .after(pause.compareTo(wanted) < 0 ? wanted : pause)
        .compose(_ -> pull.apply(command).<Void>mapEmpty())
        .recover(
            failure ->
                isWorthIt(command, failure, tries + 1)
                    ? again(command, failure, tries + 1).mapEmpty()
                    : Future.failedFuture(failure));
  }

  private boolean isWorthIt(PullManifest command, Throwable cause, int tries) {
    return Failures.isPassing(cause)
        && remote(command, cause)
            .flatMap(remote -> remote.config().maxRetries())
            .filter(most -> tries < most)
            .isPresent();
  }

  /** Whose failure it was. */
  private Optional<Remote> remote(PullManifest command, Throwable cause) {
    return cause instanceof UpstreamFailure failure
        ? remotes.sources(command.repository(), command.ns()).stream()
            .map(Remote.Source::remote)
            .filter(remote -> remote.upstream().isAt(failure.upstream()))
            .findFirst()
        : Optional.empty();
  }

  /** Nothing more is begun. */
  void close() {
    timers.stop();
  }
}
