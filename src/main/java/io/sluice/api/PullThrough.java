package io.sluice.api;

import io.sluice.bus.Command;
import io.sluice.config.AccessControlConfig.Action;
import io.sluice.oci.Descriptor;
import io.sluice.oci.Digest;
import io.sluice.oci.Reference;
import io.sluice.oci.RegistryError;
import io.sluice.oci.RegistryException;
import io.sluice.oci.RepositoryName;
import io.sluice.oci.Tag;
import io.sluice.registry.ByteRange;
import io.sluice.registry.Commands.GetManifest;
import io.sluice.registry.Commands.ListReferrers;
import io.sluice.registry.Commands.OpenBlob;
import io.sluice.registry.Commands.OpenedBlob;
import io.sluice.registry.Commands.StatBlob;
import io.sluice.registry.StoredManifest;
import io.sluice.sync.SyncCommands.PullBlob;
import io.sluice.sync.SyncCommands.PullManifest;
import io.sluice.sync.SyncCommands.PullReferrers;
import io.sluice.sync.SyncCommands.Pulled;
import io.sluice.sync.SyncCommands.StatUpstreamBlob;
import io.sluice.sync.SyncCommands.UpstreamTags;
import io.sluice.sync.SyncPlan;
import io.sluice.sync.Traffic;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Reading, for repositories that may have an upstream: what is here is answered from here, what
 * isn't is asked for there. Thread safe.
 *
 * @param plan what comes from where
 * @param traffic counts what upstreams were spared
 */
public record PullThrough(SyncPlan plan, Traffic traffic) {

  private boolean leadsUpstream(RepositoryName repository) {
    return plan.routes().isRouted(repository);
  }

  /** The host that containerd wants it from, when we are its mirror. */
  private static Optional<String> ns(Exchange exchange) {
    return exchange.parameter("ns").filter(host -> !host.isEmpty());
  }

  Future<StoredManifest> manifest(
      Exchange exchange, RepositoryName repository, Reference reference) {
    return leadsUpstream(repository)
        ? exchange
            .ask(new PullManifest(repository, reference, ns(exchange), !exchange.isHead()))
            .map(pulled -> warn(exchange, pulled))
        : exchange.ask(new GetManifest(repository, reference));
  }

  /** Opens a blob; one that isn't here comes as it is downloaded. */
  Future<OpenedBlob> open(
      Exchange exchange, RepositoryName repository, Digest digest, ByteRange range) {
    return orUpstream(
        exchange,
        repository,
        new OpenBlob(repository, digest, range),
        () -> new PullBlob(repository, digest, range, ns(exchange)));
  }

  /**
   * The size of a blob. Whoever may push is told only of what is here: they would not upload what
   * they believe to be here, and their manifest would be refused.
   */
  Future<Long> stat(Exchange exchange, RepositoryName repository, Digest digest) {
    boolean mayPush = exchange.may(Action.CREATE, repository);
    var here = new StatBlob(repository, digest, mayPush);
    return mayPush
        ? exchange.ask(here)
        : orUpstream(
            exchange,
            repository,
            here,
            () -> new StatUpstreamBlob(repository, digest, ns(exchange)));
  }

  private <T> Future<T> orUpstream(
      Exchange exchange,
      RepositoryName repository,
      Command<T> here,
      Supplier<Command<T>> upstream) {
    if (!leadsUpstream(repository)) {
      return exchange.ask(here);
    }
    return exchange
        .ask(here)
        .onSuccess(_ -> countHit(exchange, repository))
        .recover(
            cause ->
                RegistryException.says(cause, RegistryError.BlobUnknown.class)
                    ? exchange.ask(upstream.get())
                    : Future.failedFuture(cause));
  }

  private void countHit(Exchange exchange, RepositoryName repository) {
    plan.routes().onDemand(repository, ns(exchange)).stream()
        .findFirst()
        .ifPresent(route -> traffic.hit(plan.host(route)));
  }

  Future<List<Descriptor>> referrers(Exchange exchange, RepositoryName repository, Digest subject) {
    return leadsUpstream(repository)
        ? exchange
            .ask(new PullReferrers(repository, subject, ns(exchange)))
            .map(pulled -> warn(exchange, pulled))
        : exchange.ask(new ListReferrers(repository, subject));
  }

  /** The tags that an upstream has, if lists are to hold them; in lexical order. */
  Future<List<Tag>> upstreamTags(Exchange exchange, RepositoryName repository) {
    return plan.own().listUpstream() && leadsUpstream(repository)
        ? exchange
            .ask(new UpstreamTags(repository, ns(exchange)))
            .map(pulled -> warn(exchange, pulled))
        : Future.succeededFuture(List.of());
  }

  /** Says so when the upstream could not be asked (RFC 7234, 5.5.1). */
  private static <T> T warn(Exchange exchange, Pulled<T> pulled) {
    pulled
        .stale()
        .ifPresent(
            reason ->
                exchange
                    .response()
                    .putHeader(
                        Headers.WARNING,
                        "110 sluice \"" + quoted("not checked: " + reason) + "\""));
    return pulled.what();
  }

  private static String quoted(String text) {
    var quoted = new StringBuilder();
    text.chars()
        .limit(200)
        .forEach(c -> quoted.append(c < ' ' || c > '~' || c == '"' || c == '\\' ? '\'' : (char) c));
    return quoted.toString();
  }
}
