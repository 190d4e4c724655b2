package io.sluice.sync;

import io.sluice.bus.Bus;
import io.sluice.oci.Digest;
import io.sluice.oci.RegistryException;
import io.sluice.oci.Tag;
import io.sluice.registry.Commands.FindTag;
import io.sluice.registry.Commands.NamedBy;
import io.sluice.sync.MirrorScope.Target;
import io.sluice.sync.Remote.Source;
import io.sluice.sync.upstream.RemoteHead;
import io.sluice.sync.upstream.UpstreamFailure;
import io.sluice.sync.upstream.UpstreamFailure.Kind;
import io.vertx.core.Future;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * One run of the mirror over one upstream: repository after repository, and what fails there is
 * told and left for the next run. Confined to the sync verticle's context.
 */
final class MirrorRun {
  private static final Logger LOG = LoggerFactory.getLogger(MirrorRun.class);
  private static final int TAGS_AT_ONCE = 2;

  private static final String WITHOUT_CATALOG =
      "it doesn't list its repositories: write them out in content, without *, to have them"
          + " mirrored; on demand they are fetched all the same";

  /** An upstream that fails so often in a row is left alone until the next run. */
  private static final int MOST_FAILURES_IN_A_ROW = 10;

  private final Shared shared;
  private final Remote remote;
  private final Attempts attempts;
  private boolean stopped;
  private int taken;
  private int failed;
  private int failedInARow;

  /** What all runs need. */
  record Shared(
      Bus bus, Remotes remotes, Intake intake, Downloads downloads, WholeImages wholeImages) {}

  MirrorRun(Shared shared, Remote remote, Timers timers) {
    this.shared = shared;
    this.remote = remote;
    this.attempts = new Attempts(remote, timers, this::isGoing);
  }

  /** Completes when all has been tried; fails only when it was stopped. */
  Future<Void> run() {
    var scope = new MirrorScope(remote.config().content());
    return (scope.needsCatalog() ? catalog() : Future.succeededFuture(List.<String>of()))
        .compose(catalog -> Lanes.each(scope.targets(catalog), 1, this::repository));
  }

  /** Nothing more is begun. */
  void stop() {
    stopped = true;
  }

  /** Images that were fetched, or whose tag was moved. */
  int taken() {
    return taken;
  }

  /** Images and repositories that could not be fetched. */
  int failed() {
    return failed;
  }

  private boolean isGoing() {
    return !stopped;
  }

  private Future<List<String>> catalog() {
    return attempts
        .of(() -> remote.inBackground(upstream -> upstream.catalog()))
        .recover(
            cause ->
                note(hasNoCatalog(cause) ? new GivenUp(WITHOUT_CATALOG) : cause, "", "")
                    .map(List.of()));
  }

  /** Docker Hub doesn't let anybody have it; others have none. */
  private static boolean hasNoCatalog(Throwable cause) {
    return cause instanceof UpstreamFailure failure
        && (failure.kind() == Kind.NOT_FOUND || failure.kind() == Kind.REFUSED);
  }

  private Future<Void> repository(Target target) {
    return attempts
        .of(() -> remote.inBackground(upstream -> upstream.tags(target.there())))
        .compose(tags -> images(target, tags))
        .recover(cause -> note(cause, target.there(), ""));
  }

  private Future<Void> images(Target target, List<Tag> tags) {
    var digests = new HashSet<Digest>();
    return images(
            target,
            tags.stream()
                .filter(tag -> !Signatures.isCompanion(tag) && target.tags().takes(tag.value()))
                .toList(),
            digests)
        .compose(
            _ ->
                remote.config().syncLegacyCosignTags()
                    ? images(target, companions(tags, digests), new HashSet<>())
                    : Future.succeededFuture());
  }

  private static List<Tag> companions(List<Tag> tags, Set<Digest> of) {
    return tags.stream()
        .filter(tag -> Signatures.subject(tag).filter(of::contains).isPresent())
        .toList();
  }

  private Future<Void> images(Target target, List<Tag> tags, Set<Digest> digests) {
    return Lanes.each(
        tags,
        TAGS_AT_ONCE,
        tag ->
            attempts
                .of(() -> image(target, tag))
                .onSuccess(
                    whole -> {
                      failedInARow = 0;
                      digests.addAll(whole);
                    })
                .<Void>mapEmpty()
                .recover(cause -> note(cause, target.there(), tag.value())));
  }

