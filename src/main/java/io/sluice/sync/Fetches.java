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
 */
final class Fetches {
  private static final Logger LOG = LoggerFactory.getLogger(Fetches.class);

  private final FirstSource first;
  private final Intake intake;
  private final Traffic traffic;
  private final Singles<Wanted, StoredManifest> running = new Singles<>();

  private record Wanted(
      RepositoryName repository, Reference reference, Optional<Tag> tag, List<Source> sources) {}

  Fetches(FirstSource first, Intake intake, Traffic traffic) {
    this.first = first;
    this.intake = intake;
    this.traffic = traffic;
  }

  /**
   * Fetches from the {@linkplain FirstSource first that has it}. Fails with {@link
   * UpstreamFailure}, or with what keeps it from being stored.
   *
   * @param tag that is to name it here, unless a user has pushed it
   */
  Future<StoredManifest> fetch(
      RepositoryName repository, Reference reference, Optional<Tag> tag, List<Source> sources) {
    var wanted = new Wanted(repository, reference, tag, sources);
    return running.get(
        wanted, () -> first.thatHas(reference, sources, source -> from(wanted, source)));
  }

  private Future<StoredManifest> from(Wanted wanted, Source source) {
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
