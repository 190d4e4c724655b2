package io.sluice.sync;

import io.sluice.bus.Bus;
import io.sluice.oci.Digest;
import io.sluice.oci.RepositoryName;
import io.sluice.oci.Tag;
import io.sluice.registry.Commands.FindTag;
import io.sluice.registry.Commands.NamedBy;
import io.sluice.registry.StoredManifest;
import io.sluice.sync.Remote.Source;
import io.sluice.sync.SyncCommands.PullManifest;
import io.sluice.sync.SyncCommands.Pulled;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Which manifest is answered: the one here, or the one that an upstream has. Confined to the sync
 * verticle's context.
 *
 * <p>By digest, the one here is as good as any. By tag, what a user pushed is the answer; else the
 * copy here is believed for a while, and is then checked, by HEAD, at the upstreams in their order.
 * Where that fails the copy is the answer all the same, and says so: it is never replaced by what a
 * later upstream has because an earlier one fails.
 */
final class ManifestPulls {
  /** A check may hold a client up for so long who could have the copy; it goes on behind. */
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private final Vertx vertx;
  private final Bus bus;
  private final Remotes remotes;
  private final Checks checks;
  private final Intake intake;
  private final Fetches fetches;
  private final Traffic traffic;
  private final Singles<TagKey, Checked> checking = new Singles<>();

  private record TagKey(RepositoryName repository, Tag tag, List<Source> sources) {}

  /** What became of a check: a new manifest, or none; and why it was not made sure. */
  private record Checked(Optional<StoredManifest> replaced, Optional<String> failure) {
    static final Checked SAME = new Checked(Optional.empty(), Optional.empty());
  }

  ManifestPulls(
      Vertx vertx,
      Bus bus,
      Remotes remotes,
      Checks checks,
      Intake intake,
      Fetches fetches,
      Traffic traffic) {
    this.vertx = vertx;
    this.bus = bus;
    this.remotes = remotes;
    this.checks = checks;
    this.intake = intake;
    this.fetches = fetches;
    this.traffic = traffic;
  }

  Future<Pulled<StoredManifest>> pull(PullManifest command) {
    var sources = remotes.sources(command.repository(), command.ns());
    return switch (command.reference()) {
      case Digest digest -> byDigest(command.repository(), digest, sources);
      case Tag tag -> byTag(command.repository(), tag, sources, command.ns().isPresent());
    };
  }

  Future<Pulled<StoredManifest>> byDigest(
      RepositoryName repository, Digest digest, List<Source> sources) {
    return intake
        .here(repository, digest)
        .compose(
            found -> {
              if (found.isPresent()) {
                hit(sources);
                return Future.succeededFuture(found.get());
              }
              return fetches.fetch(repository, digest, Optional.empty(), sources);
            })
        .map(manifest -> new Pulled<>(manifest, Optional.empty()));
  }

  private Future<Pulled<StoredManifest>> byTag(
      RepositoryName repository, Tag tag, List<Source> sources, boolean chosen) {
    return bus.request(new FindTag(repository, tag, chosen))
        .compose(
            named -> {
              if (named.isEmpty()) {
                return fetch(repository, tag, sources);
              }
              if (chosen && isOfAnother(named.get(), sources)) {
                // The tag stays with the one whose it is.
                return fetches
                    .fetch(repository, tag, Optional.empty(), sources)
                    .map(manifest -> new Pulled<>(manifest, Optional.empty()));
              }
              return intake
                  .here(repository, named.get().digest())
                  .compose(
                      found ->
                          found.isEmpty()
                              ? fetch(repository, tag, sources)
                              : copy(repository, tag, sources, named.get(), found.get()));
            });
  }

  /** Whether the tag was fetched, and from none of these. */
  private static boolean isOfAnother(NamedBy named, List<Source> sources) {
    return named
        .origin()
        .filter(
            origin -> sources.stream().noneMatch(source -> source.host().equals(origin.upstream())))
        .isPresent();
  }

