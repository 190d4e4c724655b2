package io.sluice.sync;

import io.sluice.oci.Reference;
import io.sluice.oci.RepositoryName;
import io.sluice.oci.Tag;
import io.sluice.registry.StoredManifest;
import io.sluice.sync.Intake.Taken;
import io.sluice.sync.Remote.Source;
import io.sluice.sync.upstream.UpstreamFailure;
import io.sluice.sync.upstream.UpstreamFailure.Kind;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches manifests from upstreams and keeps them; what is being fetched is fetched once. Confined
 * to the sync verticle's context.
 *
 * <p>The sources are asked in order, and the first that has it wins. One that fails is passed over,
 * but when none of the later ones has it, its failure is the answer: that it isn't there is only
 * said when all have said so.
 */
final class Fetches {
  private static final Logger LOG = LoggerFactory.getLogger(Fetches.class);

  private final Remotes remotes;
  private final Checks checks;
  private final Intake intake;
  private final Traffic traffic;
  private final Singles<Wanted, StoredManifest> running = new Singles<>();

  private record Wanted(
      RepositoryName repository, Reference reference, Optional<Tag> tag, List<Source> sources) {}

  Fetches(Remotes remotes, Checks checks, Intake intake, Traffic traffic) {
    this.remotes = remotes;
    this.checks = checks;
    this.intake = intake;
    this.traffic = traffic;
  }

  /**
   * Fetches from the first that has it. Fails with {@code ManifestUnknown} when none has it, else
   * with what was in the way; an {@link UpstreamFailure} where there is one source only.
   *
   * @param tag that is to name it here, unless a user has pushed it
   */
  Future<StoredManifest> fetch(
      RepositoryName repository, Reference reference, Optional<Tag> tag, List<Source> sources) {
    var wanted = new Wanted(repository, reference, tag, sources);
    return running.get(wanted, () -> next(wanted, 0, Optional.empty()));
  }

  private Future<StoredManifest> next(Wanted wanted, int index, Optional<UpstreamFailure> before) {
    var sources = wanted.sources;
    if (index == sources.size()) {
      return Future.failedFuture(
          before.isPresent()
              ? before.get()
              : notFound(sources.isEmpty() ? "" : sources.getFirst().host(), "no upstream has it"));
    }
    var source = sources.get(index);
    return from(wanted, source)
        .recover(
            cause -> {
              if (!(cause instanceof UpstreamFailure failure)) {
                return Future.failedFuture(cause);
              }
              boolean notFound = failure.kind() == Kind.NOT_FOUND;
              if (notFound) {
                checks.missing(source, wanted.reference);
              }
              return next(
                  wanted,
                  index + 1,
                  before.isPresent() || notFound ? before : Optional.of(failure));
            });
  }

  private Future<StoredManifest> from(Wanted wanted, Source source) {
    if (checks.isMissing(source, wanted.reference, remotes.plan().own().missTtl())) {
      return Future.failedFuture(
          notFound(source.host(), source.host() + " did not have it a moment ago"));
    }
    traffic.miss(source.host());
    var asked = new Intake.Wanted(wanted.repository, wanted.reference, source);
    return intake
        .take(asked)
        .compose(taken -> intake.keep(taken, wanted.tag).map(taken))
        .map(Taken::stored)
        .onFailure(
            cause -> {
              if (cause instanceof UpstreamFailure failure && failure.kind() != Kind.NOT_FOUND) {
                tellFailure(asked, failure);
              }
            });
  }

  private static UpstreamFailure notFound(String host, String reason) {
    return new UpstreamFailure(Kind.NOT_FOUND, host, reason, Optional.empty());
  }

  private void tellFailure(Intake.Wanted asked, UpstreamFailure failure) {
    LOG.atWarn()
        .addKeyValue("repository", asked.repository())
        .addKeyValue("reference", asked.reference())
        .addKeyValue("upstream", asked.source().host())
        .addKeyValue("error", failure.getMessage())
        .log("a manifest could not be fetched");
    intake.failed(asked, failure);
  }
}
