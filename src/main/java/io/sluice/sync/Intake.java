package io.sluice.sync;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.sluice.bus.Bus;
import io.sluice.events.Event;
import io.sluice.events.Event.Stage;
import io.sluice.events.EventPublisher;
import io.sluice.events.Occasion;
import io.sluice.oci.Digest;
import io.sluice.oci.Manifest;
import io.sluice.oci.Reference;
import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.sluice.oci.RepositoryName;
import io.sluice.oci.Tag;
import io.sluice.registry.Commands.GetManifest;
import io.sluice.registry.Commands.KeepManifest;
import io.sluice.registry.StoredManifest;
import io.sluice.registry.TagOrigin;
import io.sluice.sync.Remote.Source;
import io.sluice.sync.upstream.UpstreamFailure;
import io.sluice.sync.upstream.UpstreamFailure.Kind;
import io.sluice.ulid.Ulids;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes manifests from one upstream: what isn't one, or has no signature where that is wanted, is
 * not taken. Confined to the sync verticle's context.
 */
final class Intake {
  private static final Logger LOG = LoggerFactory.getLogger(Intake.class);
  private static final int MOST_VOUCHED = 50_000;

  private final Bus bus;
  private final EventPublisher events;
  private final Ulids ulids;

  /** What was found to be signed, or is the child of an index that was: nobody signs these. */
  private final Cache<Vouched, Boolean> vouched =
      Caffeine.newBuilder().executor(Runnable::run).maximumSize(MOST_VOUCHED).build();

  private record Vouched(RepositoryName repository, Digest digest) {}

  /** What is asked for; {@code start} is when, by {@link System#nanoTime}. */
  record Wanted(RepositoryName repository, Reference reference, Source source, long start) {
    Wanted(RepositoryName repository, Reference reference, Source source) {
      this(repository, reference, source, System.nanoTime());
    }
  }

  /** A manifest that is taken, and perhaps kept. */
  record Taken(Wanted wanted, StoredManifest stored, Manifest manifest) {
    Digest digest() {
      return stored.digest();
    }
  }

  Intake(Bus bus, EventPublisher events, Ulids ulids) {
    this.bus = bus;
    this.events = events;
    this.ulids = ulids;
  }

  /** The manifest that is here, if it is. */
  Future<Optional<StoredManifest>> here(RepositoryName repository, Reference reference) {
    return bus.request(new GetManifest(repository, reference))
        .map(Optional::of)
        .recover(
            cause ->
                RegistryException.says(cause, RegistryError.ManifestUnknown.class)
                    ? Future.succeededFuture(Optional.empty())
                    : Future.failedFuture(cause));
  }

  /**
   * Gets it from the upstream, and keeps nothing. Fails with {@link UpstreamFailure}; what is not
   * signed, and ought to be, is NOT_FOUND.
   */
  Future<Taken> take(Wanted wanted) {
    var source = wanted.source;
    return source
        .remote()
        .upstream()
        .manifest(source.repository(), wanted.reference)
        .compose(
            fetched -> {
              var stored =
                  new StoredManifest(fetched.digest(), fetched.mediaType(), fetched.bytes());
              return stored
                  .read()
                  .recover(cause -> Future.failedFuture(notAManifest(source, cause)))
                  .map(manifest -> new Taken(wanted, stored, manifest));
            })
        .compose(taken -> requireSigned(taken).map(taken))
        .onSuccess(taken -> vouchFor(wanted.repository, taken.manifest));
  }

  /** Keeps it, and lets a tag name it, unless a user has pushed that tag. */
  Future<Void> keep(Taken taken, Optional<Tag> tag) {
    var wanted = taken.wanted;
    var source = wanted.source;
    return bus.request(
            new KeepManifest(
                wanted.repository,
                tag,
                taken.stored,
                new TagOrigin(source.host(), source.repository(), Instant.now())))
        .onSuccess(_ -> tell(wanted, Stage.FINISHED, Optional.of(taken.stored), Optional.empty()));
  }

  /** Tells who listens to events that it could not be had. */
  void failed(Wanted wanted, UpstreamFailure failure) {
    tell(wanted, Stage.FAILED, Optional.empty(), Optional.of(String.valueOf(failure.getMessage())));
  }

  /** Whether it may be taken as far as signatures go; asks for them, not for the manifest. */
  Future<Boolean> isAcceptable(RepositoryName repository, Source source, Digest digest) {
    var key = new Vouched(repository, digest);
    if (!source.remote().config().onlySigned() || vouched.getIfPresent(key) != null) {
      return Future.succeededFuture(true);
    }
    return Signatures.isSigned(source, digest)
        .onSuccess(
            signed -> {
              if (signed) {
                vouched.put(key, true);
              }
            });
  }

  /** Whoever asks for these next may have them where only what is signed is taken. */
  void vouchFor(RepositoryName repository, Manifest index) {
    index.children().forEach(child -> vouched.put(new Vouched(repository, child.digest()), true));
  }

  private Future<Void> requireSigned(Taken taken) {
    var wanted = taken.wanted;
    return Signatures.isCompanion(wanted.reference, taken.manifest)
        ? Future.succeededFuture()
        : isAcceptable(wanted.repository, wanted.source, taken.digest())
            .compose(
                acceptable ->
                    acceptable ? Future.succeededFuture() : Future.failedFuture(unsigned(wanted)));
  }

  private static UpstreamFailure unsigned(Wanted wanted) {
    LOG.atInfo()
        .addKeyValue("repository", wanted.repository)
        .addKeyValue("reference", wanted.reference)
        .addKeyValue("upstream", wanted.source.host())
        .log("a manifest has no signature, and is not taken because of onlySigned");
    return new UpstreamFailure(
        Kind.NOT_FOUND, wanted.source.host(), "it is not signed", Optional.empty());
  }

  private static UpstreamFailure notAManifest(Source source, Throwable cause) {
    return new UpstreamFailure(
        Kind.LYING,
        source.host(),
        source.host() + " sent what is not taken: " + cause.getMessage(),
        Optional.empty());
  }

  private void tell(
      Wanted wanted, Stage stage, Optional<StoredManifest> stored, Optional<String> error) {
    events.publish(
        new Event.Synced(
            Occasion.ofProcess(ulids.next(), Instant.now()),
            wanted.repository,
            wanted.reference,
            wanted.source.host(),
            stage,
            stored.map(StoredManifest::digest),
            stored.map(it -> (long) it.bytes().length()).orElse(0L),
            stored.map(it -> (long) it.bytes().length()),
            Duration.ofNanos(System.nanoTime() - wanted.start),
            error));
  }
}
