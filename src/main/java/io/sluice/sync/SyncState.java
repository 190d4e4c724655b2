package io.sluice.sync;

import io.sluice.oci.Digest;
import io.sluice.oci.RepositoryName;
import io.sluice.sync.upstream.UpstreamStatus;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How synchronisation stands.
 *
 * @param upstreams in the order of the configuration
 * @param spoolUsed bytes on disk that are set apart for downloads
 * @param spoolTotal what there is for them
 */
public record SyncState(
    List<UpstreamState> upstreams,
    List<RunningDownload> downloads,
    long spoolUsed,
    long spoolTotal) {

  /**
   * One upstream.
   *
   * @param running downloads from there that have begun
   * @param waiting those that wait for one of these to end
   * @param hits requests that were answered by what was here, since the start
   * @param misses those for which it was asked
   * @param mirror where it has a {@code pollInterval}
   */
  public record UpstreamState(
      UpstreamStatus status,
      int running,
      int waiting,
      long hits,
      long misses,
      Optional<MirrorState> mirror) {}

  /**
   * The mirror of one upstream.
   *
   * @param running whether a run is under way
   * @param lastRun when the last one began, if there was one
   * @param nextRun when the next one begins, if none is under way
   * @param taken images that were fetched, or whose tag was moved, in the last run that has ended
   * @param failed what could not be fetched then
   */
  public record MirrorState(
      boolean running,
      Optional<Instant> lastRun,
      Optional<Instant> nextRun,
      int taken,
      int failed) {}

  /**
   * A blob on its way.
   *
   * @param upstream empty while it waits for its turn
   * @param size of the whole, once the upstream has said it
   * @param readers clients that read along
   */
  public record RunningDownload(
      RepositoryName repository,
      Digest digest,
      String upstream,
      long received,
      Optional<Long> size,
      int readers,
      Instant since) {}
}
