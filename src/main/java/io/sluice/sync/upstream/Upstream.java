package io.sluice.sync.upstream;

import io.sluice.config.SyncRegistryConfig;
import io.sluice.oci.Descriptor;
import io.sluice.oci.Digest;
import io.sluice.oci.Reference;
import io.sluice.oci.Tag;
import io.sluice.sync.login.LoginSource;
import io.sluice.sync.upstream.UpstreamFailure.Kind;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * One entry of {@code extensions.sync.registries}: a registry, and the mirrors that are asked where
 * it has failed, in the order of its URLs. Confined to the context that made it; everything fails
 * with {@link UpstreamFailure}. Nothing is retried here, but for a connection that was closed
 * before it was used.
 */
public final class Upstream {
  private static final Duration BODY_IDLE = Duration.ofSeconds(60);

  private final Settings settings;
  private final Wire wire;
  private final List<UpstreamHost> hosts;

  /**
   * What an upstream is made from.
   *
   * @param logins where the login for a host is had from, by its name as in {@code
   *     host.example:5000}, without the port if that is the usual one
   * @param maxManifestSize in bytes
   */
  public record Settings(
      SyncRegistryConfig config,
      Function<String, Optional<LoginSource>> logins,
      UpstreamTls tls,
      int maxManifestSize) {}

  public Upstream(Vertx vertx, Settings settings) {
    this(vertx, settings, BODY_IDLE, System::nanoTime);
  }

  /**
   * For tests.
   *
   * @param bodyIdle how long a body may stand still
   * @param nanos the clock of everything that is remembered for a time
   */
  Upstream(Vertx vertx, Settings settings, Duration bodyIdle, LongSupplier nanos) {
    this.settings = settings;
    this.wire = new Wire(vertx, settings.config(), settings.tls());
    this.hosts =
        settings.config().urls().stream()
            .map(url -> new UpstreamHost(vertx, wire, settings, url, bodyIdle, nanos))
            .toList();
  }

  /** What an upstream that is configured so is called. */
  public static String name(SyncRegistryConfig config) {
    return Origin.of(config.urls().getFirst()).name();
  }

  /** The host of the first URL, with the port if that is not the usual one. */
  public String name() {
    return hosts.getFirst().name();
  }

  /** Whether a failure that names this host was one of this upstream, or of its mirrors. */
  public boolean isAt(String host) {
    return hosts.stream().anyMatch(it -> it.name().equals(host));
  }

  /** A manifest whose digest has been verified, of {@code maxManifestSize} at most. */
  public Future<RemoteManifest> manifest(String repository, Reference reference) {
    return first(
        host -> ManifestRequests.get(host, repository, reference, settings.maxManifestSize()));
  }

  /** What there is under a reference, without getting it. */
  public Future<RemoteHead> head(String repository, Reference reference) {
    return first(host -> ManifestRequests.head(host, repository, reference));
  }

  /** A blob's size in bytes, as the upstream tells it. */
  public Future<Long> blobSize(String repository, Digest digest) {
    return first(host -> BlobRequests.size(host, repository, digest));
  }

  /**
   * A blob from one of its bytes on; the stream has to be read or cancelled.
   *
   * @param offset of the first byte that is wanted
   */
  public Future<BlobStream> blob(String repository, Digest digest, long offset) {
    return first(host -> BlobRequests.open(host, repository, digest, offset));
  }

  /** What refers to a manifest, by the API or else by the tag that stands in for it. */
  public Future<List<Descriptor>> referrers(String repository, Digest subject) {
    return first(
        host ->
            ListRequests.referrers(host, repository, subject)
                .recover(
                    cause ->
                        isNotFound(cause)
                            ? tagged(host, repository, subject)
                            : Future.failedFuture(cause)));
  }

  private Future<List<Descriptor>> tagged(UpstreamHost host, String repository, Digest subject) {
    return ManifestRequests.get(
            host, repository, Tag.ofReferrersTo(subject), settings.maxManifestSize())
        .map(manifest -> ListRequests.descriptors(manifest.bytes()).orElse(List.of()))
        .recover(
            cause ->
                isNotFound(cause) ? Future.succeededFuture(List.of()) : Future.failedFuture(cause));
  }

  /** All tags of a repository. */
  public Future<List<Tag>> tags(String repository) {
    return first(host -> ListRequests.tags(host, repository));
  }

  /** The names of all repositories; NOT_FOUND where the upstream doesn't list them. */
  public Future<List<String>> catalog() {
    return first(ListRequests::catalog);
  }

  public UpstreamStatus status() {
    var mirrors = hosts.stream().skip(1).map(host -> host.status(List.of())).toList();
    return hosts.getFirst().status(mirrors);
  }

  /** Ends its connections; what is under way fails. */
  public Future<Void> close() {
    return wire.close();
  }

  private <T> Future<T> first(Function<UpstreamHost, Future<T>> call) {
    return from(0, Optional.empty(), call);
  }

  /** Asks one host after the other; a failure of one weighs more than that another hasn't it. */
  private <T> Future<T> from(
      int index, Optional<UpstreamFailure> before, Function<UpstreamHost, Future<T>> call) {
    return call.apply(hosts.get(index))
        .recover(
            cause -> {
              if (!(cause instanceof UpstreamFailure failure)) {
                return Future.failedFuture(cause);
              }
              var worst = before.filter(it -> !isNotFound(it)).orElse(failure);
              return index + 1 < hosts.size()
                  ? from(index + 1, Optional.of(worst), call)
                  : Future.failedFuture(worst);
            });
  }

  private static boolean isNotFound(Throwable cause) {
    return cause instanceof UpstreamFailure it && it.kind() == Kind.NOT_FOUND;
  }
}