  private Future<Pulled<StoredManifest>> fetch(
      RepositoryName repository, Tag tag, List<Source> sources) {
    return fetches
        .fetch(repository, tag, Optional.of(tag), sources)
        .onSuccess(_ -> checks.isCurrent(repository, tag))
        .map(manifest -> new Pulled<>(manifest, Optional.empty()));
  }

  private Future<Pulled<StoredManifest>> copy(
      RepositoryName repository,
      Tag tag,
      List<Source> sources,
      NamedBy named,
      StoredManifest found) {
    if (!named.isFromUpstream() || sources.isEmpty()) {
      return Future.succeededFuture(new Pulled<>(found, Optional.empty()));
    }
    vouch(repository, found, sources);
    var believed = checks.of(repository, tag, ttl(sources));
    if (believed.isPresent()) {
      hit(sources);
      return Future.succeededFuture(new Pulled<>(found, believed.get().failure()));
    }
    var check =
        checking.get(
            new TagKey(repository, tag, sources),
            () -> check(repository, tag, found.digest(), sources));
    return inTime(check, sources)
        .map(
            checked -> {
              if (checked.replaced().isEmpty()) {
                hit(sources);
              }
              return new Pulled<>(checked.replaced().orElse(found), checked.failure());
            });
  }

  /** It was signed when it was taken, perhaps by an earlier process. */
  private void vouch(RepositoryName repository, StoredManifest found, List<Source> sources) {
    if (sources.stream().anyMatch(source -> source.remote().config().onlySigned())) {
      found.read().onSuccess(manifest -> intake.vouchFor(repository, manifest));
    }
  }

  private Future<Checked> inTime(Future<Checked> check, List<Source> sources) {
    if (check.isComplete()) {
      return check;
    }
    Promise<Checked> first = Promise.promise();
    long timer =
        vertx.setTimer(
            PATIENCE.toMillis(),
            _ ->
                first.tryComplete(
                    new Checked(
                        Optional.empty(),
                        Optional.of(sources.getFirst().host() + " has not answered yet"))));
    check.onComplete(
        result -> {
          vertx.cancelTimer(timer);
          if (result.succeeded()) {
            first.tryComplete(result.result());
          } else {
            first.tryFail(result.cause());
          }
        });
    return first.future();
  }

  /** Never fails because of an upstream: there is a copy. */
  private Future<Checked> check(
      RepositoryName repository, Tag tag, Digest known, List<Source> sources) {
    return ask(repository, tag, known, sources, 0)
        .recover(
            cause ->
                Failures.isUpstreams(cause)
                    ? Future.succeededFuture(
                        new Checked(Optional.empty(), Optional.of(Failures.reason(cause))))
                    : Future.failedFuture(cause))
        .onSuccess(
            checked ->
                checked
                    .failure()
                    .ifPresentOrElse(
                        reason -> checks.failed(repository, tag, reason),
                        () -> checks.isCurrent(repository, tag)));
  }

  private Future<Checked> ask(
      RepositoryName repository, Tag tag, Digest known, List<Source> sources, int index) {
    if (index == sources.size()) {
      // What is gone there may still be needed here.
      return Future.succeededFuture(
          new Checked(Optional.empty(), Optional.of("no upstream has this tag any more")));
    }
    var source = sources.get(index);
    return source
        .remote()
        .upstream()
        .head(source.repository(), tag)
        .compose(
            head ->
                head.digest().filter(known::equals).isPresent()
                    ? Future.succeededFuture(Checked.SAME)
                    : fetches
                        .fetch(repository, tag, Optional.of(tag), List.of(source))
                        .map(
                            manifest ->
                                manifest.digest().equals(known)
                                    ? Checked.SAME
                                    : new Checked(Optional.of(manifest), Optional.empty())))
        .recover(
            cause ->
                Failures.isNotFound(cause)
                    ? ask(repository, tag, known, sources, index + 1)
                    : Future.failedFuture(cause));
  }

  private Duration ttl(List<Source> sources) {
    return sources
        .getFirst()
        .remote()
        .config()
        .manifestCheckInterval()
        .orElse(remotes.plan().own().ttl());
  }

  private void hit(List<Source> sources) {
    if (!sources.isEmpty()) {
      traffic.hit(sources.getFirst().host());
    }
  }
}