  /** Completes with the digests that it is whole with; with none, if it was left alone. */
  private Future<Collection<Digest>> image(Target target, Tag tag) {
    if (stopped) {
      return Future.failedFuture(new GivenUp("the run was stopped"));
    }
    boolean several = shared.remotes.all().size() > 1;
    return shared
        .bus
        .request(new FindTag(target.here(), tag, several))
        .compose(
            named ->
                named.filter(it -> isOfOthers(it, target)).isPresent()
                    ? Future.succeededFuture(Set.of())
                    : remote
                        .inBackground(upstream -> upstream.head(target.there(), tag))
                        .compose(head -> image(target, tag, named.map(NamedBy::digest), head)));
  }

  /** A user's, or another upstream's, which has the repository as well. */
  private boolean isOfOthers(NamedBy named, Target target) {
    return !named.isFromUpstream()
        || named
            .origin()
            .filter(origin -> !origin.upstream().equals(remote.upstream().name()))
            .filter(
                origin ->
                    shared.remotes.all().stream()
                        .anyMatch(
                            it ->
                                it.upstream().name().equals(origin.upstream())
                                    && it.mayHave(target.here())))
            .isPresent();
  }

  private Future<Collection<Digest>> image(
      Target target, Tag tag, Optional<Digest> here, RemoteHead head) {
    var source = new Source(remote, target.there());
    var platforms = shared.remotes.plan().own().platforms();
    var there = head.digest();
    if (there.isPresent() && here.equals(there)) {
      var whole = shared.wholeImages.of(target.here(), there.get(), platforms);
      if (whole.isPresent()) {
        return Future.succeededFuture(whole.get());
      }
    }
    return isAcceptable(target, tag, source, there)
        .compose(
            acceptable ->
                acceptable
                    ? copy(target, tag, source, platforms, here, there)
                    : Future.succeededFuture(Set.of()));
  }

  /** That an image isn't signed is found out before it is got, which upstreams count. */
  private Future<Boolean> isAcceptable(
      Target target, Tag tag, Source source, Optional<Digest> there) {
    return there.isEmpty() || Signatures.isCompanion(tag)
        ? Future.succeededFuture(true)
        : remote.inBackground(_ -> shared.intake.isAcceptable(target.here(), source, there.get()));
  }

  private Future<Collection<Digest>> copy(
      Target target,
      Tag tag,
      Source source,
      List<String> platforms,
      Optional<Digest> here,
      Optional<Digest> there) {
    var copy =
        new ImageCopy(
            shared.intake, shared.downloads, target.here(), source, platforms, this::isGoing);
    return attempts
        .within(remote.config().syncTimeout(), copy.run(tag, here, there), copy::giveUp)
        .onComplete(_ -> taken += copy.isNew() ? 1 : 0)
        .onSuccess(
            digests ->
                shared.wholeImages.add(
                    target.here(), digests.iterator().next(), platforms, digests))
        .map(digests -> digests);
  }

  /** What failed is told, once, and is no reason to end; but that the run was stopped is. */
  private Future<Void> note(Throwable cause, String repository, String tag) {
    if (stopped) {
      return Future.failedFuture(cause);
    }
    failed++;
    tell(cause, repository, tag);
    failedInARow = Failures.isPassing(cause) ? failedInARow + 1 : 0;
    if (failedInARow < MOST_FAILURES_IN_A_ROW) {
      return Future.succeededFuture();
    }
    stopped = true;
    return Future.failedFuture(
        new GivenUp("the upstream fails again and again: the rest is left for the next run"));
  }

  private void tell(Throwable cause, String repository, String tag) {
    boolean isAnswer =
        Failures.isUpstreams(cause)
            || cause instanceof RegistryException
            || cause instanceof GivenUp;
    var event =
        LOG.atLevel(isAnswer ? Level.WARN : Level.ERROR)
            .addKeyValue("upstream", remote.upstream().name())
            .addKeyValue("repository", repository)
            .addKeyValue("tag", tag)
            .addKeyValue("error", cause.getMessage());
    (isAnswer ? event : event.setCause(cause)).log("could not be mirrored");
  }
}
