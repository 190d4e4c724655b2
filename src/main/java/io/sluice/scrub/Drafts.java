package io.sluice.scrub;

import io.sluice.oci.Digest;
import io.sluice.oci.RepositoryName;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What was found in one repository; reported with the tags that it concerns, which is looked up for
 * many at once. Each digest is reported once in a pass. Confined to the pass's context.
 */
final class Drafts {
  private static final int AT_ONCE = 500;

  private final Pass pass;
  private final RepositoryName repository;
  private final Fingerprints reported = new Fingerprints();
  private List<Draft> drafts = new ArrayList<>();

  private record Draft(Digest digest, Fault fault, boolean quarantined) {}

  Drafts(Pass pass, RepositoryName repository) {
    this.pass = pass;
    this.repository = repository;
  }

  boolean has(Digest digest) {
    return reported.contains(digest.toString());
  }

  Future<Void> add(Digest digest, Fault fault, boolean quarantined) {
    if (has(digest)) {
      return Future.succeededFuture();
    }
    reported.add(digest.toString());
    pass.tally().findings++;
    drafts.add(new Draft(digest, fault, quarantined));
    return drafts.size() < AT_ONCE ? Future.succeededFuture() : report();
  }

  /** Reports what wasn't yet. */
  Future<Void> report() {
    if (drafts.isEmpty()) {
      return Future.succeededFuture();
    }
    var now = drafts;
    drafts = new ArrayList<>();
    var roots = now.stream().map(Draft::digest).collect(Collectors.toSet());
    return new Affected(pass, repository, roots)
        .tags()
        .map(
            tags -> {
              for (var draft : now) {
                pass.findings()
                    .accept(
                        new Finding(
                            repository,
                            tags.getOrDefault(draft.digest, List.of()),
                            draft.fault.kind(),
                            draft.digest,
                            draft.fault.error(),
                            draft.quarantined));
              }
              return null;
            });
  }
}
