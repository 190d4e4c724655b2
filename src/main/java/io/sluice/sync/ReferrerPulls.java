package io.sluice.sync;

import io.sluice.bus.Bus;
import io.sluice.oci.Descriptor;
import io.sluice.oci.Digest;
import io.sluice.oci.RepositoryName;
import io.sluice.registry.Commands.ListReferrers;
import io.sluice.sync.Remote.Source;
import io.sluice.sync.SyncCommands.PullReferrers;
import io.sluice.sync.SyncCommands.Pulled;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * What refers to a manifest, here and there: signatures, SBOMs. What is listed there is fetched as
 * well, so that it is here when it is needed. Confined to the sync verticle's context.
 */
final class ReferrerPulls {
  /** So many are fetched of what refers to one manifest; the others when somebody asks for them. */
  private static final int MOST_FETCHED = 50;

  private final Bus bus;
  private final Remotes remotes;
  private final ManifestPulls manifests;
  private final Prefetch prefetch;
  private final Listed<Subject, Descriptor> there;

  private record Subject(RepositoryName repository, Digest digest) {}

  ReferrerPulls(
      Bus bus,
      Remotes remotes,
      ManifestPulls manifests,
      Prefetch prefetch,
      java.util.function.LongSupplier nanos) {
    this.bus = bus;
    this.remotes = remotes;
    this.manifests = manifests;
    this.prefetch = prefetch;
    this.there = new Listed<>(nanos);
  }

  Future<Pulled<List<Descriptor>>> pull(PullReferrers command) {
    var sources = remotes.sources(command.repository(), command.ns());
    var subject = new Subject(command.repository(), command.subject());
    return bus.request(new ListReferrers(command.repository(), command.subject()))
        .compose(
            here ->
                there
                    .of(
                        subject,
                        sources,
                        remotes.plan().own().ttl(),
                        source ->
                            source
                                .remote()
                                .upstream()
                                .referrers(source.repository(), command.subject()))
                    .map(listed -> merge(subject, here, listed, sources)));
  }

  private Pulled<List<Descriptor>> merge(
      Subject subject,
      List<Descriptor> here,
      Pulled<List<Descriptor>> there,
      List<Source> sources) {
    var all = new LinkedHashMap<Digest, Descriptor>();
    here.forEach(referrer -> all.put(referrer.digest(), referrer));
    var missing = new ArrayList<Digest>();
    for (var referrer : there.what()) {
      if (all.putIfAbsent(referrer.digest(), referrer) == null && missing.size() < MOST_FETCHED) {
        missing.add(referrer.digest());
      }
    }
    if (remotes.plan().own().prefetch()) {
      fetch(subject.repository, missing, 0, sources);
    }
    return new Pulled<>(List.copyOf(all.values()), there.stale());
  }

  private void fetch(
      RepositoryName repository, List<Digest> digests, int index, List<Source> sources) {
    if (index == digests.size()) {
      return;
    }
    // One that can't be had is not the others' fault.
    manifests
        .byDigest(repository, digests.get(index), sources)
        .onSuccess(referrer -> prefetch.begin(repository, referrer.what(), sources))
        .onComplete(_ -> fetch(repository, digests, index + 1, sources));
  }
}
