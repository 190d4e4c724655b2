package io.sluice.gc;

import io.sluice.oci.Digest;
import io.sluice.oci.RepositoryName;
import io.sluice.ulid.Ulids;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Optional;

/**
 * What all parts of one run over one store share.
 *
 * @param removes false for a preview, which changes nothing and takes for gone what would go
 * @param only with a preview: the repository that is asked about; empty for all
 * @param mayExceed whether the policy may remove any share of a repository's tags
 * @param undo for how long a former value of a tag keeps its image
 * @param untagged the age at which what no tag needs may go
 */
record Run(
    PacedStore store,
    Scanner scanner,
    RunClock clock,
    Ulids ulids,
    Fingerprints fingerprints,
    Ledger ledger,
    Releases releases,
    Retention retention,
    boolean removes,
    Optional<RepositoryName> only,
    boolean mayExceed,
    int maxShare,
    Duration undo,
    Duration untagged,
    Tally tally,
    GcSink sink) {

  /** A repository has the data, and keeps it. */
  static final int LINKED = 1;

  /** A link to it was removed so lately that another one may have been made from that. */
  static final int RELEASED_LATELY = 2;

  /** It once was linked, and a link was removed long ago: so it is old, whatever its date says. */
  static final int RELEASED = 4;

  /** An earlier run saw it, so it is old, whatever its date says. */
  static final int SIGHTED = 8;

  /** A link to it goes in this run, or would. */
  static final int DOOMED = 16;

  Future<Void> tell(
      Doomed.What what,
      RepositoryName repository,
      String name,
      Optional<Digest> digest,
      Optional<String> policy,
      String why,
      long bytes) {
    return sink.accept(new Doomed(what, Optional.of(repository), name, digest, policy, why, bytes));
  }
}
